#include "safeguards/authority/statement.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/field_texts.h"
#include "base/core/utf8.h"
#include "base/crypto/digest_field.h"
#include "base/json/json.h"
#include "safeguards/authority/grounds_fields.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::authority {
namespace {

constexpr std::size_t kAddressBytesMax = 1024;
constexpr std::size_t kTextBytesMax = 128;
// A comma or a bracket stands before every member, so that bytes run out before members do.
constexpr std::size_t kMembersMax = Statement::kBytesMax;
constexpr int kPermilleMax = 1000;
constexpr int kMillion = 1'000'000;

// A statement is read, filed and published: what opens a camera stays out of it, and out of the
// message that says so. A password may hold a '/', so an '@' anywhere behind the scheme counts.
bool may_name_a_user(std::string_view address) {
  constexpr std::string_view kAuthorityStart = "://";
  const std::size_t start = address.find(kAuthorityStart);
  return start != std::string_view::npos && address.find('@', start) != std::string_view::npos;
}

Result<std::string> address_of(FieldReader& reader) {
  // The user is looked for first: the other messages quote what they found.
  PROVISO_TRY(auto address, reader.string("address", Statement::kBytesMax));
  if (may_name_a_user(address)) {
    return Error{ErrorCode::kInvalidInput,
                 concat(reader.place(),
                        ".address must be without user and password; found an '@' behind '://'; "
                        "remove them here, and give them when the run starts; write an '@' of the "
                        "path as %40")};
  }
  if (address.empty() || !is_printable_utf8(address, kAddressBytesMax)) {
    return reader.refused("address",
                          "a path, device or URL of 1 to 1024 bytes of printable characters");
  }
  return address;
}

Result<image::ZonePolygon> zone_of(FieldReader& reader) {
  constexpr std::size_t kCornersMin = 3;
  PROVISO_TRY(const auto corners,
              reader.elements("zone", {kCornersMin, image::ZonePolygon::kCornersMax}));
  image::ZonePolygon zone;
  const auto in_range = [](const std::int64_t* value) {
    return value != nullptr && *value >= 0 && *value <= kPermilleMax;
  };
  for (const Value& corner : corners) {
    const Value::Array* pair = corner.array();
    if (pair == nullptr || pair->size() != 2 || !in_range((*pair)[0].integer()) ||
        !in_range((*pair)[1].integer())) {
      return reader.refused("zone", "corners [x, y] in per-mille of the frame, each 0 to 1000");
    }
    zone.corners.push_back({.x_permille = static_cast<int>(*(*pair)[0].integer()),
                            .y_permille = static_cast<int>(*(*pair)[1].integer())});
  }
  return zone;
}

Result<AuthorisedCamera> camera_of(FieldReader& reader) {
  PROVISO_TRY(const auto id_text, reader.string("id", kIdLengthMax));
  PROVISO_TRY(auto id, CameraId::parse(id_text));
  PROVISO_TRY(const auto kind, reader.string("kind", kTextBytesMax));
  if (kind != "live" && kind != "recording") {
    return reader.refused("kind", "\"live\" or \"recording\"");
  }
  PROVISO_TRY(auto address, address_of(reader));
  PROVISO_TRY(auto zone, zone_of(reader));
  PROVISO_TRY_DONE(reader.finish());
  return AuthorisedCamera{.id = std::move(id),
                          .kind = kind == "live" ? CameraKind::kLive : CameraKind::kRecording,
                          .address = std::move(address),
                          .zone = std::move(zone)};
}

Status check_window(const FieldReader& reader, const Statement& statement) {
  if (statement.not_after <= statement.not_before) {
    return reader.refused("not_after", "later than not_before");
  }
  if (statement.not_after - statement.not_before > Statement::kWindowMax) {
    return reader.refused("not_after", "at most 24 hours after not_before");
  }
  return Done{};
}

Value to_value(const AuthorisedCamera& camera) {
  Value::Array zone;
  for (const auto& corner : camera.zone.corners) {
    zone.push_back(Value::Array{Value(corner.x_permille), Value(corner.y_permille)});
  }
  return Value::Object{{"id", camera.id.text()},
                       {"kind", camera.kind == CameraKind::kLive ? "live" : "recording"},
                       {"address", camera.address},
                       {"zone", std::move(zone)}};
}

constexpr auto kPrecisionWords = std::to_array<std::string_view>({"f32", "f16", "bf16", "mixed"});

Status read_window(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(statement.not_before, read_time(reader, "not_before"));
  PROVISO_TRY(statement.not_after, read_time(reader, "not_after"));
  return check_window(reader, statement);
}

Status read_tier(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(const auto word, reader.string("tier", kTextBytesMax));
  const auto tier = policy::parse_tier(word);
  if (!tier) return reader.refused("tier", "ordinary, urgent or sensitive-place");
  statement.tier = tier.value();
  if (statement.tier != policy::Tier::kUrgent) return Done{};
  PROVISO_TRY(auto urgency, reader.object("urgency"));
  PROVISO_TRY(statement.urgency, read_urgency(std::move(urgency)));
  if (statement.urgency->countersign_by <= statement.not_before) {
    return reader.refused("urgency", "a countersignature later than not_before");
  }
  return Done{};
}

Status read_people(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(statement.author, read_id(reader, "author"));
  PROVISO_TRY(statement.authorising_officer, read_id(reader, "authorising_officer"));
  if (statement.author == statement.authorising_officer) {
    return reader.refused("authorising_officer", "somebody else than the author");
  }
  return Done{};
}

Status read_grounds(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(auto use_case, reader.object("use_case"));
  PROVISO_TRY(statement.use_case, read_use_case(std::move(use_case)));
  PROVISO_TRY(auto location, reader.object("location_basis"));
  PROVISO_TRY(statement.location, read_location(std::move(location)));
  PROVISO_TRY(auto answers, reader.object("proportionality"));
  PROVISO_TRY(statement.proportionality, read_proportionality(std::move(answers)));
  if (reader.has("expression_and_assembly")) {
    PROVISO_TRY(statement.expression_and_assembly,
                read_text(reader, "expression_and_assembly", kAnswerBytesMax));
  }
  PROVISO_TRY(auto documents, reader.objects("documents", {.min = 0, .max = kDocumentsMax}));
  for (FieldReader& document_reader : documents) {
    PROVISO_TRY(auto document, read_document(document_reader));
    const auto is_same = [&](const Document& other) { return other.id == document.id; };
    if (document.id == kAccuracyReportId || std::ranges::any_of(statement.documents, is_same)) {
      return document_reader.refused(
          "id", "another id than accuracy-report, which no other document has");
    }
    statement.documents.push_back(std::move(document));
  }
  return Done{};
}

Status read_place(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(auto place, reader.object("place"));
  PROVISO_TRY(statement.place_name, read_text(place, "name", kShortTextBytesMax));
  PROVISO_TRY(statement.place, read_polygon(place, "polygon"));
  PROVISO_TRY_DONE(place.finish());
  PROVISO_TRY(auto notice, reader.object("notice"));
  PROVISO_TRY(statement.notice, read_notice(std::move(notice)));
  PROVISO_TRY(auto signs, reader.objects("signs", {.min = 0, .max = kSignsMax}));
  for (FieldReader& sign_reader : signs) {
    PROVISO_TRY(auto sign, read_sign(sign_reader));
    const auto is_same = [&](const Sign& other) { return other.id == sign.id; };
    if (std::ranges::any_of(statement.signs, is_same)) {
      return sign_reader.refused("id", "an id that no other sign of the authority has");
    }
    statement.signs.push_back(std::move(sign));
  }
  PROVISO_TRY(auto presence, reader.object("presence"));
  PROVISO_TRY(statement.presence, read_presence(std::move(presence)));
  return Done{};
}

Status read_cameras(FieldReader& reader, Statement& statement) {
  PROVISO_TRY(auto cameras, reader.objects("cameras", {.min = 1, .max = Statement::kCamerasMax}));
  for (FieldReader& camera_reader : cameras) {
    PROVISO_TRY(auto camera, camera_of(camera_reader));
    if (statement.find_camera(camera.id) != nullptr) {
      return camera_reader.refused("id", "an id that no other camera of the authority has");
    }
    statement.cameras.push_back(std::move(camera));
  }
  return Done{};
}

Status read_system(FieldReader& reader, Statement& statement) {
  PROVISO_TRY_DONE(read_cameras(reader, statement));
  PROVISO_TRY(auto list, reader.object("watchlist"));
  PROVISO_TRY(statement.watchlist, crypto::read_digest(list, "sha256"));
  PROVISO_TRY(const auto entries_max, list.integer("entries_max", 1, watchlist::kEntriesMax));
  statement.watchlist_entries_max = static_cast<std::uint64_t>(entries_max);
  PROVISO_TRY(statement.watchlist_built_at, read_time(list, "built_at"));
  PROVISO_TRY_DONE(list.finish());

  PROVISO_TRY(auto pack, reader.object("model_pack"));
  PROVISO_TRY(statement.model_pack, crypto::read_digest(pack, "sha256"));
  PROVISO_TRY(statement.precision, pack.string("precision", kTextBytesMax));
  if (std::ranges::find(kPrecisionWords, statement.precision) == kPrecisionWords.end()) {
    return pack.refused("precision", "f32, f16, bf16 or mixed");
  }
  PROVISO_TRY_DONE(pack.finish());

  PROVISO_TRY(auto report, reader.object("accuracy_report"));
  PROVISO_TRY(statement.accuracy_report, read_accuracy_report(std::move(report)));
  PROVISO_TRY(statement.threshold_millionths,
              read_int(reader, "threshold_millionths", kThresholdFloorMillionths, kMillion));
  return Done{};
}

Result<Statement> read_statement(const Value& value) {
  PROVISO_TRY(auto reader, FieldReader::of(value, "authority"));
  Statement statement;
  PROVISO_TRY(statement.reference, read_id(reader, "reference"));
  PROVISO_TRY_DONE(read_window(reader, statement));
  PROVISO_TRY_DONE(read_tier(reader, statement));
  PROVISO_TRY_DONE(read_people(reader, statement));
  PROVISO_TRY(statement.policy_digest, crypto::read_digest(reader, "policy_sha256"));
  PROVISO_TRY_DONE(read_grounds(reader, statement));
  PROVISO_TRY_DONE(read_place(reader, statement));
  PROVISO_TRY_DONE(read_system(reader, statement));
  PROVISO_TRY_DONE(reader.finish());
  return statement;
}

template <typename T>
Value values_of(const std::vector<T>& items) {
  Value::Array values;
  for (const T& item : items) values.push_back(to_value(item));
  return values;
}

// Where two texts part, for a message.
std::size_t first_difference(std::string_view a, std::string_view b) {
  const auto parted = std::ranges::mismatch(a, b);
  return static_cast<std::size_t>(parted.in1 - a.begin());
}

}  // namespace

Result<Statement> Statement::parse_body(std::string_view text) {
  if (text.size() > kBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("an authority has at most ",
                        kBytesMax,
                        " bytes; found ",
                        text.size(),
                        "; use fewer cameras or shorter answers")};
  }
  const std::string start = concat(kTypeLine, '\n');
  if (!text.starts_with(start) || !text.ends_with('\n') || text.size() <= start.size()) {
    return Error{ErrorCode::kInvalidInput,
                 concat("an authority's first line must be ",
                        kTypeLine,
                        " and its second one JSON; found ",
                        in_quotes(text.substr(0, 32)),
                        "; write it with proviso authority draft")};
  }
  PROVISO_TRY(
      const auto value,
      json::parse(text.substr(start.size()), {.bytes_max = kBytesMax, .members_max = kMembersMax}));
  PROVISO_TRY(auto statement, read_statement(value));
  const std::string canonical = statement.to_body();
  if (canonical != text) {
    return Error{ErrorCode::kInvalidInput,
                 concat("an authority must be its canonical bytes; found others from byte ",
                        first_difference(canonical, text),
                        " on; write it with proviso authority draft")};
  }
  return statement;
}

std::string Statement::to_body() const {
  Value::Object fields{
      {"reference", reference},
      {"not_before", to_rfc3339(not_before)},
      {"not_after", to_rfc3339(not_after)},
      {"tier", policy::to_text(tier)},
      {"author", author},
      {"authorising_officer", authorising_officer},
      {"policy_sha256", crypto::to_hex(policy_digest)},
      {"use_case", to_value(use_case)},
      {"location_basis", to_value(location)},
      {"proportionality", to_value(proportionality)},
      {"documents", values_of(documents)},
      {"place", Value::Object{{"name", place_name}, {"polygon", to_value(place)}}},
      {"notice", to_value(notice)},
      {"signs", values_of(signs)},
      {"presence", to_value(presence)},
      {"cameras", values_of(cameras)},
      {"watchlist",
       Value::Object{{"sha256", crypto::to_hex(watchlist)},
                     {"entries_max", static_cast<std::int64_t>(watchlist_entries_max)},
                     {"built_at", to_rfc3339(watchlist_built_at)}}},
      {"model_pack",
       Value::Object{{"sha256", crypto::to_hex(model_pack)}, {"precision", precision}}},
      {"accuracy_report", to_value(accuracy_report)},
      {"threshold_millionths", threshold_millionths}};
  if (urgency) fields.emplace("urgency", to_value(*urgency));
  if (!expression_and_assembly.empty()) {
    fields.emplace("expression_and_assembly", expression_and_assembly);
  }
  return concat(kTypeLine, '\n', json::to_canonical(fields), '\n');
}

const AuthorisedCamera* Statement::find_camera(const CameraId& id) const {
  const auto found = std::find_if(cameras.begin(),
                                  cameras.end(),
                                  [&](const AuthorisedCamera& camera) { return camera.id == id; });
  return found == cameras.end() ? nullptr : &*found;
}

}  // namespace proviso::authority
