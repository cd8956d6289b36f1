#include "safeguards/officers/register.h"

#include <gtest/gtest.h>

#include <random>

#include "base/core/concat.h"
#include "safeguards/officers/site_tool.h"

namespace proviso::officers {
namespace {

class Registers : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(crypto::start().has_value()); }
};

Result<Register> opened(const std::vector<Certificate>& certificates,
                        std::vector<Revocation> revoked = {}) {
  std::vector<std::string> notes;
  for (const Certificate& certificate : certificates) notes.push_back(note_of(certificate));
  return Register::open(root_key(), notes, note_of(revocations_of(std::move(revoked))), kNow);
}

Revocation revocation_of(const Certificate& certificate) {
  return {.officer = certificate.officer.id,
          .key = certificate.officer.key,
          .at = kNow,
          .reason = "Key lost"};
}

ErrorCode refusal(const Result<Register>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode{} : result.error().code;
}

TEST_F(Registers, FindOfficersByKeyAndById) {
  const Register made = opened({certificate_of("sam"), certificate_of("jo")}).value();
  EXPECT_EQ(made.site(), kSite);
  ASSERT_EQ(made.officers().size(), 2U);
  EXPECT_EQ(made.officers()[0].id, "jo");
  ASSERT_NE(made.find(key_of("sam", "sam")), nullptr);
  EXPECT_EQ(made.find(key_of("sam", "sam"))->id, "sam");
  EXPECT_EQ(*made.find("jo"), certificate_of("jo").officer);
  EXPECT_EQ(made.find(key_of("jo", "sam")), nullptr);
  EXPECT_EQ(made.find("lee"), nullptr);
  EXPECT_EQ(made.keys().size(), 2U);
}

TEST_F(Registers, TakeOnlyWhatTheRootSigned) {
  const Certificate sam = certificate_of("sam");
  const std::string text = to_text(sam, CertificateKind::kCertificate).value();
  const std::string list = note_of(revocations_of({}));
  const auto open = [&](const std::string& note, const std::string& revocations) {
    return Register::open(root_key(), {&note, 1}, revocations, kNow);
  };
  ASSERT_TRUE(open(note_of(sam), list).has_value());

  const std::string self = signed_by(text, sam.officer.key, secret_of("sam"));
  EXPECT_EQ(refusal(open(self, list)), ErrorCode::kNotAuthorised);
  const std::string impostor = signed_by(
      text, {.name = std::string(kSite), .key = secret_of("jo").public_key()}, secret_of("jo"));
  EXPECT_EQ(refusal(open(impostor, list)), ErrorCode::kNotAuthorised);
  std::string edited = note_of(sam);
  edited.replace(edited.find("superintendent"), 14, "chief-constable");
  EXPECT_EQ(refusal(open(edited, list)), ErrorCode::kNotAuthorised);
  // Signed by the root, and something else.
  EXPECT_EQ(refusal(open(list, list)), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(open(note_of(sam), note_of(sam))), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(open(note_of(sam), "")), ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(open(signed_by_root(to_text(sam, CertificateKind::kRequest).value()), list)),
            ErrorCode::kInvalidInput);
  const std::string foreign_list =
      signed_by(to_text(revocations_of({})).value(), sam.officer.key, secret_of("sam"));
  EXPECT_EQ(refusal(open(note_of(sam), foreign_list)), ErrorCode::kNotAuthorised);
}

TEST_F(Registers, RefuseAnotherSite) {
  // The same root under another name: its notes are no use here.
  const note::VerifierKey root{.name = "southgate", .key = root_key().key};
  const std::string list = signed_by(to_text(revocations_of({})).value(), root, secret_of("root"));
  EXPECT_EQ(refusal(Register::open(root, {}, list, kNow)), ErrorCode::kNotAuthorised);
}

TEST_F(Registers, RefuseWhatIsIssuedFurtherAheadThanClocksMayDiffer) {
  Certificate sam = certificate_of("sam");
  sam.issued_at = kNow + kIssuedAheadMax;
  EXPECT_TRUE(opened({sam}).has_value());
  sam.issued_at += std::chrono::microseconds(1);
  EXPECT_EQ(refusal(opened({sam})), ErrorCode::kNotAuthorised);

  Revocations list = revocations_of({});
  list.issued_at = kNow + kIssuedAheadMax + std::chrono::microseconds(1);
  EXPECT_EQ(refusal(Register::open(root_key(), {}, note_of(list), kNow)),
            ErrorCode::kNotAuthorised);
}

TEST_F(Registers, RefuseOneKeyUnderTwoIds) {
  Certificate twin = certificate_of("twin");
  twin.officer.key = key_of("twin", "sam");
  const auto refused = opened({certificate_of("sam"), twin});
  EXPECT_EQ(refusal(refused), ErrorCode::kInvalidInput);
  EXPECT_NE(refused.error().message.find("one key is one officer's"), std::string::npos);
  // Nor under the id of one whose key is revoked.
  EXPECT_FALSE(
      opened({certificate_of("sam"), twin}, {revocation_of(certificate_of("sam"))}).has_value());
  EXPECT_FALSE(opened({certificate_of("sam"), certificate_of("sam")}).has_value());
}

TEST_F(Registers, RefuseTheRootsKeyAsAnOfficers) {
  Certificate sam = certificate_of("sam");
  sam.officer.key = key_of("sam", "root");
  EXPECT_EQ(refusal(opened({sam})), ErrorCode::kInvalidInput);
}

TEST_F(Registers, RefuseOnePersonWithTwoKeysUntilOneIsRevoked) {
  Certificate second = certificate_of("sam");
  second.officer.key = key_of("sam", "sam's second");
  EXPECT_EQ(refusal(opened({certificate_of("sam"), second})), ErrorCode::kInvalidInput);

  const auto after =
      opened({certificate_of("sam"), second}, {revocation_of(certificate_of("sam"))});
  ASSERT_TRUE(after.has_value()) << after.error().message;
  EXPECT_EQ(after.value().find("sam")->key, second.officer.key);
  EXPECT_NE(after.value().find(certificate_of("sam").officer.key), nullptr);
}

TEST_F(Registers, RefuseOnePersonUnderTwoIdsUntilOneIsRevoked) {
  Certificate other = certificate_of("samuel");
  other.officer.name = "OFFICER SAM";
  EXPECT_EQ(refusal(opened({certificate_of("sam"), other})), ErrorCode::kInvalidInput);
  EXPECT_TRUE(opened({certificate_of("sam"), other}, {revocation_of(other)}).has_value());
}

TEST_F(Registers, LetAnOfficerActInAGivenRoleWithinItsTimes) {
  const Register made = opened({certificate_of("sam")}).value();
  const Officer& sam = *made.find("sam");
  const RoleGrant& grant = sam.roles[0];
  const auto may = [&](policy::Role role, WallTime at) {
    const Status status = made.may_act(sam, role, at);
    if (status) return true;
    EXPECT_EQ(status.error().code, ErrorCode::kNotAuthorised);
    return false;
  };
  EXPECT_TRUE(may(grant.role, grant.not_before));
  EXPECT_TRUE(may(grant.role, grant.not_after - std::chrono::microseconds(1)));
  EXPECT_FALSE(may(grant.role, grant.not_before - std::chrono::microseconds(1)));
  EXPECT_FALSE(may(grant.role, grant.not_after));
  EXPECT_FALSE(may(policy::Role::kAuthor, kNow));
}

TEST_F(Registers, LetNobodyActWithARevokedKeyWheneverThatWas) {
  const Certificate certificate = certificate_of("sam");
  const Register made = opened({certificate}, {revocation_of(certificate)}).value();
  const Officer& sam = *made.find("sam");
  ASSERT_NE(made.revocation_of(sam), nullptr);
  EXPECT_EQ(made.revocation_of(sam)->reason, "Key lost");
  for (const WallTime at : {kNow - std::chrono::hours(1), kNow, kNow + std::chrono::hours(1)}) {
    const Status status = made.may_act(sam, policy::Role::kAuthorisingOfficer, at);
    ASSERT_FALSE(status.has_value());
    EXPECT_NE(status.error().message.find("revoked"), std::string::npos);
  }
}

TEST_F(Registers, NameTheirRevocationListByTheHashOfItsText) {
  const Register empty = opened({}).value();
  EXPECT_EQ(empty.revocations_digest(), crypto::sha256(to_text(revocations_of({})).value()));
  const Certificate certificate = certificate_of("sam");
  EXPECT_NE(opened({certificate}, {revocation_of(certificate)}).value().revocations_digest(),
            empty.revocations_digest());
}

TEST_F(Registers, HoldAsManyOfficersAsTheyMayAndNoneOver) {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < kOfficersMax; ++i) {
    notes.push_back(note_of(certificate_of(concat("officer-", i))));
  }
  const std::string list = note_of(revocations_of({}));
  const auto full = Register::open(root_key(), notes, list, kNow);
  ASSERT_TRUE(full.has_value()) << full.error().message;
  EXPECT_EQ(full.value().officers().size(), kOfficersMax);
  notes.push_back(note_of(certificate_of("one-over")));
  EXPECT_EQ(refusal(Register::open(root_key(), notes, list, kNow)), ErrorCode::kOverLimit);
}

// What is accepted after a change is the certificate as the root signed it.
TEST_F(Registers, Of5000MutatedCertificatesNoneIsAcceptedWithAnotherText) {
  const std::string good = note_of(certificate_of("sam"));
  const std::string list = note_of(revocations_of({}));
  std::mt19937 random(20261124);
  for (int round = 0; round < 5'000; ++round) {
    std::string mutant = good;
    const std::size_t at = random() % mutant.size();
    switch (random() % 3) {
      case 0: mutant[at] = static_cast<char>(random()); break;
      case 1: mutant.erase(at, 1 + random() % 9); break;
      default: mutant.insert(at, mutant, random() % mutant.size(), random() % 40); break;
    }
    const auto made = Register::open(root_key(), {&mutant, 1}, list, kNow);
    if (!made) continue;
    ASSERT_EQ(*made.value().find("sam"), certificate_of("sam").officer) << mutant;
  }
}

}  // namespace
}  // namespace proviso::officers
