#include "base/crypto/sealed_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/crypto/digest.h"

namespace proviso::crypto {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Secret key_from(std::string_view name) {
  const Digest digest = sha256(name);
  return Secret::copy_of(std::as_bytes(std::span(digest.bytes))).value();
}

class SealedBytes : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(start().has_value()); }
};
class KeyCheckTest : public SealedBytes {};

TEST_F(SealedBytes, OpenWithTheirKeyInTheirContext) {
  const Secret key = new_sealing_key().value();
  const auto sealed = seal(key, "entry w-1", bytes_of("needle"));
  EXPECT_EQ(sealed.size(), 6 + kSealedOverheadBytes);
  EXPECT_TRUE(std::ranges::search(sealed, bytes_of("needle")).empty());
  const auto opened = open(key, "entry w-1", sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened.value().text(), "needle");
}

TEST_F(SealedBytes, OpenNeitherElsewhereNorWithAnotherKeyNorWithOneBitChanged) {
  const Secret key = key_from("one");
  auto sealed = seal(key, "entry w-1", bytes_of("needle"));
  EXPECT_FALSE(open(key, "entry w-2", sealed).has_value());
  EXPECT_FALSE(open(key_from("two"), "entry w-1", sealed).has_value());
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    auto changed = sealed;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    const auto opened = open(key, "entry w-1", changed);
    ASSERT_FALSE(opened.has_value()) << bit;
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(open(key, "entry w-1", std::span(sealed).first(size)).has_value()) << size;
  }
  EXPECT_TRUE(open(key, "entry w-1", sealed).has_value());
}

TEST_F(SealedBytes, AreOthersEachTime) {
  const Secret key = key_from("one");
  EXPECT_NE(seal(key, "", bytes_of("same")), seal(key, "", bytes_of("same")));
}

// Sealed by PyNaCl 1.6 (another binding) with the nonce 0, 1, ... 23.
TEST_F(SealedBytes, AreReadAsOthersWriteThem) {
  std::vector<std::byte> sealed;
  for (const int value : {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
                          0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                          0xd1, 0x35, 0x4d, 0xa3, 0xd6, 0xc4, 0xc7, 0xa5, 0xb1, 0xda, 0xf8, 0xb1,
                          0xb4, 0x51, 0x1d, 0xbb, 0x91, 0x38, 0xc4, 0xb1, 0x05, 0x5a})
    sealed.push_back(static_cast<std::byte>(value));
  const auto opened = open(key_from("one"), "entry w-1", sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened.value().text(), "needle");
}

TEST_F(KeyCheckTest, TellsKeysApart) {
  EXPECT_EQ(key_check(key_from("one")), key_check(key_from("one")));
  EXPECT_NE(key_check(key_from("one")), key_check(key_from("two")));
}

// By Python's hashlib: blake2b(b"needle", digest_size=32, key=sha256(b"one").digest()).
TEST_F(KeyCheckTest, NamesATextAsOthersDo) {
  EXPECT_EQ(to_hex(keyed_digest(key_from("one"), "needle")),
            "f4be708edc99f977a36bf6314f393286cd8aeae938e3b72505821601e83135de");
  EXPECT_NE(keyed_digest(key_from("one"), "needle"), keyed_digest(key_from("two"), "needle"));
  EXPECT_NE(keyed_digest(key_from("one"), "needle"), keyed_digest(key_from("one"), "needles"));
}

}  // namespace
}  // namespace proviso::crypto
