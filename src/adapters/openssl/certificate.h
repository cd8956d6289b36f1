#pragma once

// What makes a TLS peer the camera that is meant: a chain to a CA with the right name, the SHA-256
// of its certificate, or both. With neither, nothing is checked, and that is said.
//
//   errors   kInvalidInput for a fingerprint that is none
//   threads  values
//
// A fingerprint pins the whole certificate (its DER bytes), as `openssl x509 -fingerprint -sha256`
// prints it: a renewed certificate must be pinned anew, an expired one stays pinned.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace proviso::openssl {

struct Fingerprint {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

  // 64 hexadecimal digits of either case, colons between pairs and "sha256:" before them or not.
  static Result<Fingerprint> parse(std::string_view text);
  std::string text() const;  // 64 lower-case digits.
};

struct Trust {
  std::string ca_file;  // PEM; empty: no CA.
  std::optional<Fingerprint> pinned;

  bool is_empty() const { return ca_file.empty() && !pinned; }
};

}  // namespace proviso::openssl
