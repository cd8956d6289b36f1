#pragma once

// Bytes sealed under a key of 32 bytes with XChaCha20-Poly1305 (libsodium): confidential, and held
// together with what they belong to.
//
//   form      nonce (24 random bytes), then the ciphertext with its tag (16 bytes)
//   context   authenticated with it and not stored: which record, of which kind, under which key.
//             A box moved to another place does not open there
//   keys      the construction does not commit to its key, so nobody tries several: the caller
//             knows which one it is, has its id in the context, and may hold the key itself to
//             key_check()
//
// Threads: reentrant. `crypto::start()` must have run (PROVISO_CHECK).

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "base/crypto/secret.h"

namespace proviso::crypto {

inline constexpr std::size_t kSealingKeyBytes = 32;
inline constexpr std::size_t kSealedOverheadBytes = 24 + 16;

// Errors: kUnavailable if guarded memory is refused.
Result<Secret> new_sealing_key();

// PROVISO_CHECK: `key` has kSealingKeyBytes.
std::vector<std::byte> seal(const Secret& key,
                            std::string_view context,
                            std::span<const std::byte> plain);

// The plain bytes, at least one, in guarded memory.
// Errors: kCorrupt     if the key, the context or the bytes are others than at sealing;
//         kUnavailable if guarded memory is refused.
Result<Secret> open(const Secret& key, std::string_view context, std::span<const std::byte> sealed);

// The same into memory of the caller's, for many at a time. After an error it holds nothing.
// PROVISO_CHECK: `plain` has exactly the length that was sealed.
Status open_into(const Secret& key,
                 std::string_view context,
                 std::span<const std::byte> sealed,
                 std::span<std::byte> plain);

// A key that only who has both keys can make: keyed BLAKE2b of the context and the second.
// PROVISO_CHECK: all three have kSealingKeyBytes.
void derive_key(const Secret& first,
                const Secret& second,
                std::string_view context,
                Secret& derived);

// Tells one key from another and nothing else about it: keyed BLAKE2b of a fixed text.
using KeyCheck = std::array<std::byte, 16>;
KeyCheck key_check(const Secret& key);

// Names a text for who holds the key, and says nothing of it to anybody else: keyed BLAKE2b.
Digest keyed_digest(const Secret& key, std::string_view text);

}  // namespace proviso::crypto
