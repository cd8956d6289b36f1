#include "base/core/base64.h"

#include <algorithm>
#include <cstdint>

#include "base/core/concat.h"

namespace proviso {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kGroupBytes = 3;
constexpr std::size_t kGroupDigits = 4;
constexpr char kPadding = '=';

Error not_base64(std::string_view why) {
  return Error{ErrorCode::kInvalidInput,
               concat("base64 is groups of four of A-Z a-z 0-9 + /, the last padded with '='; ",
                      why,
                      "; copy the text again as a whole")};
}

}  // namespace

std::string to_base64(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + kGroupBytes - 1) / kGroupBytes * kGroupDigits);
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kGroupBytes);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < kGroupBytes; ++i) {
      group = group << 8U | (i < count ? std::to_integer<std::uint32_t>(bytes[i]) : 0U);
    }
    for (std::size_t i = 0; i < kGroupDigits; ++i) {
      const std::uint32_t digit = group >> (18U - 6U * static_cast<std::uint32_t>(i)) & 0x3FU;
      text += i <= count ? kDigits[digit] : kPadding;
    }
    bytes = bytes.subspan(count);
  }
  return text;
}

Result<std::vector<std::byte>> from_base64(std::string_view text, std::size_t bytes_max) {
  if (text.size() % kGroupDigits != 0) return not_base64("the length is no multiple of four");
  std::string_view digits = text;
  for (int i = 0; i < 2 && digits.ends_with(kPadding); ++i) digits.remove_suffix(1);
  const std::size_t size = digits.size() * kGroupBytes / kGroupDigits;
  if (size > bytes_max) {
    return Error{ErrorCode::kOverLimit,
                 concat("at most ",
                        bytes_max,
                        " bytes are needed here; the base64 carries ",
                        size,
                        "; check that it is the right text")};
  }

  std::vector<std::byte> bytes;
  bytes.reserve(size);
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t value = kDigits.find(digits[i]);
    if (value == std::string_view::npos) return not_base64(concat("digit ", i, " is none of them"));
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFU;
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<std::byte>(bits >> bit_count & 0xFFU));
    }
  }
  if ((bits & ((1U << bit_count) - 1U)) != 0) return not_base64("the last digit has stray bits");
  return bytes;
}

}  // namespace proviso
