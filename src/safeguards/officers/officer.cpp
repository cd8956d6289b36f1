#include "safeguards/officers/officer.h"

#include "base/core/concat.h"
#include "base/core/field_texts.h"
#include "safeguards/officers/document.h"

namespace proviso::officers {
namespace {

constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kKeyTextBytesMax = 256;

std::string_view first_line(CertificateKind kind) {
  return kind == CertificateKind::kRequest ? "proviso/officer-request/v1" : "proviso/officer/v1";
}

Value to_value(const RoleGrant& grant) {
  return Value::Object{{"not_after", to_rfc3339(grant.not_after)},
                       {"not_before", to_rfc3339(grant.not_before)},
                       {"role", policy::to_text(grant.role)}};
}

std::string written(const Certificate& certificate, CertificateKind kind) {
  const Officer& officer = certificate.officer;
  Value::Array roles;
  for (const RoleGrant& grant : officer.roles) roles.push_back(to_value(grant));
  return document_of(first_line(kind),
                     Value::Object{{"id", officer.id},
                                   {"issued_at", to_rfc3339(certificate.issued_at)},
                                   {"key", officer.key.to_text()},
                                   {"name", officer.name},
                                   {"rank", policy::to_text(officer.rank)},
                                   {"roles", std::move(roles)},
                                   {"site", certificate.site}});
}

Result<RoleGrant> parse_grant(FieldReader& reader) {
  PROVISO_TRY(const auto word, reader.string("role", kWordBytesMax));
  PROVISO_TRY(const auto role, policy::parse_role(word));
  PROVISO_TRY(const auto not_before, read_time(reader, "not_before"));
  PROVISO_TRY(const auto not_after, read_time(reader, "not_after"));
  PROVISO_TRY_DONE(reader.finish());
  if (not_after <= not_before || not_after - not_before > kRoleLifeMax) {
    return reader.refused(
        "not_after", concat("later than not_before by at most ", kRoleLifeMax.count(), " days"));
  }
  return RoleGrant{.role = role, .not_before = not_before, .not_after = not_after};
}

Result<std::vector<RoleGrant>> parse_roles(FieldReader& reader, policy::Rank rank) {
  PROVISO_TRY(auto readers, reader.objects("roles", {.min = 1, .max = kRolesMax}));
  std::vector<RoleGrant> roles;
  for (FieldReader& one : readers) {
    PROVISO_TRY(const auto grant, parse_grant(one));
    if (!roles.empty() && policy::to_text(roles.back().role) >= policy::to_text(grant.role)) {
      return one.refused("role", "after the one before it in alphabetical order, each role once");
    }
    // Whoever decides from outside the force holds no office inside it, and the other way round.
    if ((grant.role == policy::Role::kIndependentAuthority) !=
        (rank == policy::Rank::kIndependentAuthority)) {
      return one.refused("role", "independent-authority for that rank, and for no other");
    }
    roles.push_back(grant);
  }
  return roles;
}

Result<Certificate> read(FieldReader& reader) {
  PROVISO_TRY(const auto site_text, reader.string("site", kIdLengthMax));
  PROVISO_TRY(const auto site, SiteName::parse(site_text));
  PROVISO_TRY(const auto id_text, reader.string("id", kIdLengthMax));
  PROVISO_TRY(const auto id, OfficerId::parse(id_text));
  PROVISO_TRY(auto name, words_of(reader, "name", kNameBytesMax));
  PROVISO_TRY(const auto rank_word, reader.string("rank", kWordBytesMax));
  PROVISO_TRY(const auto rank, policy::parse_rank(rank_word));
  PROVISO_TRY(auto roles, parse_roles(reader, rank));
  PROVISO_TRY(const auto key_text, reader.string("key", kKeyTextBytesMax));
  PROVISO_TRY(auto key, note::VerifierKey::parse(key_text));
  PROVISO_TRY(const auto issued_at, read_time(reader, "issued_at"));
  PROVISO_TRY_DONE(reader.finish());
  if (key.name != key_name(site, id)) return reader.refused("key", key_name(site, id) + "'s");
  return Certificate{.site = site.text(),
                     .officer = {.id = id.text(),
                                 .name = std::move(name),
                                 .rank = rank,
                                 .roles = std::move(roles),
                                 .key = std::move(key)},
                     .issued_at = issued_at};
}

}  // namespace

std::string key_name(const SiteName& site, const OfficerId& officer) {
  return concat(site.text(), '/', officer.text());
}

Result<std::string> to_text(const Certificate& certificate, CertificateKind kind) {
  if (!is_words(certificate.officer.name, kNameBytesMax)) {
    return Error{ErrorCode::kInvalidInput,
                 concat("an officer's name is 1 to ",
                        kNameBytesMax,
                        " bytes of printable text with single spaces inside; found ",
                        in_quotes(certificate.officer.name),
                        "; write it as colleagues know it")};
  }
  std::string text = written(certificate, kind);
  PROVISO_TRY_DONE(parse_certificate(text, kind));
  return text;
}

Result<Certificate> parse_certificate(std::string_view text, CertificateKind kind) {
  PROVISO_TRY(const auto body, body_of(text, first_line(kind)));
  PROVISO_TRY(auto reader, FieldReader::of(body, "officer"));
  PROVISO_TRY(auto certificate, read(reader));
  if (written(certificate, kind) != text) return not_canonical(first_line(kind));
  return certificate;
}

Result<Certificate> open_request(std::string_view note) {
  PROVISO_TRY(const auto signed_note, note::Note::parse(note));
  PROVISO_TRY(auto certificate, parse_certificate(signed_note.text, CertificateKind::kRequest));
  const std::vector<note::VerifierKey> own{certificate.officer.key};
  PROVISO_TRY_DONE(note::verify(signed_note, own));
  return certificate;
}

}  // namespace proviso::officers
