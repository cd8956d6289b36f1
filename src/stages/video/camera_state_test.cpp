#include "stages/video/camera_state.h"

#include <gtest/gtest.h>

namespace proviso::video {
namespace {

using namespace std::chrono_literals;

class CameraStateTest : public testing::Test {
 protected:
  Condition now() const { return state_.condition(clock_.monotonic()); }

  FakeClock clock_{WallTime(std::chrono::seconds(1'790'000'000))};
  CameraState state_{clock_.monotonic()};
};

TEST_F(CameraStateTest, ConnectsUntilTheFirstFrame) {
  EXPECT_EQ(now(), Condition::kConnecting);
  clock_.advance(3s);
  state_.frame_came(clock_.monotonic());
  EXPECT_EQ(now(), Condition::kOnline);
}

TEST_F(CameraStateTest, IsOfflineWithin20SecondsWhenItNeverAnswered) {
  clock_.advance(19'999ms);
  EXPECT_EQ(now(), Condition::kConnecting);
  clock_.advance(1ms);
  EXPECT_EQ(now(), Condition::kOffline);
}

TEST_F(CameraStateTest, IsOfflineWithin20SecondsOfItsLastFrame) {
  clock_.advance(60s);
  state_.frame_came(clock_.monotonic());
  clock_.advance(19'999ms);
  EXPECT_EQ(now(), Condition::kOnline);
  clock_.advance(1ms);
  EXPECT_EQ(now(), Condition::kOffline);
}

TEST_F(CameraStateTest, ComesBackWithAFrame) {
  clock_.advance(1h);
  EXPECT_EQ(now(), Condition::kOffline);
  state_.frame_came(clock_.monotonic());
  EXPECT_EQ(now(), Condition::kOnline);
}

TEST_F(CameraStateTest, TriesThatFailDoNotKeepItOnline) {
  state_.frame_came(clock_.monotonic());
  for (int second = 0; second < 20; ++second) {
    clock_.advance(1s);
    state_.failed("no answer");
  }
  EXPECT_EQ(now(), Condition::kOffline);
}

TEST_F(CameraStateTest, SaysWhyTheLastTryFailedUntilAFrameComes) {
  EXPECT_EQ(state_.why(), "");
  state_.failed("no route");
  state_.failed("no answer");
  EXPECT_EQ(state_.why(), "no answer");
  state_.frame_came(clock_.monotonic());
  EXPECT_EQ(state_.why(), "");
}

TEST_F(CameraStateTest, AnEndIsFinal) {
  state_.frame_came(clock_.monotonic());
  state_.ended("");
  EXPECT_EQ(now(), Condition::kEnded);
  clock_.advance(1h);
  EXPECT_EQ(now(), Condition::kEnded);
}

TEST_F(CameraStateTest, SettingTheClockOfTheMachineChangesNothing) {
  state_.frame_came(clock_.monotonic());
  clock_.step_wall(24h);
  EXPECT_EQ(now(), Condition::kOnline);
  clock_.step_wall(-48h);
  clock_.advance(20s);
  EXPECT_EQ(now(), Condition::kOffline);
}

TEST_F(CameraStateTest, ConditionsHaveWords) {
  EXPECT_EQ(to_string(Condition::kConnecting), "connecting");
  EXPECT_EQ(to_string(Condition::kOnline), "online");
  EXPECT_EQ(to_string(Condition::kOffline), "offline");
  EXPECT_EQ(to_string(Condition::kEnded), "ended");
}

}  // namespace
}  // namespace proviso::video
