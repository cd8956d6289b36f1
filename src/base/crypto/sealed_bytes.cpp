#include "base/crypto/sealed_bytes.h"

#include <sodium.h>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/crypto/random.h"
#include "base/crypto/started.h"

namespace proviso::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealingKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kSealedOverheadBytes == kNonceBytes + kTagBytes);

const unsigned char* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Error does_not_open() {
  return Error{ErrorCode::kCorrupt,
               "sealed bytes do not open: the key, the place or the bytes are not those of the "
               "sealing; take them from where they were written, or from a backup"};
}

void hash(const Secret& key, std::string_view text, std::span<std::byte> out) {
  PROVISO_CHECK(is_started());
  PROVISO_CHECK(key.size() == kSealingKeyBytes);
  PROVISO_CHECK(crypto_generichash(reinterpret_cast<unsigned char*>(out.data()),
                                   out.size(),
                                   octets(text),
                                   text.size(),
                                   octets(key.bytes()),
                                   key.size()) == 0);
}

}  // namespace

Result<Secret> new_sealing_key() {
  PROVISO_TRY(auto key, Secret::create(kSealingKeyBytes));
  fill_random(key.bytes());
  return key;
}

std::vector<std::byte> seal(const Secret& key,
                            std::string_view context,
                            std::span<const std::byte> plain) {
  PROVISO_CHECK(is_started());
  PROVISO_CHECK(key.size() == kSealingKeyBytes);
  std::vector<std::byte> sealed(plain.size() + kSealedOverheadBytes);
  const std::span<std::byte> all(sealed);
  fill_random(all.first(kNonceBytes));
  PROVISO_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(
                    reinterpret_cast<unsigned char*>(all.subspan(kNonceBytes).data()),
                    nullptr,
                    octets(plain),
                    plain.size(),
                    octets(context),
                    context.size(),
                    nullptr,
                    octets(all.first(kNonceBytes)),
                    octets(key.bytes())) == 0);
  return sealed;
}

Status open_into(const Secret& key,
                 std::string_view context,
                 std::span<const std::byte> sealed,
                 std::span<std::byte> plain) {
  PROVISO_CHECK(is_started());
  PROVISO_CHECK(key.size() == kSealingKeyBytes);
  PROVISO_CHECK(sealed.size() == plain.size() + kSealedOverheadBytes);
  const auto box = sealed.subspan(kNonceBytes);
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()),
                                                 nullptr,
                                                 nullptr,
                                                 octets(box),
                                                 box.size(),
                                                 octets(context),
                                                 context.size(),
                                                 octets(sealed.first(kNonceBytes)),
                                                 octets(key.bytes()));
  if (failed != 0) {
    sodium_memzero(plain.data(), plain.size());
    return does_not_open();
  }
  return Done{};
}

Result<Secret> open(const Secret& key,
                    std::string_view context,
                    std::span<const std::byte> sealed) {
  if (sealed.size() <= kSealedOverheadBytes) return does_not_open();
  PROVISO_TRY(auto plain, Secret::create(sealed.size() - kSealedOverheadBytes));
  PROVISO_TRY_DONE(open_into(key, context, sealed, plain.bytes()));
  return plain;
}

void derive_key(const Secret& first,
                const Secret& second,
                std::string_view context,
                Secret& derived) {
  PROVISO_CHECK(is_started());
  PROVISO_CHECK(first.size() == kSealingKeyBytes && second.size() == kSealingKeyBytes &&
                derived.size() == kSealingKeyBytes);
  crypto_generichash_state state;
  const auto update = [&state](const unsigned char* part, std::size_t bytes) {
    PROVISO_CHECK(crypto_generichash_update(&state, part, bytes) == 0);
  };
  PROVISO_CHECK(
      crypto_generichash_init(&state, octets(first.bytes()), first.size(), kSealingKeyBytes) == 0);
  update(octets(context), context.size());
  update(octets(second.bytes()), second.size());
  PROVISO_CHECK(crypto_generichash_final(&state,
                                         reinterpret_cast<unsigned char*>(derived.bytes().data()),
                                         derived.size()) == 0);
  sodium_memzero(&state, sizeof(state));
}

KeyCheck key_check(const Secret& key) {
  KeyCheck check{};
  hash(key, "proviso/key-check/v1", std::as_writable_bytes(std::span(check)));
  return check;
}

Digest keyed_digest(const Secret& key, std::string_view text) {
  Digest digest;
  hash(key, text, std::as_writable_bytes(std::span(digest.bytes)));
  return digest;
}

}  // namespace proviso::crypto
