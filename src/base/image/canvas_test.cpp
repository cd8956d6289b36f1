#include "base/image/canvas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace proviso::image {
namespace {

constexpr BgrColour kRed{0, 0, 200};

BgrImage plain(SizePx size, BgrColour colour) {
  BgrImage image(size);
  fill(image, {0, 0, static_cast<float>(size.width), static_cast<float>(size.height)}, colour);
  return image;
}

int red(const BgrImage& image, int x, int y) {
  return image.pixels[static_cast<std::size_t>(y * image.size.width + x) * 3 + 2];
}

TEST(Fill, ColoursThePixelsWhoseCentreIsInside) {
  BgrImage canvas({10, 10});
  fill(canvas, {2.4F, 3, 2, 2}, kRed);
  EXPECT_EQ(red(canvas, 1, 3), 0);
  EXPECT_EQ(red(canvas, 2, 3), 200);
  EXPECT_EQ(red(canvas, 3, 4), 200);
  EXPECT_EQ(red(canvas, 4, 4), 0);
  EXPECT_EQ(red(canvas, 2, 5), 0);
}

TEST(Fill, CutsAwayWhatLiesOutside) {
  BgrImage canvas({4, 4});
  fill(canvas, {-100, -100, 102, 102}, kRed);
  EXPECT_EQ(red(canvas, 1, 1), 200);
  EXPECT_EQ(red(canvas, 2, 1), 0);
  fill(canvas, {1e20F, 0, 1e20F, 4}, kRed);
  EXPECT_EQ(red(canvas, 3, 1), 0);
}

TEST(Fill, RefusesARectangleThatIsNotFinite) {
  BgrImage canvas({4, 4});
  EXPECT_DEATH(fill(canvas, {NAN, 0, 1, 1}, kRed), "is_placeable");
}

TEST(PasteScaled, FillsItsRectangleAtEveryScaleAndNothingElse) {
  for (const SizePx size : {SizePx{3, 3}, {8, 8}, {31, 17}, {200, 100}, {1, 1}}) {
    BgrImage canvas({20, 20});
    paste_scaled(canvas, plain(size, kRed), {4, 5, 8, 8});
    for (int y = 0; y < 20; ++y) {
      for (int x = 0; x < 20; ++x) {
        const bool is_inside = x >= 4 && x < 12 && y >= 5 && y < 13;
        ASSERT_EQ(red(canvas, x, y), is_inside ? 200 : 0) << size.width << ": " << x << ' ' << y;
      }
    }
  }
}

TEST(PasteScaled, CoversAPixelAtTheEdgeByItsShare) {
  BgrImage canvas({10, 10});
  paste_scaled(canvas, plain({16, 16}, kRed), {2.5F, 2, 4, 4});
  EXPECT_NEAR(red(canvas, 2, 3), 100, 1);
  EXPECT_EQ(red(canvas, 3, 3), 200);
  EXPECT_NEAR(red(canvas, 6, 3), 100, 1);
}

TEST(PasteScaled, CutsAwayWhatReachesOverTheEdges) {
  BgrImage canvas({10, 10});
  paste_scaled(canvas, plain({8, 8}, kRed), {-4, -4, 8, 8});
  EXPECT_EQ(red(canvas, 3, 3), 200);
  EXPECT_EQ(red(canvas, 4, 3), 0);
  paste_scaled(canvas, plain({8, 8}, kRed), {50, 0, 8, 8});
  EXPECT_EQ(red(canvas, 9, 3), 0);
}

TEST(PasteScaled, KeepsThePictureAtItsOwnSize) {
  BgrImage picture({4, 4});
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    picture.pixels[i] = static_cast<std::uint8_t>(i * 5);
  }
  BgrImage canvas({4, 4});
  paste_scaled(canvas, picture, {0, 0, 4, 4});
  EXPECT_EQ(canvas.pixels, picture.pixels);
}

TEST(BlendScaled, MixesByAlpha) {
  BgrImage canvas = plain({4, 4}, {0, 0, 100});
  std::vector<std::uint8_t> alpha(16, 0);
  alpha[0] = 255;
  alpha[1] = 128;
  blend_scaled(canvas, plain({4, 4}, kRed), alpha, {0, 0, 4, 4});
  EXPECT_EQ(red(canvas, 0, 0), 200);
  EXPECT_NEAR(red(canvas, 1, 0), 150, 1);
  EXPECT_EQ(red(canvas, 2, 0), 100);
}

TEST(BlendScaled, RefusesAnAlphaOfAnotherSize) {
  BgrImage canvas({4, 4});
  const std::vector<std::uint8_t> alpha(15, 255);
  EXPECT_DEATH(blend_scaled(canvas, plain({4, 4}, kRed), alpha, {0, 0, 4, 4}), "alpha");
}

}  // namespace
}  // namespace proviso::image
