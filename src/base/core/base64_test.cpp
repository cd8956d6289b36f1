#include "base/core/base64.h"

#include <gtest/gtest.h>

#include <random>

namespace proviso {
namespace {

std::string encoded(std::string_view text) {
  return to_base64(std::as_bytes(std::span{text}));
}

TEST(Base64, WritesTheVectorsOfRfc4648) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xFB\xFF\xFE"), "+//+");
}

TEST(Base64, ReadsWhatItWroteOver2000RandomTexts) {
  std::mt19937 random(2);
  std::uniform_int_distribution<int> any_byte(0, 255);
  for (std::size_t i = 0; i < 2000; ++i) {
    std::vector<std::byte> bytes(i % 67);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(any_byte(random));
    ASSERT_EQ(from_base64(to_base64(bytes), bytes.size()).value(), bytes);
  }
}

TEST(Base64, GivesEveryValueOneTextOnly) {
  std::mt19937 random(3);
  std::uniform_int_distribution<std::size_t> any_digit(0, 65);
  constexpr std::string_view kSome =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/==";
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    while (text.size() < 4) text += kSome[any_digit(random)];
    const auto bytes = from_base64(text, 3);
    if (!bytes) continue;
    ++accepted;
    ASSERT_EQ(to_base64(bytes.value()), text);
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Base64, RefusesEverythingElse) {
  ASSERT_TRUE(from_base64("Zg==", 8).has_value());
  for (const char* text : {"Z",
                           "Zg",
                           "Zg=",
                           "Zg===",
                           "====",
                           "Zh==",
                           "Zm9=",
                           "Z===",
                           "Zg==Zg==",
                           "Zm 9",
                           "Zm9v\n",
                           "Zm-_",
                           "=Zg=",
                           "Z=g="}) {
    const auto refused = from_base64(text, 8);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput) << text;
  }
}

TEST(Base64, TakesTheMostBytesAndRefusesOneMore) {
  EXPECT_TRUE(from_base64("Zm9vYg==", 4).has_value());
  EXPECT_EQ(from_base64("Zm9vYg==", 3).error().code, ErrorCode::kOverLimit);
}

}  // namespace
}  // namespace proviso
