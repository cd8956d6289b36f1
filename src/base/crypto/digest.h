#pragma once

// SHA-256 (FIPS 180-4): by the processor's SHA extensions where it has them, else by libsodium.
//
// Threads: reentrant. `crypto::start()` must have run (PROVISO_CHECK).

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace proviso::crypto {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

Digest sha256(std::span<const std::byte> bytes);
Digest sha256(std::string_view text);

std::string to_hex(const Digest& digest);  // 64 lower-case digits.
// Errors: kInvalidInput unless `hex` is 64 lower-case hexadecimal digits.
Result<Digest> parse_digest(std::string_view hex);

// Initialises libsodium, sets the core limit to 0 and marks the process not dumpable. Called once
// by main before any thread. Errors: kUnavailable if libsodium cannot start.
Status start();

}  // namespace proviso::crypto
