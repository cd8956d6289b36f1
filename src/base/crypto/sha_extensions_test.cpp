#include "base/crypto/sha_extensions.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <random>
#include <vector>

namespace proviso::crypto {
namespace {

Digest by_libsodium(std::span<const std::byte> bytes) {
  Digest digest;
  crypto_hash_sha256(
      digest.bytes.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return digest;
}

TEST(ShaExtensions, AgreeWithLibsodiumAtEveryLengthOfSixBlocksAndSomeLongOnes) {
  if (!has_sha_extensions()) GTEST_SKIP() << "NOT TESTED: this processor has no SHA extensions";
  std::mt19937_64 random(20261124);
  std::vector<std::byte> bytes(100'003);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  // From odd addresses too: the bytes of a log stand anywhere.
  for (std::size_t length = 0; length <= std::size_t{6} * 64; ++length) {
    const auto part = std::span<const std::byte>(bytes).subspan(length % 17, length);
    ASSERT_EQ(sha256_by_extensions(part), by_libsodium(part)) << length;
  }
  for (const std::size_t length : {4096U, 65'535U, 65'536U, 99'999U}) {
    const auto part = std::span<const std::byte>(bytes).first(length);
    ASSERT_EQ(sha256_by_extensions(part), by_libsodium(part)) << length;
  }
}

}  // namespace
}  // namespace proviso::crypto
