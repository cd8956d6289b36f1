#include "base/core/digits.h"

#include <gtest/gtest.h>

#include <limits>

namespace proviso {
namespace {

TEST(ShortestDigits, ReadBackAsTheSameNumber) {
  EXPECT_EQ(shortest_digits(0.45), "0.45");
  EXPECT_EQ(shortest_digits(-3.0), "-3");
  EXPECT_EQ(shortest_digits(1e30), "1e+30");
  EXPECT_EQ(shortest_digits(std::numeric_limits<double>::infinity()), "inf");
}

TEST(FixedDigits, HaveTheDecimalsAskedForAndNoNegativeZero) {
  EXPECT_EQ(fixed_digits(0.61236, 4), "0.6124");
  EXPECT_EQ(fixed_digits(2.0, 3), "2.000");
  EXPECT_EQ(fixed_digits(1.5e6, 0), "1500000");
  EXPECT_EQ(fixed_digits(-0.00001, 2), "0.00");
  EXPECT_EQ(fixed_digits(-0.01, 2), "-0.01");
}

TEST(FixedDigits, HoldTheLargestNumberWithTheMostDecimals) {
  const std::string digits = fixed_digits(std::numeric_limits<double>::lowest(), kDecimalsMax);
  EXPECT_EQ(digits.size(), 1U + 309U + 1U + kDecimalsMax);
}

TEST(FixedDigitsDeathTest, AreNotThereForInfinityOrTooManyDecimals) {
  EXPECT_DEATH(fixed_digits(std::numeric_limits<double>::infinity(), 2), "check failed");
  EXPECT_DEATH(fixed_digits(1.0, kDecimalsMax + 1), "check failed");
  EXPECT_DEATH(fixed_digits(1.0, -1), "check failed");
}

}  // namespace
}  // namespace proviso
