#include "base/core/clock.h"

#include <gtest/gtest.h>

#include <random>

namespace proviso {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}} + 12h;

TEST(FakeClock, StandsStillUntilToldAndMovesBothTimes) {
  FakeClock clock(kNoon);
  const MonotonicTime start = clock.monotonic();
  EXPECT_EQ(clock.wall(), kNoon);

  clock.advance(1500us);

  EXPECT_EQ(clock.wall(), kNoon + 1500us);
  EXPECT_EQ(clock.monotonic(), start + 1500us);
}

TEST(FakeClock, MovesTheWallTimeAloneWhenSomebodySetsIt) {
  FakeClock clock(kNoon);
  const MonotonicTime start = clock.monotonic();

  clock.step_wall(-1h);

  EXPECT_EQ(clock.wall(), kNoon - 1h);
  EXPECT_EQ(clock.monotonic(), start);
}

TEST(FakeClockDeathTest, RefusesToGoBack) {
  FakeClock clock(kNoon);
  EXPECT_DEATH(clock.advance(-1us), "check failed");
}

TEST(SystemClock, NeverGoesBackAndKnowsTheCentury) {
  const SystemClock clock;
  const MonotonicTime first = clock.monotonic();

  EXPECT_GE(clock.monotonic(), first);
  EXPECT_GT(clock.wall(), kNoon - 24h * 365);
}

TEST(Rfc3339, WritesWholeSecondsShortAndFractionsWithSixDigits) {
  EXPECT_EQ(to_rfc3339(kNoon), "2026-11-24T12:00:00Z");
  EXPECT_EQ(to_rfc3339(kNoon + 1us), "2026-11-24T12:00:00.000001Z");
  EXPECT_EQ(to_rfc3339(WallTime{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(WallTime{-1us}), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, ReadsWhatItWroteOver2000RandomTimes) {
  const WallTime end{std::chrono::sys_days{std::chrono::year{2106} / 1 / 1}};
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> any(0, end.time_since_epoch().count() - 1);
  for (int i = 0; i < 2000; ++i) {
    std::chrono::microseconds since_1970{any(random)};
    if (i % 2 == 0) since_1970 = std::chrono::floor<std::chrono::seconds>(since_1970);
    const WallTime time{since_1970};
    ASSERT_EQ(parse_rfc3339(to_rfc3339(time)).value(), time) << to_rfc3339(time);
  }
}

TEST(Rfc3339, ReadsTheFirstAndLastTimeOfItsRangeAndRefusesTheNext) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z").value(), WallTime{});
  EXPECT_TRUE(parse_rfc3339("2105-12-31T23:59:59.999999Z").has_value());
  EXPECT_FALSE(parse_rfc3339("1969-12-31T23:59:59Z").has_value());
  EXPECT_FALSE(parse_rfc3339("2106-01-01T00:00:00Z").has_value());
}

TEST(Rfc3339, KnowsLeapYears) {
  EXPECT_TRUE(parse_rfc3339("2028-02-29T00:00:00Z").has_value());
  EXPECT_FALSE(parse_rfc3339("2027-02-29T00:00:00Z").has_value());
}

TEST(Rfc3339, RefusesEveryOtherForm) {
  ASSERT_TRUE(parse_rfc3339("2026-11-24T08:30:00Z").has_value());
  for (const char* text : {"",
                           "2026-11-24",
                           "2026-11-24 08:30:00Z",
                           "2026-11-24t08:30:00z",
                           "2026-11-24T08:30:00",
                           "2026-11-24T08:30:00+00:00",
                           "2026-11-24T08:30:00.5Z",
                           "2026-11-24T08:30:00,500000Z",
                           "2026-11-24T24:00:00Z",
                           "2026-11-24T08:60:00Z",
                           "2026-11-24T08:30:60Z",
                           "2026-13-24T08:30:00Z",
                           "2026-00-24T08:30:00Z",
                           "2026-11-31T08:30:00Z",
                           "2026-11-24T08:30:-1Z",
                           " 2026-11-24T08:30:0Z",
                           "2026-11-24T08:30:00ZZ"}) {
    const auto refused = parse_rfc3339(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput) << text;
  }
}

TEST(Rfc3339, SaysWhatItFoundAndWhatItNeeds) {
  const std::string message = parse_rfc3339("soon").error().message;
  EXPECT_NE(message.find("\"soon\""), std::string::npos) << message;
  EXPECT_NE(message.find("YYYY-MM-DDTHH:MM:SS"), std::string::npos) << message;
}

}  // namespace
}  // namespace proviso
