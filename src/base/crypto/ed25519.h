#pragma once

// Ed25519 (RFC 8032) by libsodium: the signatures under every note.
//
//   signing    always with the public key that belongs to the secret one; no caller hands one in,
//              since two signatures of one text under two public keys give the secret away
//   verifying  strict: S below the group's order, R and the key canonical and not of small order
//   keys       check() is asked when a key is enrolled, so that libsodium, Go and OpenSSL agree on
//              what it has signed
//
// Threads: reentrant. `crypto::start()` must have run (PROVISO_CHECK).

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/core/result.h"
#include "base/crypto/secret.h"

namespace proviso::crypto {

struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

struct Signature {
  std::array<std::uint8_t, 64> bytes{};
  friend auto operator<=>(const Signature&, const Signature&) = default;
};

// Errors: kInvalidInput for bytes that are no point of the curve in its one canonical form, or a
//         point outside the main subgroup (of small or of mixed order).
Status check(const PublicKey& key);

bool verify(const PublicKey& key, std::string_view message, const Signature& signature);

// A private key in guarded memory.
class SecretKey {
 public:
  static constexpr std::size_t kSeedBytes = 32;

  // Errors, both: kUnavailable if guarded memory is refused.
  static Result<SecretKey> generate();
  static Result<SecretKey> from_seed(std::span<const std::byte, kSeedBytes> seed);

  PublicKey public_key() const;
  Signature sign(std::string_view message) const;
  // For crypto::seal_secret() alone.
  std::span<const std::byte> seed() const { return pair_.bytes().first(kSeedBytes); }

 private:
  explicit SecretKey(Secret pair) : pair_(std::move(pair)) {}
  Secret pair_;  // The seed, then the public key: libsodium's form.
};

}  // namespace proviso::crypto
