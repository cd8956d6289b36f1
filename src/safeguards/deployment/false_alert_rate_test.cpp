#include "safeguards/deployment/false_alert_rate.h"

#include <gtest/gtest.h>

namespace proviso::deployment {
namespace {

FalseAlertRate rate_of(std::uint64_t false_alerts, std::uint64_t faces_seen) {
  return false_alert_rate(false_alerts, faces_seen, 950);
}

TEST(FalseAlertRate, HasTheExactIntervals) {
  // Reckoned by hand in 50 decimal digits: sums of binomial terms, halved until they met the tail.
  EXPECT_EQ(rate_of(1, 20).low_per_million, 1265);
  EXPECT_EQ(rate_of(1, 20).high_per_million, 248'733);
  EXPECT_EQ(rate_of(0, 100).low_per_million, 0);
  EXPECT_EQ(rate_of(0, 100).high_per_million, 36'217);
  EXPECT_EQ(rate_of(8, 42).low_per_million, 86'005);
  EXPECT_EQ(rate_of(7, 8600).low_per_million, 327);
  EXPECT_EQ(rate_of(7, 8600).high_per_million, 1677);
  EXPECT_EQ(rate_of(12, 3'000'000).low_per_million, 2);
  EXPECT_EQ(rate_of(12, 3'000'000).high_per_million, 7);
}

TEST(FalseAlertRate, SaysNothingOfNoFacesAndEverythingOfAllFalse) {
  EXPECT_EQ(rate_of(0, 0).low_per_million, 0);
  EXPECT_EQ(rate_of(0, 0).high_per_million, kPerMillion);
  EXPECT_EQ(rate_of(5, 5).high_per_million, kPerMillion);
  EXPECT_EQ(rate_of(5, 2), rate_of(5, 5)) << "whoever alerted was seen";
}

TEST(FalseAlertRate, OneFalseAlertInTwoHundredFacesIsNotYetAboveOneInAThousandButThreeAre) {
  constexpr std::int64_t kLimit = 1000;
  EXPECT_FALSE(rate_of(1, 200).surely_above(kLimit));
  EXPECT_TRUE(rate_of(3, 200).surely_above(kLimit));
}

TEST(FalseAlertRate, NeverClaimsLessWithMoreFalseAlertsUpToTheMostThatAreCounted) {
  std::int64_t low = -1;
  for (const std::uint64_t n : {0U, 1U, 10U, 100U, 1000U, 10'000U}) {
    const auto rate = rate_of(n, 10'000'000);
    EXPECT_GT(rate.low_per_million, n == 0 ? -1 : low - 1);
    EXPECT_LE(rate.low_per_million, static_cast<std::int64_t>(n / 10));
    EXPECT_GE(rate.high_per_million, static_cast<std::int64_t>(n / 10));
    low = rate.low_per_million;
  }
  EXPECT_DEATH(static_cast<void>(rate_of(kFalseAlertsMax + 1, 10'000'000)), "");
}

TEST(FalseAlertRate, IsToldWithBothCounts) {
  EXPECT_EQ(rate_of(7, 8600).to_text(),
            "7 false alerts in 8600 faces seen (95.0 % interval 327 to 1677 per million)");
  EXPECT_EQ(rate_of(1, 20).to_text(),
            "1 false alert in 20 faces seen (95.0 % interval 1265 to 248733 per million)");
}

}  // namespace
}  // namespace proviso::deployment
