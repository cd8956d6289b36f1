#include "app/drafting/draft.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/drafting/answers.h"
#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/file.h"
#include "safeguards/watchlist/sealed_list.h"
#include "stages/video/address.h"

namespace proviso::drafting {
namespace {

using authority::Statement;

constexpr std::size_t kTextBytesMax = authority::kAnswerBytesMax;
constexpr std::int64_t kMinutesMax = 1440;
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kSecondsMax = 86'400;

Error of_file(const FieldReader& reader, const std::string& file, const Error& error) {
  return Error{error.code, concat(reader.place(), ".file ", in_quotes(file), ": ", error.message)};
}

Result<crypto::Digest> digest_of_file(FieldReader& reader) {
  PROVISO_TRY(const auto file, reader.string("file", kTextBytesMax));
  const auto bytes = read_file(file, kDocumentBytesMax);
  if (!bytes) return of_file(reader, file, bytes.error());
  return crypto::sha256(bytes.value());
}

Result<WallTime> time_of(FieldReader& reader, std::string_view name, WallTime now) {
  PROVISO_TRY(const auto text, reader.string(name, kTextBytesMax));
  if (text == "now") return now;
  auto time = parse_rfc3339(text);
  if (!time) return reader.refused(name, "a UTC time such as 2026-11-24T08:30:00Z, or \"now\"");
  return time;
}

Result<std::chrono::sys_days> date_of(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto text, reader.string(name, kTextBytesMax));
  auto date = authority::parse_date(text);
  if (!date) return reader.refused(name, "a date such as 2026-11-24");
  return date;
}

Result<authority::Evidence> evidence_of(FieldReader& reader) {
  authority::Evidence evidence;
  PROVISO_TRY(auto fields, reader.object("evidence"));
  for (const std::string& name : fields.names()) {
    PROVISO_TRY(evidence[name], fields.string(name, kTextBytesMax));
  }
  return evidence;
}

Status take_window(FieldReader& reader, const DraftContext& context, Statement& statement) {
  statement.not_before = context.now;
  if (reader.has("start")) {
    PROVISO_TRY(statement.not_before, time_of(reader, "start", context.now));
  }
  if (reader.has("end")) {
    PROVISO_TRY(statement.not_after, time_of(reader, "end", context.now));
    return Done{};
  }
  std::int64_t minutes = 60;
  if (reader.has("minutes")) {
    PROVISO_TRY(minutes, reader.integer("minutes", 1, kMinutesMax));
  }
  statement.not_after = statement.not_before + std::chrono::minutes(minutes);
  return Done{};
}

Status take_urgency(FieldReader reader, const DraftContext& context, Statement& statement) {
  authority::Urgency urgency;
  PROVISO_TRY(urgency.reason, reader.string("reason", kTextBytesMax));
  if (reader.has("countersign_by")) {
    PROVISO_TRY(urgency.countersign_by, time_of(reader, "countersign_by", context.now));
  } else {
    const policy::TierRules* rules = context.policy.find_tier(policy::Tier::kUrgent);
    const int minutes =
        rules != nullptr && rules->countersignature ? rules->countersignature->deadline_minutes : 1;
    urgency.countersign_by = statement.not_before + std::chrono::minutes(minutes);
  }
  statement.urgency = urgency;
  return reader.finish();
}

Status take_basics(FieldReader& reader, const DraftContext& context, Statement& statement) {
  PROVISO_TRY(statement.reference, reader.string("reference", kTextBytesMax));
  PROVISO_TRY(statement.author, reader.string("author", kTextBytesMax));
  PROVISO_TRY(statement.authorising_officer, reader.string("authorising_officer", kTextBytesMax));
  PROVISO_TRY_DONE(take_window(reader, context, statement));
  if (reader.has("tier")) {
    PROVISO_TRY(const auto word, reader.string("tier", kTextBytesMax));
    PROVISO_TRY(statement.tier, policy::parse_tier(word));
  }
  if (reader.has("urgency")) {
    PROVISO_TRY(auto urgency, reader.object("urgency"));
    PROVISO_TRY_DONE(take_urgency(std::move(urgency), context, statement));
  }
  statement.policy_digest = context.policy.digest;
  return Done{};
}

Status take_grounds(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(auto use_case, reader.object("use_case"));
  PROVISO_TRY(statement.use_case.name, use_case.string("name", kTextBytesMax));
  if (use_case.has("evidence")) {
    PROVISO_TRY(statement.use_case.evidence, evidence_of(use_case));
  }
  PROVISO_TRY_DONE(use_case.finish());
  PROVISO_TRY(auto location, reader.object("location_basis"));
  PROVISO_TRY(const auto basis, location.string("basis", kTextBytesMax));
  PROVISO_TRY(statement.location.basis, authority::parse_location_basis(basis));
  PROVISO_TRY(statement.location.evidence, evidence_of(location));
  PROVISO_TRY_DONE(location.finish());

  PROVISO_TRY(auto four, reader.object("proportionality"));
  PROVISO_TRY(statement.proportionality.aim, four.string("aim", kTextBytesMax));
  PROVISO_TRY(statement.proportionality.link, four.string("link", kTextBytesMax));
  PROVISO_TRY(statement.proportionality.less_intrusive_means,
              four.string("less_intrusive_means", kTextBytesMax));
  PROVISO_TRY(statement.proportionality.fair_balance, four.string("fair_balance", kTextBytesMax));
  PROVISO_TRY_DONE(four.finish());
  if (reader.has("expression_and_assembly")) {
    PROVISO_TRY(statement.expression_and_assembly,
                reader.string("expression_and_assembly", kTextBytesMax));
  }
  return Done{};
}

Status take_documents(FieldReader& reader, Statement& statement) {
  if (reader.has("documents")) {
    PROVISO_TRY(auto documents, reader.object("documents"));
    for (const std::string& id : documents.names()) {
      PROVISO_TRY(auto fields, documents.object(id));
      authority::Document document{.id = id, .reference = {}, .digest = {}, .reviewed_on = {}};
      PROVISO_TRY(document.reference, fields.string("reference", kTextBytesMax));
      PROVISO_TRY(document.digest, digest_of_file(fields));
      PROVISO_TRY(document.reviewed_on, date_of(fields, "reviewed_on"));
      PROVISO_TRY_DONE(fields.finish());
      statement.documents.push_back(std::move(document));
    }
  }
  authority::AccuracyReport& report = statement.accuracy_report;
  PROVISO_TRY(auto fields, reader.object("accuracy_report"));
  PROVISO_TRY(report.reference, fields.string("reference", kTextBytesMax));
  PROVISO_TRY(report.digest, digest_of_file(fields));
  PROVISO_TRY(const auto tested,
              fields.integer("tested_entries", 1, std::int64_t{watchlist::kEntriesMax}));
  report.tested_entries = static_cast<std::uint64_t>(tested);
  PROVISO_TRY(const auto threshold, fields.integer("threshold_millionths", 0, kMillion));
  report.threshold_millionths = static_cast<int>(threshold);
  PROVISO_TRY(report.reviewed_on, date_of(fields, "reviewed_on"));
  return fields.finish();
}

Status take_notice(FieldReader reader, const DraftContext& context, Statement& statement) {
  if (reader.has("exemption")) {
    PROVISO_TRY(statement.notice.exemption, reader.string("exemption", kTextBytesMax));
    if (reader.has("file")) {
      PROVISO_TRY(const auto none, reader.string("file", kTextBytesMax));
      if (none != "-") return reader.refused("file", "\"-\" beside an exemption");
    }
    return reader.finish();
  }
  authority::PublishedNotice published;
  PROVISO_TRY(published.digest, digest_of_file(reader));
  PROVISO_TRY(published.published_at, time_of(reader, "published_at", context.now));
  statement.notice.published = published;
  return reader.finish();
}

Status take_place(FieldReader& reader, const DraftContext& context, Statement& statement) {
  PROVISO_TRY(auto place, reader.object("place"));
  PROVISO_TRY(statement.place_name, place.string("name", kTextBytesMax));
  PROVISO_TRY(const auto polygon, place.string("polygon", kTextBytesMax));
  PROVISO_TRY(statement.place, parse_polygon(polygon));
  PROVISO_TRY_DONE(place.finish());
  PROVISO_TRY(auto notice, reader.object("notice"));
  PROVISO_TRY_DONE(take_notice(std::move(notice), context, statement));
  if (reader.has("signs")) {
    PROVISO_TRY(auto signs, reader.object("signs"));
    for (const std::string& id : signs.names()) {
      PROVISO_TRY(auto fields, signs.object(id));
      PROVISO_TRY(const auto point, fields.string("at", kTextBytesMax));
      PROVISO_TRY(const auto at, parse_point(point));
      PROVISO_TRY(const auto position, fields.string("position", kTextBytesMax));
      PROVISO_TRY_DONE(fields.finish());
      statement.signs.push_back({.id = id, .at = at, .position = position});
    }
  }
  statement.presence = {.officers_min = context.policy.presence.officers_min,
                        .attestation_s = context.policy.presence.attestation_s_max};
  if (reader.has("presence")) {
    PROVISO_TRY(auto presence, reader.object("presence"));
    PROVISO_TRY(const auto people, presence.integer("officers_min", 1, kSecondsMax));
    PROVISO_TRY(const auto seconds, presence.integer("attestation_s", 1, kSecondsMax));
    statement.presence = {.officers_min = static_cast<int>(people),
                          .attestation_s = static_cast<int>(seconds)};
    PROVISO_TRY_DONE(presence.finish());
  }
  return Done{};
}

Result<image::ZonePolygon> zone_of(FieldReader& reader) {
  if (!reader.has("zone")) return image::ZonePolygon{{{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}};
  PROVISO_TRY(const auto corners, reader.elements("zone", {3, image::ZonePolygon::kCornersMax}));
  image::ZonePolygon zone;
  for (const Value& corner : corners) {
    const Value::Array* pair = corner.array();
    const bool is_pair = pair != nullptr && pair->size() == 2;
    const std::int64_t* x = is_pair ? (*pair)[0].integer() : nullptr;
    const std::int64_t* y = is_pair ? (*pair)[1].integer() : nullptr;
    const auto is_inside = [](const std::int64_t* v) {
      return v != nullptr && *v >= 0 && *v <= 1000;
    };
    if (!is_inside(x) || !is_inside(y)) {
      return reader.refused("zone", "corners [x, y] in per-mille of the frame, each 0 to 1000");
    }
    zone.corners.push_back({static_cast<int>(*x), static_cast<int>(*y)});
  }
  return zone;
}

Status take_cameras(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(auto cameras, reader.object("cameras"));
  for (const std::string& id : cameras.names()) {
    PROVISO_TRY(auto fields, cameras.object(id));
    PROVISO_TRY(auto camera, CameraId::parse(id));
    PROVISO_TRY(const auto source, fields.string("source", kTextBytesMax));
    PROVISO_TRY(const auto address, video::Address::parse(source));
    PROVISO_TRY(auto zone, zone_of(fields));
    PROVISO_TRY_DONE(fields.finish());
    statement.cameras.push_back({.id = std::move(camera),
                                 .kind = address.is_live() ? authority::CameraKind::kLive
                                                           : authority::CameraKind::kRecording,
                                 .address = address.text,
                                 .zone = std::move(zone)});
  }
  return Done{};
}

// What the list's head alone says. Its contents may be locked, and bind who runs it.
Status check_list(FieldReader& fields,
                  const watchlist::ListHead& list,
                  const policy::Policy& policy) {
  if (list.state != watchlist::ListState::kSealed) {
    return fields.refused("file", "a sealed list; this is a draft");
  }
  if (policy.watchlist.vault_needed && !list.is_locked) {
    return fields.refused("file", "a list that a vault has sealed (proviso vault seal)");
  }
  return Done{};
}

Status take_system(FieldReader& reader, const DraftContext& context, Statement& statement) {
  PROVISO_TRY_DONE(take_cameras(reader, statement));
  PROVISO_TRY(auto fields, reader.object("watchlist"));
  PROVISO_TRY(const auto file, fields.string("file", kTextBytesMax));
  const auto source = watchlist::ListSource::open(file);
  if (!source) return of_file(fields, file, source.error());
  const auto read = parse_head(source.value());
  if (!read) return of_file(fields, file, read.error());
  const watchlist::ListHead& list = read.value();
  PROVISO_TRY_DONE(check_list(fields, list, context.policy));
  statement.watchlist = list.digest;
  statement.watchlist_built_at = list.made_at;
  std::int64_t entries_max = std::max<std::int64_t>(1, std::ssize(list.records));
  if (fields.has("entries_max")) {
    PROVISO_TRY(entries_max,
                fields.integer("entries_max", entries_max, std::int64_t{watchlist::kEntriesMax}));
  }
  statement.watchlist_entries_max = static_cast<std::uint64_t>(entries_max);
  PROVISO_TRY_DONE(fields.finish());

  statement.model_pack = context.model_pack;
  statement.precision = context.precision;
  statement.threshold_millionths =
      std::max(context.policy.operating_point.threshold_floor_millionths,
               statement.accuracy_report.threshold_millionths);
  if (reader.has("threshold_millionths")) {
    PROVISO_TRY(const auto threshold, reader.integer("threshold_millionths", 0, kMillion));
    statement.threshold_millionths = static_cast<int>(threshold);
  }
  return Done{};
}

}  // namespace

Result<Statement> draft(const Value::Object& answers, const DraftContext& context) {
  FieldReader reader(answers, "answers");
  Statement statement;
  PROVISO_TRY_DONE(take_basics(reader, context, statement));
  PROVISO_TRY_DONE(take_grounds(reader, statement));
  PROVISO_TRY_DONE(take_documents(reader, statement));
  PROVISO_TRY_DONE(take_place(reader, context, statement));
  PROVISO_TRY_DONE(take_system(reader, context, statement));
  PROVISO_TRY_DONE(reader.finish());
  // What was drafted must be what will be read.
  return Statement::parse_body(statement.to_body());
}

}  // namespace proviso::drafting
