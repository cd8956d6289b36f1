#include "safeguards/authority/written_authority.h"

#include <gtest/gtest.h>

#include "base/core/concat.h"
#include "safeguards/authority/refusal.h"
#include "safeguards/authority/signed_authority_tool.h"

namespace proviso::authority {
namespace {

using policy::Rank;
using policy::Role;
using std::chrono::hours;
using std::chrono::seconds;

constexpr WallTime kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(9);

constexpr WallTime kDeadline = kNow + std::chrono::minutes(30);

class AWrittenAuthority : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  FakeClock clock{kNow};
  TestSite site{clock};

  static void expect_refused(const Result<std::shared_ptr<const WrittenAuthority>>& authority,
                             ErrorCode code,
                             std::string_view part) {
    ASSERT_FALSE(authority.has_value());
    EXPECT_EQ(authority.error().code, code) << authority.error().message;
    EXPECT_NE(authority.error().message.find(part), std::string::npos)
        << part << " in: " << authority.error().message;
  }
  // The code of the rule that was not met, as the journal carries it.
  std::string rule_that_refuses(std::string_view note) const {
    const auto authority = site.verify(note, kNow);
    return authority ? "none" : rule_of(authority.error(), "other");
  }
  Statement urgent() const {
    Statement statement = site.statement();
    statement.tier = policy::Tier::kUrgent;
    statement.authorising_officer = "lee";
    statement.urgency = {.reason = answer("A man who threatened his family was seen boarding"),
                         .countersign_by = kDeadline};
    return statement;
  }
};

TEST_F(AWrittenAuthority, ThatTwoPeopleSignedSaysWhatTheySigned) {
  const Statement statement = site.statement();
  const auto authority = site.authority(statement);

  EXPECT_EQ(authority->statement(), statement);
  EXPECT_EQ(authority->digest(), crypto::sha256(statement.to_body()));
  EXPECT_EQ(authority->note_bytes(), TestSite::note(statement));
  ASSERT_EQ(authority->signatories().size(), 2U);
  EXPECT_EQ(authority->signatories()[0],
            (Signatory{"jo", Role::kAuthor, Rank::kSergeant, TestSite::key("jo")}));
  EXPECT_EQ(
      authority->signatories()[1],
      (Signatory{"sam", Role::kAuthorisingOfficer, Rank::kSuperintendent, TestSite::key("sam")}));
  EXPECT_EQ(authority->ends_at(), statement.not_after);
}

TEST_F(AWrittenAuthority, TakesThePathsFiguresFromThePolicyAndTheThresholdFromTheStatement) {
  site.policy.operating_point = {.face_width_px_min = 40,
                                 .enrolment_face_width_px_min = 80,
                                 .threshold_floor_millionths = 400'000,
                                 .shots_min = 2,
                                 .embeddings_per_track_max = 7,
                                 .repeat_s_max = 30};
  Statement statement = site.statement();
  statement.threshold_millionths = 512'000;
  EXPECT_EQ(site.authority(statement)->operating_point(),
            (OperatingPoint{.face_width_px_min = 40,
                            .enrolment_face_width_px_min = 80,
                            .threshold_millionths = 512'000,
                            .shots_min = 2,
                            .embeddings_per_track_max = 7,
                            .repeat_s = 30}));
}

TEST_F(AWrittenAuthority, IsTheSameHoweverManyMoreHaveSigned) {
  const Statement statement = site.statement();
  const auto more = site.verify(TestSite::note(statement, {"kim", "sam", "jo"}), kNow).value();
  EXPECT_EQ(more->digest(), site.authority(statement)->digest());
  EXPECT_EQ(more->signatories()[1].officer, "sam") << "the officer named goes before others";
}

TEST_F(AWrittenAuthority, NeedsASignatureOfEachAndNobodyIsTwo) {
  const Statement statement = site.statement();
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement)), "none");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"jo"})), "signature-authorising-officer");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"sam"})), "signature-author");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"jo", "jo"})),
            "signature-authorising-officer");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"sam", "kim"})), "signature-author");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"jo", "kim"})), "authorising-officer")
      << "another officer of the rank is not the one who is named";
  expect_refused(site.verify(statement.to_body(), kNow), ErrorCode::kInvalidInput, "");
  expect_refused(site.verify("", kNow), ErrorCode::kInvalidInput, "");
}

TEST_F(AWrittenAuthority, IsNotSignedByOnePersonInBothRoles) {
  site.certify("max", Rank::kSuperintendent, {Role::kAuthor, Role::kAuthorisingOfficer});
  Statement statement = site.statement();
  statement.author = "max";
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"max", "sam"})), "none");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"max"})), "signature-authorising-officer");

  statement.authorising_officer = "max";
  expect_refused(site.verify(TestSite::note(statement, {"max", "sam"}), kNow),
                 ErrorCode::kInvalidInput,
                 "authorising_officer must be somebody else than the author");
}

TEST_F(AWrittenAuthority, NeedsTheRankAndARoleThatIsHeldNow) {
  Statement statement = site.statement();
  statement.authorising_officer = "lee";
  const std::string note = TestSite::note(statement);
  expect_refused(site.verify(note, kNow), ErrorCode::kNotAuthorised, "lee's rank is inspector");

  site.certify("lee", Rank::kSuperintendent, {Role::kAuthorisingOfficer}, seconds(10));
  EXPECT_TRUE(site.verify(note, kNow + seconds(9)).has_value());
  expect_refused(site.verify(note, kNow + seconds(10)),
                 ErrorCode::kNotAuthorised,
                 "lee may not act as authorising-officer");

  site.certify("lee", Rank::kSuperintendent, {Role::kOperator});
  expect_refused(site.verify(note, kNow), ErrorCode::kNotAuthorised, "does not give this role");
}

TEST_F(AWrittenAuthority, EndsWithTheRevocationOfWhoSignedIt) {
  const std::string note = TestSite::note(site.statement());
  ASSERT_TRUE(site.verify(note, kNow).has_value());
  site.revoke("sam");
  expect_refused(site.verify(note, kNow), ErrorCode::kNotAuthorised, "the key was revoked");
}

TEST_F(AWrittenAuthority, IsNotAStrangersToSign) {
  const std::string body = site.statement().to_body();
  const note::VerifierKey stranger{.name = "test-site/eve", .key = test_key("eve").public_key()};
  const auto line = note::sign(body, stranger, test_key("eve"));
  note::Note note{.text = body, .signatures = {line}};
  expect_refused(site.verify(note.to_text(), kNow), ErrorCode::kNotAuthorised, "");

  note.signatures.push_back(note::sign(body, TestSite::key("jo"), test_key("jo")));
  EXPECT_EQ(rule_that_refuses(note.to_text()), "signature-authorising-officer");
}

TEST_F(AWrittenAuthority, OnASensitivePlaceNeedsTheHigherSignatureBesideTheOthers) {
  Statement statement = site.statement();
  statement.tier = policy::Tier::kSensitivePlace;
  statement.expression_and_assembly = answer("The procession keeps its way outside the zone");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement)), "signature-authorising-officer-2");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"kim", "jo"})),
            "signature-authorising-officer-2");
  const auto authority = site.verify(TestSite::note(statement, {"kim", "sam", "jo"}), kNow);
  ASSERT_TRUE(authority.has_value()) << authority.error().message;
  EXPECT_EQ(authority.value()->signatories()[1].officer, "sam");
  EXPECT_EQ(authority.value()->signatories()[2].officer, "kim");
}

TEST_F(AWrittenAuthority, WhereThePolicyAsksForAnIndependentAuthorityIsNotMadeByOfficersAlone) {
  site.certify("court", Rank::kIndependentAuthority, {Role::kIndependentAuthority});
  policy::TierRules ordinary = *site.policy.find_tier(policy::Tier::kOrdinary);
  ordinary.signatures.push_back({Role::kIndependentAuthority, Rank::kIndependentAuthority});
  site.policy.tiers.front() = ordinary;
  const Statement statement = site.statement();
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement)), "signature-independent-authority");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"jo", "sam", "kim"})),
            "signature-independent-authority")
      << "no rank stands in for it";
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"jo", "court"})),
            "signature-authorising-officer");
  EXPECT_EQ(rule_that_refuses(TestSite::note(statement, {"jo", "sam", "court"})), "none");
}

TEST_F(AWrittenAuthority, WhenUrgentEndsAtItsDeadlineUnlessItIsCountersigned) {
  const Statement statement = urgent();
  const auto alone = site.authority(statement);
  EXPECT_FALSE(alone->is_countersigned());
  EXPECT_EQ(alone->countersign_deadline(), kDeadline);
  EXPECT_EQ(alone->ends_at(), kDeadline);

  const std::string note = TestSite::note(statement, {"jo", "lee", "sam"});
  const auto countersigned = site.verify(note, kDeadline).value();
  EXPECT_TRUE(countersigned->is_countersigned());
  EXPECT_EQ(countersigned->countersign_deadline(), std::nullopt);
  EXPECT_EQ(countersigned->ends_at(), statement.not_after);
  EXPECT_EQ(countersigned->signatories()[2].officer, "sam");

  expect_refused(site.verify(TestSite::note(statement), kDeadline),
                 ErrorCode::kNotAuthorised,
                 "countersigned by its deadline");
}

TEST_F(AWrittenAuthority, WhenUrgentIsNotCountersignedByARankBelow) {
  site.certify("ann", Rank::kChiefInspector, {Role::kAuthorisingOfficer});
  const Statement statement = urgent();
  const auto authority = site.verify(TestSite::note(statement, {"jo", "lee", "ann"}), kNow);
  EXPECT_FALSE(authority.value()->is_countersigned());
}

TEST_F(AWrittenAuthority, IsRefusedWhenOneByteOfItIsAnother) {
  const std::string note = TestSite::note(site.statement());
  ASSERT_TRUE(site.verify(note, kNow).has_value());
  for (std::size_t place = 0; place < note.size(); ++place) {
    std::string edited = note;
    edited[place] = edited[place] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(site.verify(edited, kNow).has_value()) << "byte " << place;
  }
}

// Signed as they stand: only the comparison with the canonical bytes refuses them.
TEST_F(AWrittenAuthority, IsRefusedInOtherBytesThatSayTheSame) {
  const auto signed_text = [&](const std::string& text) {
    note::Note note{.text = text, .signatures = {}};
    for (const char* id : {"jo", "sam"}) {
      note.signatures.push_back(note::sign(text, TestSite::key(id), test_key(id)));
    }
    return note.to_text();
  };
  const std::string body = site.statement().to_body();
  ASSERT_TRUE(site.verify(signed_text(body), kNow).has_value());

  std::string spaced = body;
  spaced.insert(spaced.find("\"author\""), " ");
  expect_refused(site.verify(signed_text(spaced), kNow), ErrorCode::kInvalidInput, "canonical");
  std::string fraction = body;
  fraction.insert(fraction.find("10:00:00Z\",\"not_before") + 8, ".000000");
  expect_refused(site.verify(signed_text(fraction), kNow), ErrorCode::kInvalidInput, "canonical");
  expect_refused(site.verify(signed_text(body + "\n"), kNow), ErrorCode::kInvalidInput, "");
  std::string unknown = body;
  unknown.replace(unknown.find("\"author\""), 1, "\"aa\":1,\"");
  expect_refused(site.verify(signed_text(unknown), kNow), ErrorCode::kInvalidInput, "found \"aa\"");
  std::string other_type = body;
  other_type[19] = '2';
  expect_refused(
      site.verify(signed_text(other_type), kNow), ErrorCode::kInvalidInput, "first line");
}

TEST_F(AWrittenAuthority, IsUnderOnePolicyAndNoOther) {
  const std::string note = TestSite::note(site.statement());
  site.policy.digest = made_up("another policy");
  EXPECT_EQ(rule_that_refuses(note), "policy");
}

}  // namespace
}  // namespace proviso::authority
