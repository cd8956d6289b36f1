#include "safeguards/officers/revocations.h"

#include <algorithm>

#include "base/core/concat.h"
#include "base/core/field_texts.h"
#include "base/core/id.h"
#include "base/json/json.h"
#include "safeguards/officers/document.h"
#include "safeguards/officers/officer.h"

namespace proviso::officers {
namespace {

constexpr std::string_view kFirstLine = "proviso/revocations/v1";
constexpr std::size_t kKeyTextBytesMax = 256;

std::string written(const Revocations& revocations) {
  Value::Array revoked;
  for (const Revocation& one : revocations.revoked) {
    revoked.emplace_back(Value::Object{{"at", to_rfc3339(one.at)},
                                       {"key", one.key.to_text()},
                                       {"officer", one.officer},
                                       {"reason", one.reason}});
  }
  return document_of(kFirstLine,
                     Value::Object{{"issued_at", to_rfc3339(revocations.issued_at)},
                                   {"number", revocations.number},
                                   {"revoked", std::move(revoked)},
                                   {"site", revocations.site}});
}

Result<Revocation> parse_one(FieldReader& reader, const SiteName& site) {
  PROVISO_TRY(const auto officer_text, reader.string("officer", kIdLengthMax));
  PROVISO_TRY(const auto officer, OfficerId::parse(officer_text));
  PROVISO_TRY(const auto key_text, reader.string("key", kKeyTextBytesMax));
  PROVISO_TRY(auto key, note::VerifierKey::parse(key_text));
  PROVISO_TRY(const auto at, read_time(reader, "at"));
  PROVISO_TRY(auto reason, words_of(reader, "reason", kReasonBytesMax));
  PROVISO_TRY_DONE(reader.finish());
  const std::string name = key_name(site, officer);
  if (key.name != name) return reader.refused("key", concat(name, "'s"));
  return Revocation{
      .officer = officer.text(), .key = std::move(key), .at = at, .reason = std::move(reason)};
}

Result<Revocations> read(FieldReader& reader) {
  Revocations revocations;
  PROVISO_TRY(const auto site_text, reader.string("site", kIdLengthMax));
  PROVISO_TRY(const auto site, SiteName::parse(site_text));
  revocations.site = site.text();
  PROVISO_TRY(revocations.number, reader.integer("number", 0, json::kIntegerMax));
  PROVISO_TRY(revocations.issued_at, read_time(reader, "issued_at"));
  PROVISO_TRY(auto readers, reader.objects("revoked", {.min = 0, .max = kRevocationsMax}));
  for (FieldReader& one : readers) {
    PROVISO_TRY(auto revocation, parse_one(one, site));
    const bool is_doubled = std::ranges::any_of(
        revocations.revoked, [&](const Revocation& r) { return r.key.key == revocation.key.key; });
    if (is_doubled) return one.refused("key", "in the list once");
    revocations.revoked.push_back(std::move(revocation));
  }
  PROVISO_TRY_DONE(reader.finish());
  return revocations;
}

}  // namespace

Result<std::string> to_text(const Revocations& revocations) {
  for (const Revocation& one : revocations.revoked) {
    if (is_words(one.reason, kReasonBytesMax)) continue;
    return Error{ErrorCode::kInvalidInput,
                 concat("a revocation's reason is 1 to ",
                        kReasonBytesMax,
                        " bytes of printable text with single spaces inside; found ",
                        in_quotes(one.reason),
                        "; say why the key is no longer trusted")};
  }
  std::string text = written(revocations);
  PROVISO_TRY_DONE(parse_revocations(text));
  return text;
}

Result<Revocations> parse_revocations(std::string_view text) {
  PROVISO_TRY(const auto body, body_of(text, kFirstLine));
  PROVISO_TRY(auto reader, FieldReader::of(body, "revocations"));
  PROVISO_TRY(auto revocations, read(reader));
  if (written(revocations) != text) return not_canonical(kFirstLine);
  return revocations;
}

}  // namespace proviso::officers
