#pragma once

// Doubles as decimal digits, the same in every locale.
//
// Threads: reentrant.

#include <string>

namespace proviso {

inline constexpr int kDecimalsMax = 17;

// The fewest digits that read back as the same number: 0.45, 1e+30; for messages also inf, nan.
std::string shortest_digits(double number);

// With exactly `decimals` (0 to kDecimalsMax) digits after the point, never an exponent; the
// nearest such number, and never "-0". `number` is finite (PROVISO_CHECK).
std::string fixed_digits(double number, int decimals);

}  // namespace proviso
