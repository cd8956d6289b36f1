#include "base/crypto/secret_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/core/concat.h"
#include "base/core/hex.h"
#include "base/crypto/digest.h"
#include "base/crypto/random.h"

namespace proviso::crypto {
namespace {

constexpr std::string_view kPassphrase = "four words for a test";

class SecretFiles : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(start().has_value()); }
};

std::vector<std::byte> random_bytes(std::size_t size) {
  std::vector<std::byte> bytes(size);
  fill_random(bytes);
  return bytes;
}

std::string sealed(std::span<const std::byte> secret) {
  return seal_secret(secret, kPassphrase, kCostMin).value();
}

ErrorCode refusal(std::string_view file, std::string_view passphrase = kPassphrase) {
  const auto opened = open_secret(file, passphrase);
  EXPECT_FALSE(opened.has_value()) << file;
  return opened ? ErrorCode{} : opened.error().code;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST_F(SecretFiles, OpenWithTheirPassphraseAndNoOther) {
  const auto secret = random_bytes(32);
  const std::string file = sealed(secret);
  const auto opened = open_secret(file, kPassphrase);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_TRUE(std::ranges::equal(opened.value().bytes(), secret));

  EXPECT_EQ(refusal(file, "four words for a tesT"), ErrorCode::kNotAuthorised);
  EXPECT_EQ(refusal(file, concat(kPassphrase, " ")), ErrorCode::kNotAuthorised);
}

TEST_F(SecretFiles, CarryNoneOfTheSecretInClearAndDifferEachTime) {
  const std::string secret = "a secret that is easily seen!!!!";
  const std::string file = sealed(std::as_bytes(std::span{secret}));
  EXPECT_EQ(file.find("secret that"), std::string::npos);
  EXPECT_EQ(file.find(proviso::to_hex(std::as_bytes(std::span{secret})).substr(0, 16)),
            std::string::npos);
  EXPECT_NE(file, sealed(std::as_bytes(std::span{secret})));
}

TEST_F(SecretFiles, StateTheirCost) {
  const std::string file = sealed(random_bytes(32));
  EXPECT_TRUE(
      file.starts_with("proviso/secret/v1\nkdf argon2id\nmemory_kib 8192\npasses 1\nsalt "));
}

TEST_F(SecretFiles, TakeASecretAndAPassphraseAtTheirLimitsAndNoneOver) {
  const auto secret = random_bytes(kSealedSecretBytesMax);
  const std::string longest(kPassphraseBytesMax, 'x');
  const std::string shortest(kPassphraseBytesMin, 'x');
  for (const std::string& passphrase : {longest, shortest}) {
    const auto file = seal_secret(secret, passphrase, kCostMin);
    ASSERT_TRUE(file.has_value());
    EXPECT_LE(file.value().size(), kSecretFileBytesMax);
    EXPECT_TRUE(open_secret(file.value(), passphrase).has_value());
  }
  const std::string file = sealed(secret);
  for (const std::string& passphrase : {longest + "x", shortest.substr(1), std::string{}}) {
    const auto refused = seal_secret(secret, passphrase, kCostMin);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
    EXPECT_EQ(refusal(file, passphrase), ErrorCode::kInvalidInput);
  }
}

// The refusal of a wrong passphrase comes after the work, that of a cost before it.
TEST_F(SecretFiles, AreWorkedOnUpToTheGreatestCostAndRefusedOneOver) {
  const std::string file = sealed(random_bytes(32));
  const auto memory = [&](std::uint32_t kib) {
    return with(file, "memory_kib 8192", concat("memory_kib ", kib));
  };
  const auto passes = [&](std::uint32_t count) {
    return with(file, "passes 1", concat("passes ", count));
  };
  EXPECT_EQ(refusal(memory(kCostMax.memory_kib)), ErrorCode::kNotAuthorised);
  EXPECT_EQ(refusal(passes(kCostMax.passes)), ErrorCode::kNotAuthorised);

  EXPECT_EQ(refusal(memory(kCostMax.memory_kib + 1)), ErrorCode::kOverLimit);
  EXPECT_EQ(refusal(passes(kCostMax.passes + 1)), ErrorCode::kOverLimit);
  EXPECT_EQ(refusal(memory(kCostMin.memory_kib - 1)), ErrorCode::kOverLimit);
  EXPECT_EQ(refusal(passes(0)), ErrorCode::kOverLimit);
  EXPECT_EQ(refusal(memory(999'999'999)), ErrorCode::kOverLimit);
  EXPECT_EQ(refusal(with(file, "memory_kib 8192", "memory_kib 9999999999")),
            ErrorCode::kInvalidInput);
}

TEST_F(SecretFiles, AreRefusedWithAnyCharacterChanged) {
  const std::string file = sealed(random_bytes(32));
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_secret(changed, kPassphrase).has_value()) << changed;
  }
}

TEST_F(SecretFiles, AreRefusedWithALineDroppedDoubledOrCutAnywhere) {
  const std::string file = sealed(random_bytes(32));
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < file.size();) {
    const std::size_t end = file.find('\n', start) + 1;
    lines.push_back(file.substr(start, end - start));
    start = end;
  }
  ASSERT_EQ(lines.size(), 7U);
  const auto joined = [](const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += part;
    return text;
  };
  ASSERT_TRUE(open_secret(joined(lines), kPassphrase).has_value());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto dropped = lines;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(refusal(joined(dropped)), ErrorCode::kInvalidInput);
    auto doubled = lines;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    EXPECT_EQ(refusal(joined(doubled)), ErrorCode::kInvalidInput);
  }
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(open_secret(file.substr(0, size), kPassphrase).has_value()) << size;
  }
}

TEST_F(SecretFiles, AreRefusedInASecondForm) {
  const std::string file = sealed(random_bytes(32));
  EXPECT_EQ(refusal(file + "\n"), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(with(file, "memory_kib 8192", "memory_kib 08192")), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(with(file, "passes 1", "passes +1")), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(with(file, "passes 1", "passes  1")), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(with(file, "argon2id", "argon2i")), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(with(file, "\nsalt", "\r\nsalt")), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(std::string(kSecretFileBytesMax + 1, 'x')), ErrorCode::kOverLimit);
  EXPECT_EQ(refusal(std::string(kSecretFileBytesMax, 'x')), ErrorCode::kInvalidInput);
}

// docs/formats/secret-file.md: the file that this version must always open.
TEST_F(SecretFiles, OfTheFirstVersionAreStillOpened) {
  const auto opened = open_secret(
      "proviso/secret/v1\n"
      "kdf argon2id\n"
      "memory_kib 8192\n"
      "passes 1\n"
      "salt AAECAwQFBgcICQoLDA0ODw==\n"
      "nonce AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n"
      "sealed cSfCa0oNYsSY+bzywK0Bhy5/jbxeOP/FR8WW5zVL4Vj0a+tIGri6+PPzL/3/N/Mq\n",
      "correct horse battery");
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(opened.value().text(), "the secret of the test vector...");
}

}  // namespace
}  // namespace proviso::crypto
