#include "adapters/ffmpeg/media_time.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace proviso::ffmpeg {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using Stamps = std::vector<std::optional<microseconds>>;

std::vector<microseconds> times_of(const Stamps& stamps) {
  MediaTime time(40ms);
  std::vector<microseconds> found;
  for (const auto& stamp : stamps) found.push_back(time.next(stamp));
  return found;
}

TEST(MediaTime, StartsAtZeroWhateverTheFirstStamp) {
  EXPECT_EQ(times_of({10s, 10s + 40ms, 10s + 120ms}),
            (std::vector<microseconds>{0ms, 40ms, 120ms}));
  EXPECT_EQ(times_of({-5s, -4s}), (std::vector<microseconds>{0s, 1s}));
}

TEST(MediaTime, GuessesWhereStampsAreMissing) {
  EXPECT_EQ(times_of({std::nullopt, std::nullopt, std::nullopt}),
            (std::vector<microseconds>{0ms, 40ms, 80ms}));
  EXPECT_EQ(times_of({0ms, std::nullopt, 100ms}), (std::vector<microseconds>{0ms, 40ms, 100ms}));
  EXPECT_EQ(times_of({std::nullopt, 7s, 7s + 50ms}), (std::vector<microseconds>{0ms, 40ms, 90ms}));
}

TEST(MediaTime, AStampThatGoesBackALittleStillAdvances) {
  EXPECT_EQ(times_of({0ms, 40ms, 20ms, 40ms, 60ms}),
            (std::vector<microseconds>{0ms, 40ms, 41ms, 42ms, 60ms}));
}

TEST(MediaTime, AStampThatGoesBackFarStartsANewCount) {
  EXPECT_EQ(times_of({10s, 20s, 0s, 1s}),
            (std::vector<microseconds>{0s, 10s, 10s + 40ms, 11s + 40ms}));
  // The most that is a step back, and a microsecond more.
  EXPECT_EQ(times_of({0s, 5s, 4s}).back(), 5s + 1ms);
  EXPECT_EQ(times_of({0s, 5s, 4s - 1us}).back(), 5s + 40ms);
}

TEST(MediaTime, ALeapOverADayIsDamageAndADayIsNone) {
  EXPECT_EQ(times_of({0s, 24h, 24h + 1s}), (std::vector<microseconds>{0s, 24h, 24h + 1s}));
  EXPECT_EQ(times_of({0s, 24h + 1us, 24h + 1s + 1us}),
            (std::vector<microseconds>{0s, 40ms, 1s + 40ms}));
}

TEST(MediaTime, AbsurdStampsAreNone) {
  constexpr microseconds kLeast = microseconds::min();
  constexpr microseconds kMost = microseconds::max();
  EXPECT_EQ(times_of({kLeast, kMost, 1s, kMost, kLeast}),
            (std::vector<microseconds>{0ms, 40ms, 80ms, 120ms, 160ms}));
  EXPECT_EQ(times_of({-MediaTime::kStampMax, MediaTime::kStampMax}),
            (std::vector<microseconds>{0ms, 40ms}));
}

}  // namespace
}  // namespace proviso::ffmpeg
