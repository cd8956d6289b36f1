#pragma once

// Bytes as lower-case hexadecimal digits, two a byte, most significant first.
//
// Threads: reentrant.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace proviso {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string to_hex(std::span<const std::byte> bytes);

}  // namespace proviso
