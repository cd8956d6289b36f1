#include "adapters/openssl/certificate.h"

#include <gtest/gtest.h>

namespace proviso::openssl {
namespace {

std::string sample_digits() {
  return "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
}

std::string with_colons(const std::string& digits) {
  std::string text;
  for (std::size_t n = 0; n < digits.size(); n += 2) {
    text += (n == 0 ? "" : ":") + digits.substr(n, 2);
  }
  return text;
}

TEST(Fingerprint, IsReadAsCamerasAndOpensslPrintIt) {
  const Fingerprint plain = Fingerprint::parse(sample_digits()).value();
  EXPECT_EQ(plain.bytes[1], 0x11);
  EXPECT_EQ(plain.bytes[15], 0xff);
  EXPECT_EQ(plain.text(), sample_digits());
  std::string capitals = with_colons(sample_digits());
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(Fingerprint::parse(capitals).value(), plain);
  EXPECT_EQ(Fingerprint::parse("sha256:" + sample_digits()).value(), plain);
}

TEST(Fingerprint, AnythingElseIsRefused) {
  for (const std::string& text : {std::string(),
                                  std::string("sha256:"),
                                  sample_digits().substr(2),
                                  sample_digits().substr(1),
                                  sample_digits() + "00",
                                  sample_digits() + ":",
                                  ":" + sample_digits(),
                                  "g" + sample_digits().substr(1),
                                  "sha1:" + sample_digits(),
                                  with_colons(sample_digits()).replace(2, 1, "::")}) {
    const auto refused = Fingerprint::parse(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  }
}

TEST(Trust, WithoutCaAndFingerprintIsEmpty) {
  EXPECT_TRUE(Trust{}.is_empty());
  EXPECT_FALSE((Trust{.ca_file = "ca.pem", .pinned = {}}.is_empty()));
  EXPECT_FALSE((Trust{.ca_file = "", .pinned = Fingerprint{}}.is_empty()));
}

}  // namespace
}  // namespace proviso::openssl
