#include "safeguards/watchlist/entry_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "safeguards/policy/shipped_policy_tool.h"
#include "safeguards/watchlist/entry_tool.h"

namespace proviso::watchlist {
namespace {

const policy::Policy& uk() {
  static const policy::Policy policy = policy::shipped("uk");
  return policy;
}

std::vector<std::string> fields_of(const Entry& entry,
                                   const policy::Policy& policy = uk(),
                                   WallTime now = kEntryNow) {
  std::vector<std::string> fields;
  for (const EntryFault& fault : faults_of(entry, policy, now)) fields.push_back(fault.field);
  return fields;
}

using Fields = std::vector<std::string>;

TEST(EntryRules, FindNothingInAWholeEntry) {
  EXPECT_EQ(fields_of(whole_entry()), Fields{});
  EXPECT_TRUE(check(whole_entry(), uk(), kEntryNow).has_value());
}

TEST(EntryRules, NameEveryMandatoryFieldOfAnEmptyEntryAtOnce) {
  Entry empty;
  empty.expires_at = kEntryNow + std::chrono::hours(1);
  EXPECT_EQ(fields_of(empty),
            (Fields{"id",
                    "label",
                    "category",
                    "legal_basis",
                    "reason",
                    "requested_response",
                    "asked_by",
                    "approved_by",
                    "images"}));
  const Status refused = check(empty, uk(), kEntryNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("legal_basis must be the law"), std::string::npos);
}

TEST(EntryRules, RefuseAnImageFromASourceThatIsNotOfThePolicy) {
  Entry entry = whole_entry();
  for (const std::string_view source : {"passport", "driving-licence", "social-media"}) {
    entry.images.front().source = source;
    EXPECT_EQ(fields_of(entry), Fields{"images[0].source"}) << source;
  }
  for (const std::string& source : uk().image_sources) {
    entry.images.front().source = source;
    EXPECT_EQ(fields_of(entry), Fields{}) << source;
  }
  entry.images.front().source.clear();
  entry.images.front().provenance.clear();
  EXPECT_EQ(fields_of(entry), (Fields{"images[0].source", "images[0].provenance"}));
}

TEST(EntryRules, RefuseAnImageOneDayOlderThanThePolicysOldest) {
  Entry entry = whole_entry();
  const auto today = std::chrono::floor<std::chrono::days>(kEntryNow);
  const std::chrono::days oldest(uk().watchlist.image_age_days_max);
  entry.images.front().taken_on = today - oldest;
  EXPECT_EQ(fields_of(entry), Fields{});
  entry.images.front().taken_on = today - oldest - std::chrono::days(1);
  EXPECT_EQ(fields_of(entry), Fields{"images[0].taken_on"});
  entry.images.front().taken_on = today;
  EXPECT_EQ(fields_of(entry), Fields{});
  entry.images.front().taken_on = today + std::chrono::days(1);
  EXPECT_EQ(fields_of(entry), Fields{"images[0].taken_on"});
}

TEST(EntryRules, AskForTheReasonAndTheCategoryOfSomebodyUnder18) {
  Entry minor = whole_entry();
  minor.born_on = parse_day("2010-01-01").value();
  EXPECT_EQ(fields_of(minor), Fields{"under_18_reason"});
  minor.under_18_reason = "Wanted by the youth court for a knife robbery";
  EXPECT_EQ(fields_of(minor), Fields{});
  minor.category = "court-order";
  EXPECT_EQ(fields_of(minor), Fields{"category"});
  minor.born_on = parse_day("2027-01-01").value();
  EXPECT_EQ(fields_of(minor), Fields{"born_on"}) << "not born yet";
}

TEST(EntryRules, AskForTheOffenceWhereTheCategoryDoesAndForItsGravity) {
  Entry entry = whole_entry();
  entry.category = "wanted-for-arrest";
  EXPECT_EQ(fields_of(entry), Fields{"offence"});
  entry.offence = Offence{.code = "Theft Act 1968 s. 1", .imprisonment_years_max = 3};
  EXPECT_EQ(fields_of(entry), Fields{});

  policy::Policy graver = uk();
  for (auto& category : graver.categories) category.imprisonment_years_min = 4;
  EXPECT_EQ(fields_of(entry, graver), Fields{"offence.imprisonment_years_max"});
  entry.offence->imprisonment_years_max = 4;
  EXPECT_EQ(fields_of(entry, graver), Fields{});
}

TEST(EntryRules, RefuseWhatIsOverAndWhatComesFromTheFuture) {
  const Entry entry = whole_entry();
  EXPECT_EQ(fields_of(entry, uk(), entry.expires_at - std::chrono::microseconds(1)), Fields{});
  EXPECT_EQ(fields_of(entry, uk(), entry.expires_at), Fields{"expires_at"});
  Entry early = whole_entry();
  early.asked_at = kEntryNow + std::chrono::minutes(5);
  EXPECT_EQ(fields_of(early), Fields{});
  early.asked_at += std::chrono::microseconds(1);
  EXPECT_EQ(fields_of(early), Fields{"asked_at"});
}

TEST(EntryRules, RefuseACategoryThatThePolicyDoesNotHave) {
  Entry entry = whole_entry();
  entry.category = "everybody-else";
  EXPECT_EQ(fields_of(entry), Fields{"category"});
}

}  // namespace
}  // namespace proviso::watchlist
