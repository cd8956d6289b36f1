#include "safeguards/officers/register.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::officers {
namespace {

Error contradicts(std::string_view rule, const Officer& officer, std::string_view next_step) {
  return Error{ErrorCode::kInvalidInput,
               concat("register: ", rule, "; found ", in_quotes(officer.id), "; ", next_step)};
}

Status check_origin(std::string_view what,
                    std::string_view site,
                    WallTime issued_at,
                    const note::VerifierKey& root,
                    WallTime now) {
  if (site != root.name) {
    return Error{ErrorCode::kNotAuthorised,
                 concat("register: ",
                        what,
                        " must be of the site ",
                        in_quotes(root.name),
                        "; found ",
                        in_quotes(site),
                        "; take the one that this site's root signed")};
  }
  if (issued_at > now + kIssuedAheadMax) {
    return Error{ErrorCode::kNotAuthorised,
                 concat("register: ",
                        what,
                        " must not come from the future; it was issued at ",
                        to_rfc3339(issued_at),
                        ", the clock says ",
                        to_rfc3339(now),
                        "; set the clock")};
  }
  return Done{};
}

// The text of a note that the root has signed.
Result<std::string> text_of(std::string_view bytes,
                            const note::VerifierKey& root,
                            std::string_view what) {
  auto parsed = note::Note::parse(bytes);
  if (!parsed) return Error{parsed.error().code, concat(what, ": ", parsed.error().message)};
  const auto signers = note::verify(parsed.value(), {&root, 1});
  if (!signers) {
    return Error{ErrorCode::kNotAuthorised,
                 concat("register: ",
                        what,
                        " must be signed by the site's root ",
                        root.to_text(),
                        ", and is not; take it as the root signed it")};
  }
  return std::move(parsed).value().text;
}

// Capitals aside, as far as ASCII goes.
bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

Register::Register(note::VerifierKey root, Revocations revocations, const crypto::Digest& digest)
    : root_(std::move(root)), revocations_(std::move(revocations)), revocations_digest_(digest) {}

Result<Register> Register::open(const note::VerifierKey& root,
                                std::span<const std::string> certificate_notes,
                                std::string_view revocation_note,
                                WallTime now) {
  if (certificate_notes.size() > kOfficersMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("register: at most ",
                        kOfficersMax,
                        " certificates; found ",
                        certificate_notes.size(),
                        "; make a second site")};
  }
  PROVISO_TRY_DONE(crypto::check(root.key));
  PROVISO_TRY(const auto list_text, text_of(revocation_note, root, "the revocation list"));
  PROVISO_TRY(auto list, parse_revocations(list_text));
  PROVISO_TRY_DONE(check_origin("the revocation list", list.site, list.issued_at, root, now));

  Register made{root, std::move(list), crypto::sha256(list_text)};
  for (const std::string& bytes : certificate_notes) {
    PROVISO_TRY(const auto text, text_of(bytes, root, "a certificate"));
    PROVISO_TRY(auto certificate, parse_certificate(text, CertificateKind::kCertificate));
    PROVISO_TRY_DONE(check_origin(concat("the certificate of ", certificate.officer.id),
                                  certificate.site,
                                  certificate.issued_at,
                                  root,
                                  now));
    PROVISO_TRY_DONE(made.add(std::move(certificate.officer)));
  }
  std::ranges::sort(made.officers_, {}, [&](const Officer& officer) {
    return std::tuple(officer.id, made.revocation_of(officer) != nullptr, officer.key.key);
  });
  return made;
}

Status Register::add(Officer officer) {
  if (officer.key.key == root_.key) {
    return contradicts("an officer's key is never the root's", officer, "make the officer a key");
  }
  for (const Officer& other : officers_) {
    if (other.key.key == officer.key.key) {
      return contradicts(
          concat("one key is one officer's, once, and ", in_quotes(other.id), " has this one"),
          officer,
          "make a new key with `proviso officer new`");
    }
    const bool is_same_id = other.id == officer.id;
    if (!is_same_id && !is_same_name(other.name, officer.name)) continue;
    if (revocation_of(other) != nullptr || revocation_of(officer) != nullptr) continue;
    if (is_same_id) {
      return contradicts(
          "an officer has one key", officer, "revoke one of the two with `proviso officer revoke`");
    }
    return contradicts(concat("one person has one id, and ",
                              in_quotes(other.id),
                              " is ",
                              in_quotes(other.name),
                              " too"),
                       officer,
                       "revoke one; two people of one name are written so as to be told apart");
  }
  officers_.push_back(std::move(officer));
  return Done{};
}

const Officer* Register::find(const note::VerifierKey& key) const {
  const auto found = std::ranges::find(officers_, key, &Officer::key);
  return found == officers_.end() ? nullptr : &*found;
}

const Officer* Register::find(std::string_view id) const {
  const Officer* revoked = nullptr;
  for (const Officer& officer : officers_) {
    if (officer.id != id) continue;
    if (revocation_of(officer) == nullptr) return &officer;
    revoked = &officer;
  }
  return revoked;
}

const Revocation* Register::revocation_of(const Officer& officer) const {
  const auto found = std::ranges::find_if(
      revocations_.revoked, [&](const Revocation& one) { return one.key.key == officer.key.key; });
  return found == revocations_.revoked.end() ? nullptr : &*found;
}

Status Register::may_act(const Officer& officer, policy::Role role, WallTime at) const {
  PROVISO_CHECK(find(officer.key) != nullptr && *find(officer.key) == officer);
  const auto refused = [&](std::string_view found, std::string_view next_step) {
    return Error{ErrorCode::kNotAuthorised,
                 concat("officer ",
                        officer.id,
                        " may not act as ",
                        policy::to_text(role),
                        ": ",
                        found,
                        "; ",
                        next_step)};
  };
  if (const Revocation* const revocation = revocation_of(officer)) {
    return refused(concat("the key was revoked at ", to_rfc3339(revocation->at)),
                   "have it signed by another officer");
  }
  const auto grant = std::ranges::find(officer.roles, role, &RoleGrant::role);
  if (grant == officer.roles.end()) {
    return refused("the certificate does not give this role",
                   "have it signed by an officer who holds it (`proviso officer list`)");
  }
  if (at < grant->not_before || at >= grant->not_after) {
    return refused(concat("the role is held from ",
                          to_rfc3339(grant->not_before),
                          " until ",
                          to_rfc3339(grant->not_after),
                          ", and it is ",
                          to_rfc3339(at)),
                   "have the root certify the officer again, or another officer sign");
  }
  return Done{};
}

std::vector<note::VerifierKey> Register::keys() const {
  std::vector<note::VerifierKey> keys;
  keys.reserve(officers_.size());
  for (const Officer& officer : officers_) keys.push_back(officer.key);
  return keys;
}

}  // namespace proviso::officers
