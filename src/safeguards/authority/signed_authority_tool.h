#pragma once

// For tests: a site in memory, with a root, officers and a policy, that signs authorities, so that
// any folder's test can have a WrittenAuthority in the only way there is.
//
//   TestSite site(clock);
//   Statement statement = site.statement();  // Keeps every rule; the test sets what it is about:
//   statement.cameras = {...};               // cameras, watchlist, model_pack...
//   auto authority = site.authority(statement);
//
// Officers: "jo" (sergeant) writes; "sam" (superintendent) authorises; "lee" (inspector) authorises
// what is urgent; "kim" (assistant chief constable) authorises sensitive places. Their roles end a
// year from the clock's time. Threads: values. crypto::start() must have run.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "safeguards/authority/whole_statement_tool.h"
#include "safeguards/authority/written_authority.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/officers/officer.h"
#include "safeguards/officers/register.h"
#include "safeguards/officers/revocations.h"

namespace proviso::authority {

// The same name, the same key.
inline crypto::SecretKey test_key(std::string_view name) {
  const crypto::Digest seed = crypto::sha256(name);
  const auto bytes = std::as_bytes(std::span(seed.bytes));
  return crypto::SecretKey::from_seed(bytes.first<crypto::SecretKey::kSeedBytes>()).value();
}

class TestSite {
 public:
  static constexpr std::string_view kName = "test-site";

  explicit TestSite(const Clock& clock) : made_at_(clock.wall()) {
    using policy::Rank;
    using policy::Role;
    certify("jo", Rank::kSergeant, {Role::kAuthor, Role::kOperator});
    certify("sam", Rank::kSuperintendent, {Role::kAuthorisingOfficer, Role::kReviewer});
    certify("lee", Rank::kInspector, {Role::kAuthorisingOfficer, Role::kReviewer});
    certify("kim", Rank::kAssistantChiefConstable, {Role::kAuthorisingOfficer});
  }

  policy::Policy policy = test_policy();  // A test may change it first.

  Statement statement() const { return test_statement(policy, made_at_); }

  static note::VerifierKey key(std::string_view id) {
    return {.name = std::string(kName) + "/" + std::string(id), .key = test_key(id).public_key()};
  }
  static note::VerifierKey root() {
    return {.name = std::string(kName), .key = test_key("root").public_key()};
  }

  // `roles` in the order of their texts. The last certificate of an id counts.
  void certify(const std::string& id,
               policy::Rank rank,
               const std::vector<policy::Role>& roles,
               std::chrono::seconds life = std::chrono::days(365)) {
    officers::Certificate certificate{
        .site = std::string(kName),
        .officer = {.id = id, .name = "Officer " + id, .rank = rank, .roles = {}, .key = key(id)},
        .issued_at = made_at_};
    for (const policy::Role role : roles) {
      certificate.officer.roles.push_back({.role = role,
                                           .not_before = made_at_ - std::chrono::days(1),
                                           .not_after = made_at_ + life});
    }
    const std::string text = to_text(certificate, officers::CertificateKind::kCertificate).value();
    certificates_[id] = sign(text, root(), test_key("root"));
  }
  void revoke(const std::string& id) {
    revoked_.push_back({.officer = id, .key = key(id), .at = made_at_, .reason = "Lost"});
  }

  officers::Register officers(WallTime now) const {
    std::vector<std::string> notes;
    for (const auto& [id, note] : certificates_) notes.push_back(note);
    const officers::Revocations list{.site = std::string(kName),
                                     .number = static_cast<std::int64_t>(revoked_.size()),
                                     .issued_at = made_at_,
                                     .revoked = revoked_};
    const std::string revocations = sign(to_text(list).value(), root(), test_key("root"));
    return officers::Register::open(root(), notes, revocations, now).value();
  }
  officers::Register officers() const { return officers(made_at_); }

  // The statement's note with a line of each of `signers`.
  static std::string note(const Statement& statement, const std::vector<std::string>& signers) {
    note::Note note{.text = statement.to_body(), .signatures = {}};
    for (const std::string& id : signers) {
      note.signatures.push_back(note::sign(note.text, key(id), test_key(id)));
    }
    return note.to_text();
  }
  static std::string note(const Statement& statement) {
    return note(statement, {statement.author, statement.authorising_officer});
  }

  Result<std::shared_ptr<const WrittenAuthority>> verify(std::string_view note,
                                                         WallTime now) const {
    return WrittenAuthority::verify(
        note, officers(now), std::make_shared<const policy::Policy>(policy), now);
  }
  // Signed by its author and its authorising officer, and verified when the site was made.
  std::shared_ptr<const WrittenAuthority> authority(const Statement& statement) const {
    return verify(note(statement), made_at_).value();
  }

 private:
  static std::string sign(const std::string& text,
                          const note::VerifierKey& key,
                          const crypto::SecretKey& secret) {
    return note::Note{.text = text, .signatures = {note::sign(text, key, secret)}}.to_text();
  }

  WallTime made_at_;
  std::map<std::string, std::string, std::less<>> certificates_;  // By id.
  std::vector<officers::Revocation> revoked_;
};

}  // namespace proviso::authority
