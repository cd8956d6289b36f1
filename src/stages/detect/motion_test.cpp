#include "stages/detect/motion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace proviso::detect {
namespace {

// A street that stands still, with texture and the noise of a sensor.
class Street {
 public:
  explicit Street(float noise, image::SizePx size = {480, 272}) : random_(1), size_(size) {
    for (int y = 0; y < size_.height; ++y) {
      for (int x = 0; x < size_.width; ++x) {
        still_.push_back(static_cast<std::uint8_t>(90 + 30 * std::sin(x / 37.0) +
                                                   20 * std::sin(y / 23.0) + (x / 64 % 2) * 15));
      }
    }
    // Drawing a normal for each pixel of each frame would take most of the test's time.
    std::normal_distribution<float> normal(0, noise);
    for (int n = 0; n < 65537; ++n) {
      noise_.push_back(static_cast<std::int8_t>(std::clamp(normal(random_), -60.0F, 60.0F)));
    }
  }

  struct FaceOnIt {
    int x = 0;
    int y = 0;
    int contrast = 40;
  };

  // The next frame; a face is 32x40.
  const image::YuvImage& frame(const FaceOnIt* face = nullptr) {
    luma_ = still_;
    if (face != nullptr) {
      for (int y = face->y; y < face->y + 40; ++y) {
        for (int x = face->x; x < face->x + 32; ++x) {
          auto& value = luma_[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width) +
                              static_cast<std::size_t>(x)];
          value = static_cast<std::uint8_t>(std::clamp(value + face->contrast, 0, 255));
        }
      }
    }
    std::size_t drawn = std::uniform_int_distribution<std::size_t>(0, noise_.size() - 1)(random_);
    for (auto& value : luma_) {
      value = static_cast<std::uint8_t>(std::clamp(value + noise_[drawn], 0, 255));
      drawn = drawn + 1 == noise_.size() ? 0 : drawn + 1;
    }
    image_.size = size_;
    image_.y = {luma_.data(), size_.width};
    return image_;
  }

 private:
  std::mt19937 random_;
  image::SizePx size_;
  std::vector<std::uint8_t> still_;
  std::vector<std::int8_t> noise_;
  std::vector<std::uint8_t> luma_;
  image::YuvImage image_;
};

int moving_frames_of_still(float noise, int frames) {
  Street street(noise, {960, 540});
  Motion motion;
  EXPECT_TRUE(motion.moves(street.frame()));
  int moving = 0;
  for (int n = 0; n < frames; ++n) moving += motion.moves(street.frame()) ? 1 : 0;
  return moving;
}

TEST(Motion, DoesNotTakeTheNoiseOfASensorForMovement) {
  for (const float noise : {0.0F, 2.0F, 5.0F, 8.0F}) {
    EXPECT_EQ(moving_frames_of_still(noise, 30), 0) << noise;
  }
}

TEST(Motion, SeesAFaceThatWalksWhereverItCrossesTheBlocks) {
  for (const float noise : {2.0F, 5.0F}) {
    for (int offset = 0; offset < 16; offset += 5) {
      Street street(noise);
      Motion motion;
      for (int n = 0; n < 20; ++n) motion.moves(street.frame());
      int seen = 0;
      for (int n = 0; n < 5; ++n) {
        const Street::FaceOnIt face{.x = 200 + offset + n * 11, .y = 100 + offset};
        seen += motion.moves(street.frame(&face)) ? 1 : 0;
      }
      EXPECT_EQ(seen, 5) << "noise " << noise << " offset " << offset;
    }
  }
}

TEST(Motion, IsStillAgainSoonAfterSomebodyStops) {
  Street street(3);
  Motion motion;
  for (int n = 0; n < 20; ++n) motion.moves(street.frame());
  const Street::FaceOnIt face{.x = 200, .y = 100};
  EXPECT_TRUE(motion.moves(street.frame(&face)));
  for (int n = 0; n < 25; ++n) motion.moves(street.frame(&face));
  EXPECT_FALSE(motion.moves(street.frame(&face)));
  EXPECT_TRUE(motion.moves(street.frame())) << "the person is gone";
}

TEST(Motion, IsNotTaughtByABusyStreetThatMovementIsNoise) {
  Street street(3);
  Motion motion;
  for (int n = 0; n < 200; ++n) {
    const Street::FaceOnIt passer_by{.x = 200 + n * 37 % 64, .y = 100};
    motion.moves(street.frame(n % 3 == 0 ? nullptr : &passer_by));
  }
  for (int n = 0; n < 20; ++n) motion.moves(street.frame());
  const Street::FaceOnIt next{.x = 220, .y = 100};
  EXPECT_TRUE(motion.moves(street.frame(&next)));
}

TEST(Motion, TakesEverySizeDownToOneBlockAndAnotherSizeForMovement) {
  Motion motion;
  for (const image::SizePx size : {image::SizePx{16, 16}, {1, 1}, {17, 3}, {33, 47}, {175, 143}}) {
    const std::size_t pixels =
        static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    const std::vector<std::uint8_t> dark(pixels, 40);
    const std::vector<std::uint8_t> light(dark.size(), 140);
    image::YuvImage image;
    image.size = size;
    image.y = {dark.data(), size.width};
    EXPECT_TRUE(motion.moves(image));
    EXPECT_FALSE(motion.moves(image));
    image.y.data = light.data();
    EXPECT_TRUE(motion.moves(image)) << size.width << 'x' << size.height;
  }
}

}  // namespace
}  // namespace proviso::detect
