#include "base/image/orient.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace proviso::image {
namespace {

// Numbered pixels: 1 2 3 in the first row, 4 5 6 in the second.
BgrImage numbered() {
  BgrImage image({3, 2});
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i / 3 + 1);
  }
  return image;
}

std::vector<int> numbers(const BgrImage& image) {
  std::vector<int> result;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    EXPECT_EQ(image.pixels[i], image.pixels[i + 2]);
    result.push_back(image.pixels[i]);
  }
  return result;
}

std::vector<int> luma(const YuvImage& image) {
  std::vector<int> result;
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < image.size.width; ++x) {
      result.push_back(image.y.data[y * image.y.stride_bytes + x]);
    }
  }
  return result;
}

TEST(Rotate, TurnsAPhotographClockwise) {
  EXPECT_EQ(numbers(rotate(numbered(), 1)), (std::vector{4, 1, 5, 2, 6, 3}));
  EXPECT_EQ(rotate(numbered(), 1).size, (SizePx{2, 3}));
  EXPECT_EQ(numbers(rotate(numbered(), 2)), (std::vector{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(numbers(rotate(numbered(), 3)), (std::vector{3, 6, 2, 5, 1, 4}));
}

TEST(Rotate, TakesAnyIntegerModuloFour) {
  EXPECT_EQ(numbers(rotate(numbered(), 0)), numbers(numbered()));
  EXPECT_EQ(numbers(rotate(numbered(), -1)), numbers(rotate(numbered(), 3)));
  EXPECT_EQ(numbers(rotate(numbered(), 5)), numbers(rotate(numbered(), 1)));
}

TEST(Rotate, TurnsThePlanesOfAFrameAndIgnoresTheirPadding) {
  const std::vector<std::uint8_t> y{1, 2, 3, 99, 4, 5, 6, 99};
  const std::vector<std::uint8_t> chroma{10, 20, 99};
  const YuvImage frame{.size = {3, 2},
                       .y = {y.data(), 4},
                       .u = {chroma.data(), 3},
                       .v = {chroma.data() + 1, 1},
                       .matrix = YuvMatrix::kBt709,
                       .range = YuvRange::kFull,
                       .owner = nullptr};
  const YuvImage turned = rotate(frame, 1);
  EXPECT_EQ(turned.size, (SizePx{2, 3}));
  EXPECT_EQ(luma(turned), (std::vector{4, 1, 5, 2, 6, 3}));
  EXPECT_EQ(turned.u.data[0], 10);
  EXPECT_EQ(turned.u.data[turned.u.stride_bytes], 20);
  EXPECT_EQ(turned.v.data[turned.v.stride_bytes], 99);
  EXPECT_EQ(turned.matrix, YuvMatrix::kBt709);
  EXPECT_EQ(turned.range, YuvRange::kFull);
  EXPECT_EQ(luma(rotate(turned, 3)), luma(frame));
  EXPECT_EQ(luma(rotate(rotate(frame, 2), 2)), luma(frame));
}

TEST(Mirror, SwapsLeftAndRight) {
  EXPECT_EQ(numbers(mirror(numbered())), (std::vector{3, 2, 1, 6, 5, 4}));
}

TEST(Upright, IsWhatEachOrientationOfExifSays) {
  const std::vector<std::vector<int>> seen{{1, 2, 3, 4, 5, 6},
                                           {3, 2, 1, 6, 5, 4},
                                           {6, 5, 4, 3, 2, 1},
                                           {4, 5, 6, 1, 2, 3},
                                           {1, 4, 2, 5, 3, 6},
                                           {4, 1, 5, 2, 6, 3},
                                           {6, 3, 5, 2, 4, 1},
                                           {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const BgrImage picture = upright(numbered(), orientation);
    EXPECT_EQ(numbers(picture), seen[static_cast<std::size_t>(orientation - 1)]) << orientation;
    EXPECT_EQ(picture.size, orientation <= 4 ? (SizePx{3, 2}) : (SizePx{2, 3}));
  }
}

}  // namespace
}  // namespace proviso::image
