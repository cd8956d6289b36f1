#include "base/crypto/ed25519.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/core/hex.h"
#include "base/crypto/digest.h"

namespace proviso::crypto {
namespace {

std::vector<std::uint8_t> from_hex(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(kHexDigits.find(hex[i]) << 4U | kHexDigits.find(hex[i + 1])));
  }
  return bytes;
}

PublicKey key_of(std::string_view hex) {
  PublicKey key;
  std::ranges::copy(from_hex(hex), key.bytes.begin());
  return key;
}

Signature signature_of(std::string_view hex) {
  Signature signature;
  std::ranges::copy(from_hex(hex), signature.bytes.begin());
  return signature;
}

SecretKey secret_of(std::string_view hex) {
  const auto seed = from_hex(hex);
  return SecretKey::from_seed(std::as_bytes(std::span{seed}).first<SecretKey::kSeedBytes>())
      .value();
}

class Ed25519 : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(start().has_value()); }
};

struct Vector {
  std::string_view seed;
  std::string_view key;
  std::string_view message;
  std::string_view signature;
};

// RFC 8032, section 7.1, tests 1 to 3.
constexpr std::array kVectors{
    Vector{
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
        "cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    Vector{
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
        "0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    Vector{
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
        "84dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST_F(Ed25519, SignsAndVerifiesAsTheStandardSays) {
  for (const Vector& vector : kVectors) {
    const auto bytes = from_hex(vector.message);
    const std::string message(bytes.begin(), bytes.end());
    const SecretKey secret = secret_of(vector.seed);
    EXPECT_EQ(secret.public_key(), key_of(vector.key));
    EXPECT_EQ(secret.sign(message), signature_of(vector.signature));
    EXPECT_TRUE(check(secret.public_key()).has_value());
    EXPECT_TRUE(verify(key_of(vector.key), message, signature_of(vector.signature)));
  }
}

TEST_F(Ed25519, RefusesEveryChangedBitOfTheSignatureAndAnotherMessageOrKey) {
  const SecretKey secret = SecretKey::generate().value();
  const Signature good = secret.sign("message");
  ASSERT_TRUE(verify(secret.public_key(), "message", good));

  for (std::size_t bit = 0; bit < 8 * good.bytes.size(); ++bit) {
    Signature changed = good;
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(verify(secret.public_key(), "message", changed)) << bit;
  }
  EXPECT_FALSE(verify(secret.public_key(), "messagf", good));
  EXPECT_FALSE(verify(secret.public_key(), "message ", good));
  EXPECT_FALSE(verify(SecretKey::generate().value().public_key(), "message", good));
}

TEST_F(Ed25519, RefusesTheSecondFormOfASignature) {
  const SecretKey secret = SecretKey::generate().value();
  Signature signature = secret.sign("message");
  // S + L signs the same for those who do not ask that S be below the group's order L.
  const auto order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const unsigned sum = signature.bytes[32 + i] + order[i] + carry;
    signature.bytes[32 + i] = static_cast<std::uint8_t>(sum & 0xFFU);
    carry = sum >> 8U;
  }
  ASSERT_EQ(carry, 0U);
  EXPECT_FALSE(verify(secret.public_key(), "message", signature));
}

TEST_F(Ed25519, RefusesKeysOfSmallOrderAndInASecondForm) {
  for (const std::string_view hex : {
           // All eight points of small order.
           "0100000000000000000000000000000000000000000000000000000000000000",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0000000000000000000000000000000000000000000000000000000000000080",
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
           // Second forms: x = 0 with a sign; y of the field's order and more.
           "0100000000000000000000000000000000000000000000000000000000000080",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
           "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           // No point of the curve.
           "0200000000000000000000000000000000000000000000000000000000000000",
       }) {
    const Status status = check(key_of(hex));
    ASSERT_FALSE(status.has_value()) << hex;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidInput);
  }
}

TEST_F(Ed25519, RefusesAKeyOutsideTheMainSubgroup) {
  const PublicKey good = SecretKey::generate().value().public_key();
  ASSERT_TRUE(check(good).has_value());
  const PublicKey small =
      key_of("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  PublicKey mixed;
  ASSERT_EQ(crypto_core_ed25519_add(mixed.bytes.data(), good.bytes.data(), small.bytes.data()), 0);
  EXPECT_FALSE(check(mixed).has_value());
}

TEST_F(Ed25519, TakesNothingForASignatureUnderAKeyOfSmallOrder) {
  const PublicKey one = key_of("0100000000000000000000000000000000000000000000000000000000000000");
  // R = the neutral point, S = 0: valid for every message where nobody looks at the key's order.
  Signature zero;
  zero.bytes[0] = 1;
  EXPECT_FALSE(verify(one, "message", zero));
}

TEST_F(Ed25519, MakesADifferentKeyEachTimeAndGivesItBackFromItsSeed) {
  const SecretKey one = SecretKey::generate().value();
  const SecretKey two = SecretKey::generate().value();
  EXPECT_NE(one.public_key(), two.public_key());
  const SecretKey again = SecretKey::from_seed(one.seed().first<SecretKey::kSeedBytes>()).value();
  EXPECT_EQ(again.public_key(), one.public_key());
  EXPECT_EQ(again.sign("message"), one.sign("message"));
}

}  // namespace
}  // namespace proviso::crypto
