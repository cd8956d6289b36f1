#include "safeguards/verify/check_authority.h"

#include <gtest/gtest.h>

#include "safeguards/authority/signed_authority_tool.h"

namespace proviso::verify {
namespace {

using namespace std::chrono_literals;
using authority::TestSite;

constexpr WallTime kNoon = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}} + 12h;

class CheckAuthorityTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  Papers papers() const {
    return {.officers = site_.officers(kNoon),
            .policy = std::make_shared<const policy::Policy>(site_.policy)};
  }

  const FakeClock clock_{kNoon};
  TestSite site_{clock_};
};

TEST_F(CheckAuthorityTest, NamesWhoSignedAndWhenItIsInForce) {
  const std::string note = TestSite::note(site_.statement());
  const Report report = check_authority(note, papers(), kNoon);
  EXPECT_TRUE(report.proven()) << report.fault->what;
  ASSERT_EQ(report.checked.size(), 4U);
  EXPECT_NE(report.checked[1].find("signed by "), std::string::npos);
  EXPECT_NE(report.checked[3].find("in force from "), std::string::npos);
}

TEST_F(CheckAuthorityTest, RefusesOneSignatureAnEditedByteAndARevokedOfficer) {
  const authority::Statement statement = site_.statement();
  const std::string note = TestSite::note(statement);
  ASSERT_TRUE(check_authority(note, papers(), kNoon).proven());

  EXPECT_TRUE(check_authority(TestSite::note(statement, {"jo"}), papers(), kNoon).fault);
  std::string edited = note;
  const std::size_t at = edited.find(statement.reference);
  edited[at] = edited[at] == 'a' ? 'b' : 'a';
  EXPECT_TRUE(check_authority(edited, papers(), kNoon).fault);
  site_.revoke("sam");
  EXPECT_TRUE(check_authority(note, papers(), kNoon).fault);
}

}  // namespace
}  // namespace proviso::verify
