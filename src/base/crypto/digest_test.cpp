#include "base/crypto/digest.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/crypto/random.h"

namespace proviso::crypto {
namespace {

class Digests : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(start().has_value()); }
};

using RandomIds = Digests;

TEST(CryptoDeathTest, HashesNothingBeforeItHasStarted) {
  // A program of its own: in this one another test may have started it.
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(sha256("abc"), "check failed: is_started");
  EXPECT_DEATH(random_id(), "check failed: is_started");
}

TEST_F(Digests, AreThoseOfTheStandard) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_F(Digests, OfBytesAndOfTheirTextAreOne) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(sha256(std::as_bytes(std::span{text})), sha256(std::string_view{text}));
  EXPECT_NE(sha256(std::string_view{text}), sha256("a"));
}

TEST_F(Digests, AreReadBackFromTheirHexadecimalDigits) {
  const Digest digest = sha256("proviso");
  EXPECT_EQ(parse_digest(to_hex(digest)).value(), digest);
}

TEST_F(Digests, AreRefusedInEveryOtherForm) {
  const std::string good = to_hex(sha256("proviso"));
  ASSERT_TRUE(parse_digest(good).has_value());
  std::string upper = good;
  std::ranges::replace(upper, 'a', 'A');
  ASSERT_NE(upper, good);

  for (const std::string& text : {std::string{},
                                  good.substr(1),
                                  good + "0",
                                  upper,
                                  good.substr(1) + "g",
                                  std::string("0x").append(good, 2),
                                  good.substr(0, 63) + "\n"}) {
    const auto refused = parse_digest(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput) << text;
  }
}

TEST_F(Digests, StartKeepsTheProcessOutOfCoreDumpsAndMayBeRepeated) {
  ASSERT_TRUE(start().has_value());

  rlimit core{};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &core), 0);
  EXPECT_EQ(core.rlim_cur, 0U);
  EXPECT_EQ(core.rlim_max, 0U);
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
}

TEST_F(RandomIds, AreSixteenHexadecimalDigitsAndDiffer) {
  const std::string id = random_id();
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  EXPECT_NE(id, random_id());
}

}  // namespace
}  // namespace proviso::crypto
