#include "safeguards/policy/difference.h"

#include <gtest/gtest.h>

#include "safeguards/policy/shipped_policy_tool.h"

namespace proviso::policy {
namespace {

Comparison compared(const std::string& before, const std::string& after) {
  auto comparison = compare(before, after);
  EXPECT_TRUE(comparison) << comparison.error().message;
  return std::move(comparison).value();
}

TEST(Difference, APolicyDoesNotDifferFromItselfNorByACommentAlone) {
  const std::string uk = shipped_text("uk");
  EXPECT_TRUE(compared(uk, uk).differences.empty());
  EXPECT_TRUE(compared(uk, uk).is_same_consultation);
  EXPECT_TRUE(compared(uk, uk + "# A remark.\n").differences.empty());
}

TEST(Difference, SaysWhichOptionChangedAndWhetherItIsLaxer) {
  const std::string uk = shipped_text("uk");
  struct Case {
    std::string_view table;
    std::string_view from;
    std::string_view to;
    Difference difference;
  };
  for (const Case& one : std::vector<Case>{
           {"[watchlist]",
            "age_h_max = 24",
            "age_h_max = 48",
            {"watchlist.age_h_max", "24", "48", Direction::kLaxer}},
           {"[watchlist]",
            "age_h_max = 24",
            "age_h_max = 12",
            {"watchlist.age_h_max", "24", "12", Direction::kStricter}},
           {"[operating_point]",
            "shots_min = 3",
            "shots_min = 2",
            {"operating_point.shots_min", "3", "2", Direction::kLaxer}},
           {"[operating_point]",
            "floor_millionths = 450000",
            "floor_millionths = 500000",
            {"operating_point.threshold_floor_millionths",
             "450000",
             "500000",
             Direction::kStricter}},
           {"[quality]",
            "sharpness_min_millionths = 50000",
            "sharpness_min_millionths = 0",
            {"quality.sharpness_min_millionths", "50000", "0", Direction::kLaxer}},
           {"[adjudication]",
            "reviewers = 2",
            "reviewers = 1",
            {"adjudication.reviewers", "2", "1", Direction::kLaxer}},
           {"[tiers.urgent.countersignature]",
            "deadline_minutes = 120",
            "deadline_minutes = 60",
            {"tiers.urgent.countersignature.deadline_minutes", "120", "60", Direction::kStricter}},
           {"[retention]",
            "alert_h = 24",
            "alert_h = 744",
            {"retention.alert_h", "24", "744", Direction::kLaxer}},
           {"[retention]",
            "log_days = 2557",
            "log_days = 9999",
            {"retention.log_days", "2557", "9999", Direction::kNotSaid}},
           {"[notice]",
            "exemption_allowed = true",
            "exemption_allowed = false",
            {"notice.exemption_allowed", "true", "false", Direction::kNotSaid}},
           {"",
            "title = \"Missing and at",
            "title = \"Gone and at",
            {"categories[missing-at-risk].title",
             "\"Missing and at risk of serious harm\"",
             "\"Gone and at risk of serious harm\"",
             Direction::kNotSaid}},
       }) {
    const Comparison comparison = compared(uk, with(uk, one.table, one.from, one.to));
    ASSERT_EQ(comparison.differences.size(), 1U) << one.to;
    EXPECT_EQ(comparison.differences[0], one.difference) << comparison.differences[0].option;
    EXPECT_TRUE(comparison.is_same_consultation);
  }
}

TEST(Difference, ATableInFrontOfAListChangesNoOther) {
  const std::string uk = shipped_text("uk");
  const std::string more = with(uk,
                                "",
                                "[[documents]]\n",
                                "[[documents]]\nid = \"bcp\"\nage_days_max = 9\n\n[[documents]]\n");
  const Comparison comparison = compared(uk, more);
  ASSERT_EQ(comparison.differences.size(), 2U);
  EXPECT_EQ(comparison.differences[0],
            (Difference{"documents[bcp].age_days_max", "", "9", Direction::kNotSaid}));
  EXPECT_EQ(comparison.differences[1].option, "documents[bcp].id");
  EXPECT_EQ(compared(more, uk).differences[0].before, "9");
}

TEST(Difference, ANewConsultationIsSeen) {
  const std::string uk = shipped_text("uk");
  const auto changed = with(uk, "", "not consulted on", "consulted on in 2026");
  EXPECT_FALSE(compared(uk, changed).is_same_consultation);
}

TEST(Difference, WhatIsNoPolicyIsRefusedOnEitherSide) {
  const std::string uk = shipped_text("uk");
  ASSERT_TRUE(compare(uk, shipped_text("eu")));
  for (const auto& comparison : {compare(uk, "a = 1"), compare("a = 1", uk)}) {
    ASSERT_FALSE(comparison);
    EXPECT_EQ(comparison.error().code, ErrorCode::kInvalidInput);
  }
}

}  // namespace
}  // namespace proviso::policy
