#include "stages/video/thinning.h"

#include <gtest/gtest.h>

namespace proviso::video {
namespace {

using namespace std::chrono_literals;

class ThinningTest : public testing::Test {
 protected:
  // Frames of 25 a second, each `delay` after its own time.
  void watch(std::chrono::milliseconds length, std::chrono::milliseconds delay) {
    for (const auto end = media_ + length; media_ < end; media_ += 40ms) {
      thinning_.frame_came(kStart + media_ + delay, media_);
    }
  }
  MonotonicTime now() const { return kStart + media_; }

  static constexpr MonotonicTime kStart{100h};
  std::chrono::microseconds media_{0};
  Thinning thinning_;
};

TEST_F(ThinningTest, LeavesNothingOutWhileTheMachineKeepsUp) {
  watch(300s, 70ms);
  EXPECT_EQ(thinning_.level(), Thinned::kNothing);
}

TEST_F(ThinningTest, LeavesOutMoreWithEachSecondOfDroppedFramesAndNoFaster) {
  watch(1s, 0ms);
  thinning_.frame_dropped(now());
  EXPECT_EQ(thinning_.level(), Thinned::kUnreferenced);
  thinning_.frame_dropped(now() + 999ms);
  EXPECT_EQ(thinning_.level(), Thinned::kUnreferenced);
  thinning_.frame_dropped(now() + 1000ms);
  EXPECT_EQ(thinning_.level(), Thinned::kBetween);
  thinning_.frame_dropped(now() + 5s);
  EXPECT_EQ(thinning_.level(), Thinned::kBetween);
}

TEST_F(ThinningTest, GoesBackOneLevelAfterEachHalfMinuteOfCalm) {
  thinning_.frame_dropped(now());
  thinning_.frame_dropped(now() + 1s);
  watch(30'960ms, 0ms);
  EXPECT_EQ(thinning_.level(), Thinned::kBetween);
  watch(80ms, 0ms);
  EXPECT_EQ(thinning_.level(), Thinned::kUnreferenced);
  watch(29'960ms, 0ms);
  EXPECT_EQ(thinning_.level(), Thinned::kUnreferenced);
  watch(80ms, 0ms);
  EXPECT_EQ(thinning_.level(), Thinned::kNothing);
}

TEST_F(ThinningTest, TakesFramesThatComeLateForPressureThoughNoneIsDropped) {
  watch(10s, 500ms);
  EXPECT_EQ(thinning_.level(), Thinned::kNothing) << "what is always so is the way to the camera";
  watch(40ms, 699ms);
  EXPECT_EQ(thinning_.level(), Thinned::kNothing);
  watch(40ms, 700ms);
  EXPECT_EQ(thinning_.level(), Thinned::kUnreferenced);
}

TEST_F(ThinningTest, ForgivesACameraWhoseClockRunsSlow) {
  for (int minute = 0; minute < 60; ++minute) watch(60s, std::chrono::milliseconds(minute * 30));
  EXPECT_EQ(thinning_.level(), Thinned::kNothing);
}

TEST_F(ThinningTest, ComparesNoDelayAcrossAReconnection) {
  watch(1s, 0ms);
  thinning_.restart();
  watch(1s, 900ms);
  EXPECT_EQ(thinning_.level(), Thinned::kNothing);
}

}  // namespace
}  // namespace proviso::video
