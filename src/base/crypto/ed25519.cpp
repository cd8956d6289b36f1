#include "base/crypto/ed25519.h"

#include <sodium.h>

#include <algorithm>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/hex.h"
#include "base/crypto/random.h"
#include "base/crypto/started.h"

namespace proviso::crypto {
namespace {

static_assert(sizeof(PublicKey::bytes) == crypto_sign_PUBLICKEYBYTES);
static_assert(sizeof(Signature::bytes) == crypto_sign_BYTES);
static_assert(SecretKey::kSeedBytes == crypto_sign_SEEDBYTES);

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

const unsigned char* octets(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Status check(const PublicKey& key) {
  PROVISO_CHECK(is_started());
  if (crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat("an Ed25519 key is a point of the main subgroup in canonical form; found ",
                      to_hex(std::as_bytes(std::span{key.bytes})),
                      "; make a new key with `proviso officer new`")};
}

bool verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  PROVISO_CHECK(is_started());
  return crypto_sign_verify_detached(
             signature.bytes.data(), octets(message), message.size(), key.bytes.data()) == 0;
}

Result<SecretKey> SecretKey::generate() {
  PROVISO_TRY(auto seed, Secret::create(kSeedBytes));
  fill_random(seed.bytes());
  return from_seed(std::span<const std::byte, kSeedBytes>(seed.bytes()));
}

Result<SecretKey> SecretKey::from_seed(std::span<const std::byte, kSeedBytes> seed) {
  PROVISO_TRY(auto pair, Secret::create(crypto_sign_SECRETKEYBYTES));
  PublicKey key;
  PROVISO_CHECK(crypto_sign_seed_keypair(key.bytes.data(), octets(pair.bytes()), octets(seed)) ==
                0);
  return SecretKey{std::move(pair)};
}

PublicKey SecretKey::public_key() const {
  PublicKey key;
  PROVISO_CHECK(crypto_sign_ed25519_sk_to_pk(key.bytes.data(), octets(pair_.bytes())) == 0);
  return key;
}

Signature SecretKey::sign(std::string_view message) const {
  Signature signature;
  PROVISO_CHECK(crypto_sign_detached(signature.bytes.data(),
                                     nullptr,
                                     octets(message),
                                     message.size(),
                                     octets(pair_.bytes())) == 0);
  return signature;
}

}  // namespace proviso::crypto
