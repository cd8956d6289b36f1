#include "safeguards/policy/role.h"

#include <gtest/gtest.h>

#include <set>

#include "safeguards/policy/tier.h"

namespace proviso::policy {
namespace {

TEST(Role, EveryRankRoleAndTierIsReadBackFromItsOwnWord) {
  std::set<std::string_view> words;
  for (std::size_t n = 0; n < kRanks; ++n) {
    const auto rank = static_cast<Rank>(n);
    EXPECT_EQ(parse_rank(to_text(rank)).value(), rank);
    words.insert(to_text(rank));
  }
  EXPECT_EQ(words.size(), kRanks);
  words.clear();
  for (std::size_t n = 0; n < kRoles; ++n) {
    const auto role = static_cast<Role>(n);
    EXPECT_EQ(parse_role(to_text(role)).value(), role);
    words.insert(to_text(role));
  }
  EXPECT_EQ(words.size(), kRoles);
  for (std::size_t n = 0; n < kTiers; ++n) {
    const auto tier = static_cast<Tier>(n);
    EXPECT_EQ(parse_tier(to_text(tier)).value(), tier);
  }
}

TEST(Role, AnotherWordIsRefusedAndTheWordsThatExistAreNamed) {
  ASSERT_TRUE(parse_rank("inspector"));
  for (const std::string_view text : {"", "Inspector", "inspector ", "general"}) {
    const auto rank = parse_rank(text);
    ASSERT_FALSE(rank) << text;
    EXPECT_EQ(rank.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(rank.error().message.find("superintendent"), std::string::npos);
    EXPECT_FALSE(parse_role(text));
    EXPECT_FALSE(parse_tier(text));
  }
}

TEST(Role, AHigherRankReachesALowerOneAndNotTheOtherWayRound) {
  EXPECT_TRUE(reaches(Rank::kSuperintendent, Rank::kInspector));
  EXPECT_TRUE(reaches(Rank::kInspector, Rank::kInspector));
  EXPECT_FALSE(reaches(Rank::kInspector, Rank::kSuperintendent));
  EXPECT_FALSE(reaches(Rank::kPoliceStaff, Rank::kConstable));
}

TEST(Role, NoOfficerStandsInForAnIndependentAuthorityNorItForAnOfficer) {
  EXPECT_TRUE(reaches(Rank::kIndependentAuthority, Rank::kIndependentAuthority));
  EXPECT_FALSE(reaches(Rank::kChiefConstable, Rank::kIndependentAuthority));
  EXPECT_FALSE(reaches(Rank::kIndependentAuthority, Rank::kConstable));
}

}  // namespace
}  // namespace proviso::policy
