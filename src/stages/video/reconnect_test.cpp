#include "stages/video/reconnect.h"

#include <gtest/gtest.h>

#include <vector>

namespace proviso::video {
namespace {

using namespace std::chrono_literals;

std::vector<std::chrono::seconds> waits(Reconnect& reconnect, std::size_t count) {
  std::vector<std::chrono::seconds> found;
  for (std::size_t n = 0; n < count; ++n) found.push_back(reconnect.next_wait());
  return found;
}

TEST(Reconnect, WaitsLongerStepByStepAndNeverGivesUp) {
  std::vector<std::chrono::seconds> expected(5, 1s);
  expected.insert(expected.end(), 5, 5s);
  expected.insert(expected.end(), 10, 10s);
  expected.insert(expected.end(), 1000, 60s);
  Reconnect reconnect;
  EXPECT_EQ(waits(reconnect, expected.size()), expected);
}

TEST(Reconnect, AGoodFrameStartsTheScheduleAgain) {
  Reconnect reconnect;
  waits(reconnect, 21);
  EXPECT_EQ(reconnect.next_wait(), 60s);
  reconnect.reset();
  EXPECT_EQ(waits(reconnect, 6), (std::vector<std::chrono::seconds>{1s, 1s, 1s, 1s, 1s, 5s}));
}

TEST(Reconnect, AFirstTryThatFailsIsOnTheSchedule) {
  Reconnect reconnect;
  EXPECT_EQ(reconnect.next_wait(), 1s);
}

}  // namespace
}  // namespace proviso::video
