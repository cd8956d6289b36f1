#pragma once

// Numbers that a proof leans on, rounded to the safe side (docs/search.md, 'Rounding').
//
//   kSumSlack    relative; more than a float64 sum of 1024 products loses: 1024 * 2^-53 < 2^-40
//   kTestSlack   relative; more than a row's test in float32 loses: a handful of 2^-24 < 2^-20
//   kTestMargin  absolute, in units of the integer product; more than underflow loses

#include <cmath>
#include <limits>

namespace proviso::search {

inline constexpr double kSumSlack = 0x1p-40;
inline constexpr double kTestSlack = 0x1p-20;
inline constexpr float kTestMargin = 0x1p-20F;

// The least float32 that is not below `value`.
inline float float_above(double value) {
  constexpr float kMax = std::numeric_limits<float>::max();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (value > static_cast<double>(kMax)) return kInfinity;
  if (value < -static_cast<double>(kMax)) return -kMax;
  const auto nearest = static_cast<float>(value);
  return static_cast<double>(nearest) >= value ? nearest : std::nextafter(nearest, kInfinity);
}

// The greatest float32 that is not above `value`.
inline float float_below(double value) {
  return -float_above(-value);
}

// Not below the real square root of a sum of up to 1024 squares, given that sum in float64.
inline double norm_above(double sum_of_squares) {
  return std::sqrt(sum_of_squares) * (1 + kSumSlack);
}

}  // namespace proviso::search
