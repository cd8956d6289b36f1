#pragma once

// A secret sealed with a passphrase: a text file that may lie on a disk (docs/formats/
// secret-file.md, `proviso/secret/v1`). Argon2id stretches the passphrase, XChaCha20-Poly1305 seals
// the secret; the cost stands in the file and is authenticated with it.
//
// A file may ask for no more than the limits below: who hands in a hostile one gets a refusal, not
// the machine's memory.
//
// Threads: reentrant; each call holds `memory_kib` while it runs. `crypto::start()` must have run
// (PROVISO_CHECK). Cost: about a second with Cost{}.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/crypto/secret.h"

namespace proviso::crypto {

// What one guess at the passphrase costs. Default: libsodium's for interactive use with care
// (crypto_pwhash_MEMLIMIT_MODERATE).
struct Cost {
  std::uint32_t memory_kib = 262'144;
  std::uint32_t passes = 3;
  friend bool operator==(const Cost&, const Cost&) = default;
};

inline constexpr Cost kCostMin{.memory_kib = 8'192, .passes = 1};
inline constexpr Cost kCostMax{.memory_kib = 524'288, .passes = 10};
inline constexpr std::size_t kPassphraseBytesMin = 12;
inline constexpr std::size_t kPassphraseBytesMax = 1024;
inline constexpr std::size_t kSealedSecretBytesMax = 1024;  // Of the secret inside.
inline constexpr std::size_t kSecretFileBytesMax = 4096;

// Errors: kInvalidInput for a passphrase shorter or longer than the limits;
//         kUnavailable  if the memory is refused.
// PROVISO_CHECK: 1 to kSealedSecretBytesMax bytes of secret; a cost within its limits.
Result<std::string> seal_secret(std::span<const std::byte> secret,
                                std::string_view passphrase,
                                const Cost& cost);

// Errors: kNotAuthorised if the passphrase does not open it, or the file was changed: the two
//                        cannot be told apart;
//         kInvalidInput  if the text is not of the form;
//         kOverLimit     if it asks for more than kCostMax, or is too long;
//         kUnavailable   if the memory is refused.
Result<Secret> open_secret(std::string_view file, std::string_view passphrase);

}  // namespace proviso::crypto
