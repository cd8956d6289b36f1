#pragma once

// A key of c2sp.org/signed-note with its name, in text form `NAME+ID+KEY` (a "vkey"): the same for
// every kind of Ed25519 key, which its kind byte alone tells apart.
//
// Errors: parse_key(): kInvalidInput for any other form, an id that is not the key's, another kind,
//         or a key that crypto::check() refuses.
// Threads: reentrant.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/crypto/ed25519.h"

namespace proviso::note {

inline constexpr std::size_t kNameBytesMax = 256;
inline constexpr std::size_t kKeyIdBytes = 4;

enum class KeyKind : char {
  kEd25519 = '\x01',             // Signs notes.
  kEd25519Cosignature = '\x04',  // Signs checkpoints of others, c2sp.org/tlog-cosignature.
};

struct NamedKey {
  std::string name;
  crypto::PublicKey key;
};

// The first 4 bytes of SHA-256(name, LF, kind, key), big-endian.
std::uint32_t key_id(KeyKind kind, std::string_view name, const crypto::PublicKey& key);
std::string key_text(KeyKind kind, std::string_view name, const crypto::PublicKey& key);
Result<NamedKey> parse_key(KeyKind kind, std::string_view text);

// An id as the formats hold it: big-endian.
std::string key_id_bytes(std::uint32_t id);
std::uint32_t key_id_from(std::span<const std::byte, kKeyIdBytes> bytes);

// 1 to kNameBytesMax bytes of UTF-8 without '+', control characters and white space.
bool is_key_name(std::string_view name);

}  // namespace proviso::note
