#pragma once

// Base64 (RFC 4648 section 4: + and /, always padded), one text for one value.
//
// Threads: reentrant.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso {

std::string to_base64(std::span<const std::byte> bytes);

// Accepts exactly what to_base64 writes: no white space, no missing padding, no set bits in the
// part of the last digit that carries nothing.
// Errors: kOverLimit    if the bytes would be more than `bytes_max`;
//         kInvalidInput for any other text.
Result<std::vector<std::byte>> from_base64(std::string_view text, std::size_t bytes_max);

}  // namespace proviso
