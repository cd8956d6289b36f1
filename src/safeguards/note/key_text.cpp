#include "safeguards/note/key_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "base/core/hex.h"
#include "base/core/utf8.h"
#include "base/crypto/digest.h"

namespace proviso::note {
namespace {

constexpr std::size_t kIdDigits = 2 * kKeyIdBytes;
constexpr std::size_t kKeyBytes = sizeof(crypto::PublicKey::bytes);

// White space beyond ASCII: U+0085, U+00A0 and all of category Z.
constexpr std::array<std::string_view, 20> kSpaces{
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", " "};

bool is_control(char character) {
  return static_cast<unsigned char>(character) < 0x20;
}

std::string_view as_text(const crypto::PublicKey& key) {
  return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

Error bad_key(KeyKind needed, std::string_view text, std::string_view why) {
  const bool signs_notes = needed == KeyKind::kEd25519;
  return Error{
      ErrorCode::kInvalidInput,
      concat(signs_notes ? "a verifier key is NAME+ID+KEY with an Ed25519 key"
                         : "a witness's key is NAME+ID+KEY with an Ed25519 key for cosignatures",
             "; found ",
             in_quotes(text, 2 * kQuotedBytesMax),
             ", where ",
             why,
             "; copy it again as a whole")};
}

std::string_view wrong_kind(KeyKind needed) {
  return needed == KeyKind::kEd25519 ? "the key is not Ed25519's"
                                     : "the key is not of kind 4, which cosigns";
}

}  // namespace

bool is_key_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax || !is_utf8(name)) return false;
  if (std::ranges::any_of(name, is_control) || name.find('+') != std::string_view::npos) {
    return false;
  }
  return std::ranges::none_of(
      kSpaces, [&](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

std::string key_id_bytes(std::uint32_t id) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes += static_cast<char>(id >> (shift - 8) & 0xFFU);
  }
  return bytes;
}

std::uint32_t key_id_from(std::span<const std::byte, kKeyIdBytes> bytes) {
  std::uint32_t number = 0;
  for (const std::byte byte : bytes) number = number << 8U | std::to_integer<std::uint32_t>(byte);
  return number;
}

std::uint32_t key_id(KeyKind kind, std::string_view name, const crypto::PublicKey& key) {
  const auto hash = crypto::sha256(concat(name, '\n', static_cast<char>(kind), as_text(key)));
  return key_id_from(std::as_bytes(std::span{hash.bytes}).first<kKeyIdBytes>());
}

std::string key_text(KeyKind kind, std::string_view name, const crypto::PublicKey& key) {
  const std::string id_bytes = key_id_bytes(key_id(kind, name, key));
  const std::string key_bytes = concat(static_cast<char>(kind), as_text(key));
  return concat(name,
                '+',
                to_hex(std::as_bytes(std::span{id_bytes})),
                '+',
                to_base64(std::as_bytes(std::span{key_bytes})));
}

Result<NamedKey> parse_key(KeyKind kind, std::string_view text) {
  const std::size_t first = text.find('+');
  if (first == std::string_view::npos || text.size() < first + kIdDigits + 2 ||
      text[first + kIdDigits + 1] != '+') {
    return bad_key(kind, text, "a part is missing");
  }
  NamedKey named{.name = std::string(text.substr(0, first)), .key = {}};
  if (!is_key_name(named.name)) return bad_key(kind, text, "the name is none");
  PROVISO_TRY(const auto blob, from_base64(text.substr(first + kIdDigits + 2), 1 + kKeyBytes));
  if (blob.size() != 1 + kKeyBytes || blob[0] != static_cast<std::byte>(kind)) {
    return bad_key(kind, text, wrong_kind(kind));
  }
  std::ranges::transform(std::span{blob}.subspan(1), named.key.bytes.begin(), [](std::byte b) {
    return std::uint8_t(b);
  });
  if (key_text(kind, named.name, named.key) != text) {
    return bad_key(kind, text, "the id is not this key's");
  }
  PROVISO_TRY_DONE(crypto::check(named.key));
  return named;
}

}  // namespace proviso::note
