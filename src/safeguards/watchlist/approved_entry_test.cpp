#include "safeguards/watchlist/approved_entry.h"

#include <gtest/gtest.h>

#include <random>

#include "safeguards/policy/shipped_policy_tool.h"
#include "safeguards/watchlist/entry_tool.h"

namespace proviso::watchlist {
namespace {

const policy::Policy& uk() {
  static const policy::Policy policy = policy::shipped("uk");
  return policy;
}

const officers::Register& site() {
  static const officers::Register made = register_of(entry_officers());
  return made;
}

// "" where it is approved.
std::string why_not(const std::string& note,
                    const officers::Register& officers = site(),
                    WallTime now = kEntryNow) {
  const auto approved = ApprovedEntry::verify(note, officers, uk(), {.signed_at = now, .now = now});
  return approved ? "" : approved.error().message;
}

bool says(const std::string& message, std::string_view part) {
  return message.find(part) != std::string::npos;
}

TEST(ApprovedEntry, IsOneThatBothPeopleItNamesHaveSigned) {
  const Entry entry = whole_entry();
  const auto approved = ApprovedEntry::verify(
      note_of(entry), site(), uk(), {.signed_at = kEntryNow, .now = kEntryNow});
  ASSERT_TRUE(approved.has_value()) << approved.error().message;
  EXPECT_EQ(approved.value().entry(), entry);
  EXPECT_EQ(approved.value().digest(), crypto::sha256(to_text(entry).value()));
  EXPECT_EQ(approved.value().note(), note_of(entry));
}

TEST(ApprovedEntry, IsNotOneThatOnePersonHasSigned) {
  const std::string text = to_text(whole_entry()).value();
  EXPECT_TRUE(says(why_not(signed_by_all(text, {"manager-1"})), "the approval"));
  EXPECT_TRUE(says(why_not(signed_by_all(text, {"manager-2"})), "the request"));
  EXPECT_TRUE(says(why_not(signed_by_all(text, {"manager-1", "manager-1"})), "the approval"));
  EXPECT_TRUE(says(why_not(signed_by_all(text, {"manager-1", "super-1"})), "the approval"))
      << "somebody else than the entry names";
}

TEST(ApprovedEntry, IsNotOneThatNamesOnePersonTwice) {
  std::string text = to_text(whole_entry()).value();
  text.replace(text.find("manager-2"), std::string_view("manager-2").size(), "manager-1");
  EXPECT_TRUE(says(why_not(signed_by_all(text, {"manager-1"})), "approved_by"));
}

TEST(ApprovedEntry, IsNotOneSignedWithASecondKeyOfTheSamePerson) {
  // A second key for the same id: the register lets one person have one key that is not revoked.
  auto certificates = entry_officers();
  auto second = certificates.front();
  second.officer.key = officers::key_of("manager-1", "second secret");
  certificates.push_back(second);
  std::vector<std::string> notes;
  for (const auto& one : certificates) notes.push_back(officers::note_of(one));
  const std::string revocations = officers::note_of(officers::revocations_of({}));
  EXPECT_FALSE(
      officers::Register::open(officers::root_key(), notes, revocations, kEntryNow).has_value());

  // The old key is revoked: the new one signs for the same id, which stays one person.
  const auto after = register_of(certificates,
                                 {{.officer = "manager-1",
                                   .key = officers::key_of("manager-1", "manager-1"),
                                   .at = kEntryNow,
                                   .reason = "lost"}});
  const std::string text = to_text(whole_entry()).value();
  note::Note note{.text = text, .signatures = {}};
  note.signatures.push_back(note::sign(
      text, officers::key_of("manager-1", "manager-1"), officers::secret_of("manager-1")));
  note.signatures.push_back(note::sign(
      text, officers::key_of("manager-1", "second secret"), officers::secret_of("second secret")));
  EXPECT_TRUE(says(why_not(note.to_text(), after), "the approval"));
}

TEST(ApprovedEntry, IsNotOneThatWasEditedAfterItsApproval) {
  const std::string note = note_of(whole_entry());
  EXPECT_EQ(why_not(note), "");
  std::mt19937 random(6);
  for (int i = 0; i < 1000; ++i) {
    std::string edited = note;
    char& byte = edited[random() % edited.size()];
    byte = static_cast<char>(byte ^ static_cast<char>(1U << (random() % 7U)));
    EXPECT_NE(why_not(edited), "") << i;
  }
}

TEST(ApprovedEntry, IsNotOnePutTogetherFromTwoTexts) {
  const std::string text = to_text(whole_entry()).value();
  Entry other = whole_entry();
  other.reason = "Another reason";
  const std::string other_text = to_text(other).value();
  note::Note note{.text = text, .signatures = {}};
  note.signatures.push_back(note::sign(
      text, officers::key_of("manager-1", "manager-1"), officers::secret_of("manager-1")));
  note.signatures.push_back(note::sign(
      other_text, officers::key_of("manager-2", "manager-2"), officers::secret_of("manager-2")));
  EXPECT_NE(why_not(note.to_text()), "");
}

TEST(ApprovedEntry, IsNotOneSignedInARoleThatDoesNotDoOrHasEnded) {
  Entry entry = whole_entry();
  entry.approved_by = "operator-1";
  EXPECT_TRUE(says(why_not(note_of(entry)), "may not act"));
  entry.approved_by = "author-1";
  EXPECT_TRUE(says(why_not(note_of(entry)), "may not act")) << "asks, and never approves";
  entry = whole_entry();
  entry.asked_by = "operator-1";
  EXPECT_TRUE(says(why_not(note_of(entry)), "may not act"));
  entry.asked_by = "author-1";
  EXPECT_EQ(why_not(note_of(entry)), "");
  entry.approved_by = "super-1";
  EXPECT_EQ(why_not(note_of(entry)), "");

  auto certificates = entry_officers();
  certificates[1].officer.roles.front().not_after = kEntryNow;
  EXPECT_TRUE(says(why_not(note_of(whole_entry()), register_of(certificates)), "until"));
  const auto before =
      ApprovedEntry::verify(note_of(whole_entry()),
                            register_of(certificates),
                            uk(),
                            {.signed_at = kEntryNow - std::chrono::seconds(1), .now = kEntryNow});
  EXPECT_TRUE(before.has_value()) << "signed while the role was held";
}

TEST(ApprovedEntry, IsNoLongerOneWhenASignersKeyIsRevoked) {
  const auto officers = register_of(entry_officers(),
                                    {{.officer = "manager-2",
                                      .key = officers::key_of("manager-2", "manager-2"),
                                      .at = kEntryNow,
                                      .reason = "lost"}});
  EXPECT_TRUE(says(why_not(note_of(whole_entry()), officers), "revoked"));
}

TEST(ApprovedEntry, OfAMinorIsApprovedByTheHigherOfficerOfThePolicy) {
  Entry minor = whole_entry();
  minor.born_on = parse_day("2010-01-01").value();
  minor.under_18_reason = "Missing since Monday, at risk of serious harm";
  EXPECT_TRUE(says(why_not(note_of(minor)), "authorising-officer"));
  minor.approved_by = "super-1";
  EXPECT_EQ(why_not(note_of(minor)), "");
  auto certificates = entry_officers();
  certificates[3].officer.rank = policy::Rank::kChiefInspector;
  EXPECT_TRUE(says(why_not(note_of(minor), register_of(certificates)), "superintendent"));
}

TEST(ApprovedEntry, IsNotOneThatThePolicyRefuses) {
  Entry entry = whole_entry();
  entry.images.front().source = "passport";
  EXPECT_TRUE(says(why_not(note_of(entry)), "images[0].source"));
  const Entry over = whole_entry();
  EXPECT_TRUE(says(why_not(note_of(over), site(), over.expires_at), "expires_at"));
}

TEST(CheckNamed, IsOfBothWhomARequestNames) {
  const auto refusal = [](const Entry& entry, WallTime now = kEntryNow) {
    const Status named = check_named(entry, site(), uk(), now);
    return named ? std::string() : named.error().message;
  };
  ASSERT_EQ(refusal(whole_entry()), "") << "control";
  Entry entry = whole_entry();
  entry.approved_by = "nobody-1";
  EXPECT_TRUE(says(refusal(entry), "approved_by names \"nobody-1\", who is not certified"));
  EXPECT_TRUE(check_asking(entry, site(), kEntryNow).has_value()) << "of who asks alone";
  entry.approved_by = "operator-1";
  EXPECT_TRUE(says(refusal(entry), "officer operator-1 may not act as watchlist-manager"));
  entry = whole_entry();
  entry.asked_by = "nobody-1";
  EXPECT_TRUE(says(refusal(entry), "asked_by names \"nobody-1\", who is not certified"));
  entry.asked_by = "operator-1";
  EXPECT_TRUE(says(refusal(entry), "officer operator-1 may not act as author"));
  EXPECT_TRUE(says(refusal(whole_entry(), kEntryNow + std::chrono::days(366)), "manager-1"))
      << "roles that have ended";
}

}  // namespace
}  // namespace proviso::watchlist
