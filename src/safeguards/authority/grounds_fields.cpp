#include "safeguards/authority/grounds_fields.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/core/concat.h"
#include "base/core/field_texts.h"
#include "base/core/utf8.h"
#include "base/crypto/digest_field.h"
#include "safeguards/policy/limits.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::authority {
namespace {

constexpr std::size_t kWordBytesMax = 128;  // Of a time, a digest, a word.
constexpr int kMillion = 1'000'000;

Result<std::chrono::sys_days> read_date(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto text, reader.string(name, kWordBytesMax));
  auto day = parse_date(text);
  if (!day) return reader.refused(name, "a date such as 2026-11-24");
  return day;
}

Result<std::uint64_t> read_count(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto count, reader.integer(name, 1, std::int64_t{watchlist::kEntriesMax}));
  return static_cast<std::uint64_t>(count);
}

bool is_evidence_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= policy::kEvidenceNameBytesMax &&
         std::all_of(name.begin(), name.end(), is_plain);
}

Result<Evidence> read_evidence(FieldReader& reader) {
  PROVISO_TRY(auto fields, reader.object("evidence"));
  Evidence evidence;
  for (const std::string& name : fields.names()) {
    if (!is_evidence_name(name)) {
      return reader.refused("evidence", "fields named with a-z, 0-9 and _, of 1 to 64 bytes");
    }
    PROVISO_TRY(evidence[name], read_text(fields, name, kShortTextBytesMax));
  }
  if (evidence.size() > kEvidenceMax) return reader.refused("evidence", "at most 16 fields");
  return evidence;
}

Value evidence_value(const Evidence& evidence) {
  Value::Object fields;
  for (const auto& [name, text] : evidence) fields.emplace(name, text);
  return fields;
}

constexpr std::string_view kCornerNeeded =
    "[latitude, longitude] in ten-millionths of a degree, within 90 and 180 degrees";

std::optional<policy::PlacePolygon::Corner> corner_of(std::span<const Value> pair) {
  if (pair.size() != 2) return std::nullopt;
  const std::int64_t* latitude = pair[0].integer();
  const std::int64_t* longitude = pair[1].integer();
  const auto is_within = [](const std::int64_t* value_e7, std::int64_t degrees_max) {
    return value_e7 != nullptr && *value_e7 >= -degrees_max * policy::kDegreeE7 &&
           *value_e7 <= degrees_max * policy::kDegreeE7;
  };
  if (!is_within(latitude, 90) || !is_within(longitude, 180)) return std::nullopt;
  return policy::PlacePolygon::Corner{.latitude_e7 = *latitude, .longitude_e7 = *longitude};
}

Value corner_value(const policy::PlacePolygon::Corner& corner) {
  return Value::Array{Value(corner.latitude_e7), Value(corner.longitude_e7)};
}

}  // namespace

Result<std::string> read_text(FieldReader& reader, std::string_view name, std::size_t bytes_max) {
  PROVISO_TRY(auto text, reader.string(name, bytes_max));
  if (text.empty() || !is_printable_utf8(text, bytes_max)) {
    return reader.refused(name, concat("1 to ", bytes_max, " bytes of printable text on one line"));
  }
  return text;
}

Result<int> read_int(FieldReader& reader, std::string_view name, int min, int max) {
  PROVISO_TRY(const auto value, reader.integer(name, min, max));
  return static_cast<int>(value);
}

Result<UseCase> read_use_case(FieldReader reader) {
  UseCase use_case;
  PROVISO_TRY(use_case.name, read_text(reader, "name", kShortTextBytesMax));
  PROVISO_TRY(use_case.evidence, read_evidence(reader));
  PROVISO_TRY_DONE(reader.finish());
  return use_case;
}

Result<LocationGrounds> read_location(FieldReader reader) {
  LocationGrounds location;
  PROVISO_TRY(const auto word, reader.string("basis", kWordBytesMax));
  const auto basis = parse_location_basis(word);
  if (!basis) {
    return reader.refused("basis",
                          "crime-hotspot, access-route, protective-security-operation or "
                          "intelligence");
  }
  location.basis = basis.value();
  PROVISO_TRY(auto fields, reader.object("evidence"));
  for (const std::string_view name : evidence_of(location.basis)) {
    PROVISO_TRY(location.evidence[std::string(name)], read_text(fields, name, kShortTextBytesMax));
  }
  PROVISO_TRY_DONE(fields.finish());
  PROVISO_TRY_DONE(reader.finish());
  return location;
}

Result<Proportionality> read_proportionality(FieldReader reader) {
  Proportionality answers;
  PROVISO_TRY(answers.aim, read_text(reader, "aim", kAnswerBytesMax));
  PROVISO_TRY(answers.link, read_text(reader, "link", kAnswerBytesMax));
  PROVISO_TRY(answers.less_intrusive_means,
              read_text(reader, "less_intrusive_means", kAnswerBytesMax));
  PROVISO_TRY(answers.fair_balance, read_text(reader, "fair_balance", kAnswerBytesMax));
  PROVISO_TRY_DONE(reader.finish());
  return answers;
}

Result<Document> read_document(FieldReader& reader) {
  Document document;
  PROVISO_TRY(document.id, read_id(reader, "id"));
  PROVISO_TRY(document.reference, read_text(reader, "reference", kShortTextBytesMax));
  PROVISO_TRY(document.digest, crypto::read_digest(reader, "sha256"));
  PROVISO_TRY(document.reviewed_on, read_date(reader, "reviewed_on"));
  PROVISO_TRY_DONE(reader.finish());
  return document;
}

Result<AccuracyReport> read_accuracy_report(FieldReader reader) {
  AccuracyReport report;
  PROVISO_TRY(report.reference, read_text(reader, "reference", kShortTextBytesMax));
  PROVISO_TRY(report.digest, crypto::read_digest(reader, "sha256"));
  PROVISO_TRY(report.tested_entries, read_count(reader, "tested_entries"));
  PROVISO_TRY(report.threshold_millionths, read_int(reader, "threshold_millionths", 0, kMillion));
  PROVISO_TRY(report.reviewed_on, read_date(reader, "reviewed_on"));
  PROVISO_TRY_DONE(reader.finish());
  return report;
}

Result<Urgency> read_urgency(FieldReader reader) {
  Urgency urgency;
  PROVISO_TRY(urgency.reason, read_text(reader, "reason", kAnswerBytesMax));
  PROVISO_TRY(urgency.countersign_by, read_time(reader, "countersign_by"));
  PROVISO_TRY_DONE(reader.finish());
  return urgency;
}

Result<policy::PlacePolygon> read_polygon(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto corners,
              reader.elements(
                  name, {policy::PlacePolygon::kCornersMin, policy::PlacePolygon::kCornersMax}));
  policy::PlacePolygon polygon;
  for (const Value& corner : corners) {
    const Value::Array* pair = corner.array();
    const auto read = pair == nullptr ? std::nullopt : corner_of(*pair);
    if (!read) return reader.refused(name, concat("corners ", kCornerNeeded));
    polygon.corners.push_back(*read);
  }
  PROVISO_TRY_DONE(policy::check_place(polygon, concat(reader.place(), ".", name)));
  return polygon;
}

Result<Notice> read_notice(FieldReader reader) {
  Notice notice;
  if (reader.has("exemption")) {
    PROVISO_TRY(notice.exemption, read_text(reader, "exemption", kAnswerBytesMax));
  } else {
    PublishedNotice published;
    PROVISO_TRY(published.digest, crypto::read_digest(reader, "sha256"));
    PROVISO_TRY(published.published_at, read_time(reader, "published_at"));
    notice.published = published;
  }
  PROVISO_TRY_DONE(reader.finish());
  return notice;
}

Result<Sign> read_sign(FieldReader& reader) {
  Sign sign;
  PROVISO_TRY(sign.id, read_id(reader, "id"));
  PROVISO_TRY(const auto at, reader.elements("at", {.min = 2, .max = 2}));
  const auto corner = corner_of(at);
  if (!corner) return reader.refused("at", kCornerNeeded);
  sign.at = *corner;
  PROVISO_TRY(sign.position, read_text(reader, "position", kShortTextBytesMax));
  PROVISO_TRY_DONE(reader.finish());
  return sign;
}

Result<PresenceRequirement> read_presence(FieldReader reader) {
  constexpr policy::Limit kOfficers = policy::limit_of("presence.officers_min");
  constexpr policy::Limit kAttestation = policy::limit_of("presence.attestation_s_max");
  PresenceRequirement presence;
  PROVISO_TRY(presence.officers_min,
              read_int(reader, "officers_min", kOfficers.min, kOfficers.max));
  PROVISO_TRY(presence.attestation_s,
              read_int(reader, "attestation_s", kAttestation.min, kAttestation.max));
  PROVISO_TRY_DONE(reader.finish());
  return presence;
}

Value to_value(const UseCase& use_case) {
  return Value::Object{{"name", use_case.name}, {"evidence", evidence_value(use_case.evidence)}};
}

Value to_value(const LocationGrounds& location) {
  return Value::Object{{"basis", to_text(location.basis)},
                       {"evidence", evidence_value(location.evidence)}};
}

Value to_value(const Proportionality& answers) {
  return Value::Object{{"aim", answers.aim},
                       {"link", answers.link},
                       {"less_intrusive_means", answers.less_intrusive_means},
                       {"fair_balance", answers.fair_balance}};
}

Value to_value(const Document& document) {
  return Value::Object{{"id", document.id},
                       {"reference", document.reference},
                       {"sha256", crypto::to_hex(document.digest)},
                       {"reviewed_on", to_date(document.reviewed_on)}};
}

Value to_value(const AccuracyReport& report) {
  return Value::Object{{"reference", report.reference},
                       {"sha256", crypto::to_hex(report.digest)},
                       {"tested_entries", static_cast<std::int64_t>(report.tested_entries)},
                       {"threshold_millionths", report.threshold_millionths},
                       {"reviewed_on", to_date(report.reviewed_on)}};
}

Value to_value(const Urgency& urgency) {
  return Value::Object{{"reason", urgency.reason},
                       {"countersign_by", to_rfc3339(urgency.countersign_by)}};
}

Value to_value(const policy::PlacePolygon& polygon) {
  Value::Array corners;
  for (const auto& corner : polygon.corners) corners.push_back(corner_value(corner));
  return corners;
}

Value to_value(const Notice& notice) {
  if (!notice.published) return Value::Object{{"exemption", notice.exemption}};
  return Value::Object{{"sha256", crypto::to_hex(notice.published->digest)},
                       {"published_at", to_rfc3339(notice.published->published_at)}};
}

Value to_value(const Sign& sign) {
  return Value::Object{{"id", sign.id}, {"at", corner_value(sign.at)}, {"position", sign.position}};
}

Value to_value(const PresenceRequirement& presence) {
  return Value::Object{{"officers_min", presence.officers_min},
                       {"attestation_s", presence.attestation_s}};
}

}  // namespace proviso::authority
