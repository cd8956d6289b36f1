#include "base/core/digits.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include "base/core/check.h"

namespace proviso {
namespace {

// Sign, every digit before the point, the point, every decimal.
constexpr std::size_t kCharactersMax =
    1 + std::numeric_limits<double>::max_exponent10 + 1 + 1 + kDecimalsMax;

}  // namespace

std::string shortest_digits(double number) {
  std::array<char, kCharactersMax> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  PROVISO_CHECK(end.ec == std::errc{});
  return {text.data(), end.ptr};
}

std::string fixed_digits(double number, int decimals) {
  PROVISO_CHECK(std::isfinite(number) && decimals >= 0 && decimals <= kDecimalsMax);
  std::array<char, kCharactersMax> text{};
  const auto end = std::to_chars(
      text.data(), text.data() + text.size(), number, std::chars_format::fixed, decimals);
  PROVISO_CHECK(end.ec == std::errc{});
  std::string digits(text.data(), end.ptr);
  if (digits.starts_with('-') && digits.find_first_not_of("-0.") == std::string::npos) {
    digits.erase(0, 1);
  }
  return digits;
}

}  // namespace proviso
