#include "base/image/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <tuple>

namespace proviso::image {
namespace {

using Pixel = std::array<std::uint8_t, 3>;
constexpr Pixel kBlack{0, 0, 0};

YuvImage planes(SizePx size, std::uint8_t y, std::uint8_t u, std::uint8_t v) {
  YuvImage image = to_yuv(BgrImage(size));
  const auto area = [](SizePx of) {
    return static_cast<std::size_t>(of.width) * static_cast<std::size_t>(of.height);
  };
  const std::size_t luma = area(size);
  const std::size_t chroma = area({(size.width + 1) / 2, (size.height + 1) / 2});
  auto samples = std::make_shared<std::vector<std::uint8_t>>(luma, y);
  samples->insert(samples->end(), chroma, u);
  samples->insert(samples->end(), chroma, v);
  image.y.data = samples->data();
  image.u.data = image.y.data + luma;
  image.v.data = image.u.data + chroma;
  image.owner = samples;
  return image;
}

// Smooth, so that chroma at half resolution keeps it.
BgrImage gradient(SizePx size) {
  BgrImage image(size);
  std::size_t at = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      image.pixels[at++] = static_cast<std::uint8_t>(60 + 130 * x / size.width);
      image.pixels[at++] = static_cast<std::uint8_t>(60 + 130 * y / size.height);
      image.pixels[at++] = static_cast<std::uint8_t>(190 - 130 * x / size.width);
    }
  }
  return image;
}

Pixel pixel(const BgrImage& image, int x, int y) {
  const std::size_t at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.size.width) +
                          static_cast<std::size_t>(x)) *
                         3;
  return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
}

RectPx whole(SizePx size) {
  return {0, 0, static_cast<float>(size.width), static_cast<float>(size.height)};
}

int largest_difference(const BgrImage& a, const BgrImage& b) {
  EXPECT_EQ(a.size, b.size);
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return largest;
}

BgrImage warped(const YuvImage& from, const Similarity& transform, SizePx to) {
  BgrImage result(to);
  warp_into(from, transform, to, result.pixels);
  return result;
}

class Flat : public testing::TestWithParam<std::tuple<YuvMatrix, YuvRange>> {};

TEST_P(Flat, ColourStaysThatColourAtEverySizeAndPlace) {
  YuvImage image = planes({33, 21}, 150, 90, 170);
  std::tie(image.matrix, image.range) = GetParam();
  const Pixel colour = pixel(crop_scaled(image, {0, 0, 1, 1}, {1, 1}), 0, 0);
  EXPECT_NE(colour, kBlack);
  for (const SizePx to : {SizePx{33, 21}, {16, 10}, {7, 5}, {1, 1}, {100, 80}, {48, 3}}) {
    for (const RectPx& box : {whole(image.size), {2, 4, 14, 8}, {0.7F, 3.3F, 30.1F, 17.2F}}) {
      const BgrImage crop = crop_scaled(image, box, to);
      for (int y = 0; y < to.height; ++y) {
        for (int x = 0; x < to.width; ++x) ASSERT_EQ(pixel(crop, x, y), colour);
      }
    }
  }
  for (const Similarity& turn : {Similarity{1, 0, 0, 0}, {0.7F, 0.2F, 3, -2}, {3, 1, -20, -30}}) {
    ASSERT_EQ(pixel(warped(image, turn, {12, 12}), 5, 6), colour);
  }
}

INSTANTIATE_TEST_SUITE_P(Standards,
                         Flat,
                         testing::Combine(testing::Values(YuvMatrix::kBt601, YuvMatrix::kBt709),
                                          testing::Values(YuvRange::kLimited, YuvRange::kFull)));

TEST(ToYuv, ComesBackWithinAFewCodesForAPhotographWithoutSharpColour) {
  for (const SizePx size : {SizePx{64, 48}, {63, 47}, {1, 1}, {2, 1}, {1, 3}}) {
    const BgrImage image = gradient(size);
    const YuvImage yuv = to_yuv(image);
    EXPECT_EQ(yuv.range, YuvRange::kFull);
    EXPECT_LE(largest_difference(crop_scaled(yuv, whole(size), size), image),
              size.width > 9 ? 4 : 90);
  }
}

TEST(ToYuv, KeepsGreyExact) {
  BgrImage grey({256, 1});
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    grey.pixels[i] = static_cast<std::uint8_t>(i / 3);
  }
  EXPECT_EQ(crop_scaled(to_yuv(grey), whole(grey.size), grey.size).pixels, grey.pixels);
}

TEST(CropScaled, OfHalfTheSizeIsTheMeanOfFour) {
  YuvImage image = planes({4, 2}, 0, 128, 128);
  const std::array<std::uint8_t, 8> luma{10, 20, 100, 100, 30, 40, 100, 101};
  image.y = {luma.data(), 4};
  const BgrImage half = crop_scaled(image, whole(image.size), {2, 1});
  EXPECT_EQ(pixel(half, 0, 0), (Pixel{25, 25, 25}));
  EXPECT_EQ(pixel(half, 1, 0), (Pixel{100, 100, 100}));
}

TEST(CropScaled, GivesTheSameByItsFastPathAsByWeights) {
  std::mt19937 random(2);
  BgrImage noise({64, 64});
  for (std::uint8_t& value : noise.pixels) value = static_cast<std::uint8_t>(random());
  const YuvImage image = to_yuv(noise);
  const BgrImage fast = crop_scaled(image, {8, 8, 32, 32}, {16, 16});
  // So little away from whole pixels that only the path differs.
  const BgrImage weighed = crop_scaled(image, {8.0001F, 8.0001F, 32, 32}, {16, 16});
  EXPECT_LE(largest_difference(fast, weighed), 3);
  EXPECT_NE(fast.pixels, crop_scaled(image, {10, 8, 32, 32}, {16, 16}).pixels);
}

TEST(CropScaled, ShowsWhatLiesOutsideAsBlack) {
  const YuvImage image = planes({20, 20}, 200, 60, 60);
  const BgrImage crop = crop_scaled(image, {-20, -20, 40, 40}, {40, 40});
  EXPECT_EQ(pixel(crop, 19, 30), kBlack);
  EXPECT_EQ(pixel(crop, 30, 19), kBlack);
  EXPECT_EQ(pixel(crop, 20, 20), pixel(crop, 39, 39));
  EXPECT_NE(pixel(crop, 20, 20), kBlack);
}

TEST(CropScaled, IsBlackWhollyOutsideAtEveryScale) {
  const YuvImage image = planes({21, 21}, 200, 60, 60);
  for (const RectPx& box :
       {RectPx{21, 0, 8, 8}, {-8, 0, 8, 8}, {0, -9, 4, 8}, {500, 500, 90, 90}}) {
    for (const SizePx to : {SizePx{4, 4}, {8, 8}, {16, 16}}) {
      const BgrImage crop = crop_scaled(image, box, to);
      EXPECT_TRUE(std::ranges::all_of(crop.pixels, [](int value) { return value == 0; }));
    }
  }
}

TEST(CropScaled, TakesAnImageOfOnePixel) {
  const YuvImage image = planes({1, 1}, 120, 128, 128);
  EXPECT_EQ(pixel(crop_scaled(image, {0, 0, 1, 1}, {9, 9}), 4, 4), (Pixel{120, 120, 120}));
  EXPECT_EQ(pixel(warped(image, {9, 0, 0, 0}, {9, 9}), 4, 4), (Pixel{120, 120, 120}));
}

TEST(CropScaled, LeavesTheRestOfTheTargetAsItWas) {
  const YuvImage image = planes({16, 16}, 255, 128, 128);
  BgrImage into({10, 10});
  std::ranges::fill(into.pixels, std::uint8_t{77});
  crop_scaled_into(image, whole(image.size), {8, 8}, into);
  EXPECT_EQ(pixel(into, 7, 7), (Pixel{255, 255, 255}));
  EXPECT_EQ(pixel(into, 8, 7), (Pixel{77, 77, 77}));
  EXPECT_EQ(pixel(into, 7, 8), (Pixel{77, 77, 77}));
}

TEST(CropScaled, TakesTheLargestFrameAndRefusesAnOutputOneLarger) {
  const YuvImage image = planes({kFrameWidthMax, kFrameHeightMax}, 128, 100, 150);
  const BgrImage crop = crop_scaled(image, whole(image.size), {960, 540});
  EXPECT_EQ(pixel(crop, 0, 0), pixel(crop, 959, 539));
  const YuvImage small = planes({2, 2}, 128, 128, 128);
  EXPECT_EQ(crop_scaled(small, whole(small.size), {kFrameWidthMax, 1}).size.width, kFrameWidthMax);
  EXPECT_DEATH(crop_scaled(small, whole(small.size), {kFrameWidthMax + 1, 1}), "is_output");
}

TEST(CropScaled, TakesTheLongestPhotographAndRefusesOneLonger) {
  const YuvImage image = planes({kImageSidePxMax, 1}, 128, 128, 128);
  EXPECT_EQ(crop_scaled(image, whole(image.size), {7, 1}).size.width, 7);
  const YuvImage longer = [] {
    YuvImage one = planes({1, 1}, 128, 128, 128);
    one.size.width = kImageSidePxMax + 1;
    return one;
  }();
  EXPECT_DEATH(crop_scaled(longer, {0, 0, 1, 1}, {1, 1}), "is_input");
}

TEST(CropScaled, RefusesABoxWithoutAreaOrEndButTakesTheFurthestReach) {
  const YuvImage image = planes({4, 4}, 128, 128, 128);
  EXPECT_EQ(pixel(crop_scaled(image, {kReachPxMax, 0, kReachPxMax, 1}, {2, 2}), 0, 0), kBlack);
  EXPECT_DEATH(crop_scaled(image, {0, 0, 0, 1}, {2, 2}), "is_within_reach");
  EXPECT_DEATH(crop_scaled(image, {NAN, 0, 1, 1}, {2, 2}), "is_within_reach");
  EXPECT_DEATH(crop_scaled(image, {kReachPxMax * 1.01F, 0, 1, 1}, {2, 2}), "is_within_reach");
}

TEST(CropLumaScaled, GivesTheLumaAsItIsCoded) {
  const YuvImage image = planes({20, 10}, 90, 30, 220);
  std::array<std::uint8_t, 12> luma{};
  crop_luma_scaled(image, {3, 3, 9, 6}, {4, 3}, luma);
  EXPECT_TRUE(std::ranges::all_of(luma, [](int value) { return value == 90; }));
}

TEST(Warp, OfIdentityIsTheConversion) {
  for (const SizePx size : {SizePx{40, 30}, {41, 31}, {2, 2}, {3, 1}}) {
    const YuvImage image = to_yuv(gradient(size));
    EXPECT_LE(largest_difference(warped(image, {}, size), crop_scaled(image, whole(size), size)),
              1);
  }
}

TEST(Warp, MovesByWholePixelsExactly) {
  const YuvImage image = to_yuv(gradient({40, 30}));
  const BgrImage moved = warped(image, {.tx = -8, .ty = -6}, {12, 12});
  EXPECT_LE(largest_difference(moved, crop_scaled(image, {8, 6, 12, 12}, {12, 12})), 1);
}

TEST(Warp, TurnsAQuarterClockwiseForAPositiveAngle) {
  // (x, y) -> (-y + 30, x): the top left of the image comes to the top right.
  const BgrImage image = gradient({40, 30});
  const BgrImage turned = warped(to_yuv(image), {.a = 0, .b = 1, .tx = 30, .ty = 0}, {30, 40});
  for (const auto& [x, y] : {std::pair{5, 5}, {33, 8}, {20, 25}}) {
    const Pixel wanted = pixel(image, x, y);
    const Pixel found = pixel(turned, 29 - y, x);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], wanted[i], 4);
  }
}

TEST(Warp, AveragesOverTheFootprintWhenTheFaceIsLargerThanTheCrop) {
  // Stripes of one pixel: grey when averaged, black or white when only every eighth is looked at.
  BgrImage stripes({160, 160});
  for (std::size_t i = 0; i < stripes.pixels.size(); ++i) {
    stripes.pixels[i] = (i / 3) % 2 == 0 ? 0 : 255;
  }
  const YuvImage image = to_yuv(stripes);
  for (const float scale : {0.125F, 0.25F, 0.5F}) {
    const BgrImage crop = warped(image, {.a = scale}, {16, 16});
    for (int x = 4; x < 12; ++x) EXPECT_NEAR(pixel(crop, x, 8)[1], 128, 12) << scale;
  }
  // Control: at its own size the stripes stand.
  EXPECT_EQ(pixel(warped(image, {}, {16, 16}), 1, 8)[1], 255);
}

TEST(Warp, ShowsWhatLiesOutsideAsBlack) {
  const YuvImage image = planes({20, 20}, 200, 60, 60);
  const BgrImage crop = warped(image, {.tx = 10, .ty = 10}, {40, 40});
  EXPECT_EQ(pixel(crop, 9, 20), kBlack);
  EXPECT_EQ(pixel(crop, 20, 30), kBlack);
  EXPECT_NE(pixel(crop, 10, 10), kBlack);
  EXPECT_EQ(pixel(crop, 10, 10), pixel(crop, 29, 29));
}

TEST(Warp, StaysInsideThePlanesForAnyTransform) {
  std::mt19937 random(9);
  std::uniform_real_distribution<float> exponent(-6, 6);
  std::uniform_real_distribution<float> angle(-4, 4);
  std::uniform_real_distribution<float> shift(-60, 60);
  const YuvImage image = planes({19, 13}, 128, 90, 170);
  for (int i = 0; i < 500; ++i) {
    const float scale = std::pow(10.0F, exponent(random));
    const float turn = angle(random);
    const Similarity transform{
        scale * std::cos(turn), scale * std::sin(turn), shift(random), shift(random)};
    const SizePx to{static_cast<int>(random() % 20) + 1, static_cast<int>(random() % 20) + 1};
    ASSERT_EQ(warped(image, transform, to).size, to);
  }
}

TEST(Warp, RefusesATransformWithoutInverse) {
  const YuvImage image = planes({4, 4}, 128, 128, 128);
  EXPECT_DEATH(warped(image, {.a = 0, .b = 0}, {4, 4}), "norm");
}

}  // namespace
}  // namespace proviso::image
