#pragma once

// What every fuzzer of this folder shares: the input as text, and the demand that a parser which
// took it writes back the same bytes, where its format has one form.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "base/crypto/digest.h"

namespace proviso::fuzz {

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  static const bool is_started = crypto::start().has_value();
  PROVISO_CHECK(is_started);
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace proviso::fuzz
