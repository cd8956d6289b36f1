#include "app/commands/role_argument.h"

#include <gtest/gtest.h>

#include "base/core/concat.h"

namespace proviso::commands {
namespace {

const WallTime kNow = parse_rfc3339("2026-11-24T08:30:00Z").value();

TEST(RoleArgument, IsARoleFromNowForAYearOrForTheDaysTyped) {
  const auto author = parse_role_argument("author", kNow).value();
  EXPECT_EQ(author.role, policy::Role::kAuthor);
  EXPECT_EQ(author.not_before, kNow);
  EXPECT_EQ(author.not_after, kNow + std::chrono::days(kRoleDaysDefault));
  EXPECT_EQ(parse_role_argument("author:30", kNow).value().not_after, kNow + std::chrono::days(30));
}

TEST(RoleArgument, LastsAsLongAsARoleMayAndNoLonger) {
  const auto days = [](std::int64_t count) {
    return parse_role_argument(concat("author:", count), kNow).has_value();
  };
  EXPECT_TRUE(days(1));
  EXPECT_TRUE(days(officers::kRoleLifeMax.count()));
  EXPECT_FALSE(days(0));
  EXPECT_FALSE(days(officers::kRoleLifeMax.count() + 1));
}

TEST(RoleArgument, IsRefusedInEveryOtherForm) {
  for (const std::string_view typed :
       {"", "autor", "author:", "author:x", "author:1x", "author: 1", "author:99999999999", ":1"}) {
    const auto refused = parse_role_argument(typed, kNow);
    ASSERT_FALSE(refused.has_value()) << typed;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  }
}

TEST(RoleArguments, ComeInTheOrderOfACertificateEachOnce) {
  const std::vector<std::string> typed{"reviewer", "author:30"};
  const auto roles = parse_role_arguments(typed, kNow).value();
  ASSERT_EQ(roles.size(), 2U);
  EXPECT_EQ(roles[0].role, policy::Role::kAuthor);
  EXPECT_EQ(roles[1].role, policy::Role::kReviewer);

  const std::vector<std::string> doubled{"author", "author:30"};
  EXPECT_FALSE(parse_role_arguments(doubled, kNow).has_value());
}

TEST(RoleArguments, HelpNamesEveryRankAndRole) {
  EXPECT_TRUE(rank_words().starts_with("police-staff, constable, "));
  EXPECT_TRUE(rank_words().ends_with("independent-authority"));
  EXPECT_TRUE(role_words().ends_with("reviewer"));
}

}  // namespace
}  // namespace proviso::commands
