#include "base/image/row_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace proviso::image {
namespace {

// Around the widths that the vector code takes at once.
constexpr std::array kCounts{1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 960};

std::vector<std::uint8_t> noise(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(count));
  for (std::uint8_t& sample : row) sample = static_cast<std::uint8_t>(random());
  return row;
}

struct Bgr {
  double blue = 0;
  double green = 0;
  double red = 0;
};

// The definition, in floating point.
Bgr exact(YuvMatrix matrix, YuvRange range, std::array<int, 3> yuv) {
  const bool is_601 = matrix == YuvMatrix::kBt601;
  const double kr = is_601 ? 0.299 : 0.2126;
  const double kb = is_601 ? 0.114 : 0.0722;
  const bool is_full = range == YuvRange::kFull;
  const double y = is_full ? yuv[0] / 255.0 : (yuv[0] - 16) / 219.0;
  const double chroma = is_full ? 255.0 : 224.0;
  const double cb = (yuv[1] - 128) / chroma;
  const double cr = (yuv[2] - 128) / chroma;
  const double red = y + 2 * (1 - kr) * cr;
  const double blue = y + 2 * (1 - kb) * cb;
  const double green = (y - kr * red - kb * blue) / (1 - kr - kb);
  const auto code = [](double value) { return std::clamp(value * 255, 0.0, 255.0); };
  return {code(blue), code(green), code(red)};
}

class Colour : public testing::TestWithParam<std::tuple<YuvMatrix, YuvRange>> {};

TEST_P(Colour, IsWithinOneOfTheDefinitionForEveryTripleOnAGrid) {
  const auto [matrix, range] = GetParam();
  const ColourWeights weights = colour_weights(matrix, range);
  for (int y = 0; y < 256; y += 3) {
    for (int u = 0; u < 256; u += 5) {
      for (int v = 0; v < 256; v += 5) {
        const auto code = [](int value) { return static_cast<std::uint8_t>(value); };
        const std::array samples{code(y), code(u), code(v)};
        std::array<std::uint8_t, 3> bgr{};
        portable_row_kernels().bgr_from_yuv(
            {&samples[0], &samples[1], &samples[2]}, weights, bgr.data(), 1);
        const Bgr wanted = exact(matrix, range, {y, u, v});
        ASSERT_NEAR(bgr[0], wanted.blue, 0.6) << y << ' ' << u << ' ' << v;
        ASSERT_NEAR(bgr[1], wanted.green, 0.6) << y << ' ' << u << ' ' << v;
        ASSERT_NEAR(bgr[2], wanted.red, 0.6) << y << ' ' << u << ' ' << v;
      }
    }
  }
}

TEST_P(Colour, KeepsBlackAndWhiteExact) {
  const auto [matrix, range] = GetParam();
  const ColourWeights weights = colour_weights(matrix, range);
  const bool is_full = range == YuvRange::kFull;
  const std::array<std::uint8_t, 2> y{static_cast<std::uint8_t>(is_full ? 0 : 16),
                                      static_cast<std::uint8_t>(is_full ? 255 : 235)};
  const std::array<std::uint8_t, 2> grey{128, 128};
  std::array<std::uint8_t, 6> bgr{};
  portable_row_kernels().bgr_from_yuv({y.data(), grey.data(), grey.data()}, weights, bgr.data(), 2);
  EXPECT_EQ(bgr, (std::array<std::uint8_t, 6>{0, 0, 0, 255, 255, 255}));
}

TEST_P(Colour, IsTheSameOnEveryProcessor) {
  const auto [matrix, range] = GetParam();
  const ColourWeights weights = colour_weights(matrix, range);
  for (const int count : kCounts) {
    const auto y = noise(count, 1);
    const auto u = noise(count, 2);
    const auto v = noise(count, 3);
    std::vector<std::uint8_t> here(3 * y.size());
    std::vector<std::uint8_t> portable(here.size());
    const YuvRows rows{y.data(), u.data(), v.data()};
    row_kernels().bgr_from_yuv(rows, weights, here.data(), count);
    portable_row_kernels().bgr_from_yuv(rows, weights, portable.data(), count);
    ASSERT_EQ(here, portable) << count;
  }
}

INSTANTIATE_TEST_SUITE_P(Standards,
                         Colour,
                         testing::Combine(testing::Values(YuvMatrix::kBt601, YuvMatrix::kBt709),
                                          testing::Values(YuvRange::kLimited, YuvRange::kFull)));

TEST(Halve, AveragesFourSamplesRoundedHalfUp) {
  const std::array<std::uint8_t, 4> upper{0, 1, 255, 255};
  const std::array<std::uint8_t, 4> lower{0, 1, 255, 255};
  std::array<std::uint8_t, 2> out{};
  portable_row_kernels().halve(upper.data(), lower.data(), out.data(), 2);
  EXPECT_EQ(out, (std::array<std::uint8_t, 2>{1, 255}));
}

TEST(Halve, IsTheSameOnEveryProcessor) {
  for (const int count : kCounts) {
    const auto upper = noise(2 * count, 1);
    const auto lower = noise(2 * count, 2);
    std::vector<std::uint8_t> here(static_cast<std::size_t>(count));
    std::vector<std::uint8_t> portable(here.size());
    row_kernels().halve(upper.data(), lower.data(), here.data(), count);
    portable_row_kernels().halve(upper.data(), lower.data(), portable.data(), count);
    ASSERT_EQ(here, portable) << count;
  }
}

TEST(Accumulate, IsTheSameOnEveryProcessor) {
  for (const int count : kCounts) {
    const auto row = noise(count, 5);
    std::vector<std::uint32_t> here(row.size(), 7);
    std::vector<std::uint32_t> portable(row.size(), 7);
    row_kernels().accumulate(row.data(), 16384, here.data(), count);
    portable_row_kernels().accumulate(row.data(), 16384, portable.data(), count);
    ASSERT_EQ(here, portable) << count;
    ASSERT_EQ(here[0], 7U + row[0] * 16384U);
  }
}

TEST(WeighFour, IsTheSameOnEveryProcessorUpToTheLargestValue) {
  std::mt19937 random(3);
  for (const int count : kCounts) {
    std::vector<std::int16_t> values(static_cast<std::size_t>(count) + 4, 255 << 7);
    for (std::size_t i = 8; i < values.size(); ++i)
      values[i] = static_cast<std::int16_t>(random() % (255 << 7));
    std::vector<FourTaps> taps(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      taps[static_cast<std::size_t>(i)] = {
          .first = i, .added = 1 << (kTapsBits - 1), .weights = {4096, 4096, 8000, 192}};
    }
    std::vector<std::uint8_t> here(taps.size());
    std::vector<std::uint8_t> portable(taps.size());
    row_kernels().weigh_four(values.data(), taps.data(), here.data(), count);
    portable_row_kernels().weigh_four(values.data(), taps.data(), portable.data(), count);
    ASSERT_EQ(here, portable) << count;
    ASSERT_EQ(here[0], 255);
  }
}

}  // namespace
}  // namespace proviso::image
