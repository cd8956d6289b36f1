#include "safeguards/authority/statement.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <span>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/json.h"

namespace proviso::authority {
namespace {

constexpr std::string_view kVector = PROVISO_SOURCE "/tests/formats/authority_v1.body";

std::string vector_text() {
  return read_text_file(kVector, Statement::kBytesMax).value();
}

// The second line of a body.
std::string_view json_of(std::string_view body) {
  return body.substr(Statement::kTypeLine.size() + 1);
}

std::string body_of(std::string_view json) {
  return concat(Statement::kTypeLine, '\n', json, '\n');
}

Value vector_value() {
  return json::parse(json_of(vector_text()), {}).value();
}

// From the outermost value inwards: the names of fields, and the numbers of elements.
using Path = std::vector<std::string>;

Path path_of(std::string_view dotted) {
  Path path;
  for (std::size_t dot = dotted.find('.'); dot != std::string_view::npos; dot = dotted.find('.')) {
    path.emplace_back(dotted.substr(0, dot));
    dotted.remove_prefix(dot + 1);
  }
  path.emplace_back(dotted);
  return path;
}

std::string dotted(const Path& path) {
  std::string text;
  for (const std::string& step : path) text += concat(text.empty() ? "" : ".", step);
  return text;
}

// The tree with another value at the path, or with nothing there.
Value changed(const Value& tree,
              std::span<const std::string> path,
              const std::optional<Value>& becomes) {
  const std::string& step = path.front();
  const auto inner = [&](const Value& old) {
    return path.size() == 1 ? becomes : changed(old, path.subspan(1), becomes);
  };
  if (const Value::Object* const object = tree.object()) {
    Value::Object copy = *object;
    const auto field = copy.find(step);
    const std::optional<Value> made = inner(field == copy.end() ? Value{} : field->second);
    if (made) {
      copy.insert_or_assign(step, *made);
    } else {
      copy.erase(step);
    }
    return copy;
  }
  Value::Array copy = *tree.array();
  const std::size_t index = std::stoul(step);
  const std::optional<Value> made = inner(copy.at(index));
  if (made) {
    copy[index] = *made;
  } else {
    copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(index));
  }
  return copy;
}

Value with(std::string_view path, const std::optional<Value>& becomes) {
  return changed(vector_value(), path_of(path), becomes);
}

Value at(const Value& tree, const Path& path) {
  const Value* here = &tree;
  for (const std::string& step : path) {
    const Value::Object* const object = here->object();
    here = object != nullptr ? &object->find(step)->second : &here->array()->at(std::stoul(step));
  }
  return *here;
}

// Every field and element of the tree.
void collect(const Value& tree, const Path& here, std::vector<Path>& out) {
  const auto take = [&](const std::string& step, const Value& inner) {
    Path path = here;
    path.push_back(step);
    out.push_back(path);
    collect(inner, path, out);
  };
  if (const Value::Object* const object = tree.object()) {
    for (const auto& [name, inner] : *object) take(name, inner);
  }
  if (const Value::Array* const array = tree.array()) {
    for (std::size_t n = 0; n < array->size(); ++n) take(std::to_string(n), (*array)[n]);
  }
}

std::vector<Path> all_paths() {
  std::vector<Path> paths;
  collect(vector_value(), {}, paths);
  return paths;
}

bool names_a_field(const Path& path) {
  return path.back().find_first_not_of("0123456789") != std::string::npos;
}

Result<Statement> parsed(const Value& value) {
  return Statement::parse_body(body_of(json::to_canonical(value)));
}

void expect_refused(const Result<Statement>& statement, std::string_view part) {
  ASSERT_FALSE(statement.has_value()) << part;
  EXPECT_EQ(statement.error().code, ErrorCode::kInvalidInput) << statement.error().message;
  EXPECT_NE(statement.error().message.find(part), std::string::npos)
      << part << " in: " << statement.error().message;
}

TEST(AStatement, ReadsTheVectorAndWritesTheSameBytes) {
  const std::string text = vector_text();
  const Statement statement = Statement::parse_body(text).value();

  EXPECT_EQ(statement.to_body(), text);
  EXPECT_EQ(statement.reference, "high-street-2026-11-24");
  EXPECT_EQ(to_rfc3339(statement.not_before), "2026-11-24T09:00:00Z");
  EXPECT_EQ(statement.tier, policy::Tier::kUrgent);
  EXPECT_EQ(to_rfc3339(statement.urgency.value_or(Urgency{}).countersign_by),
            "2026-11-24T11:00:00Z");
  EXPECT_EQ(statement.author, "jo");
  EXPECT_EQ(statement.use_case.name, "Crime Hotspot");
  EXPECT_EQ(statement.location.basis, LocationBasis::kAccessRoute);
  EXPECT_EQ(statement.documents.size(), 4U);
  EXPECT_EQ(statement.place.corners[0].longitude_e7, -4'500'000);
  EXPECT_EQ(statement.signs[1].id, "south");
  ASSERT_EQ(statement.cameras.size(), 2U);
  EXPECT_EQ(statement.cameras[0].kind, CameraKind::kLive);
  EXPECT_EQ(statement.cameras[1].zone.corners.size(), 3U);
  EXPECT_EQ(statement.accuracy_report.tested_entries, 1000U);
  EXPECT_EQ(statement.threshold_millionths, 500'000);
}

TEST(AStatement, FindsACameraByItsIdAndNoOther) {
  const Statement statement = Statement::parse_body(vector_text()).value();
  EXPECT_EQ(statement.find_camera(CameraId::parse("rehearsal").value()), &statement.cameras[1]);
  EXPECT_EQ(statement.find_camera(CameraId::parse("south").value()), nullptr);
}

// Evidence of the use case is named by the policy: rules.h refuses what lacks there.
bool may_be_dropped(const Path& path) {
  return dotted(path).starts_with("use_case.evidence.") ||
         dotted(path) == "expression_and_assembly";
}

TEST(AStatement, RefusesEachMissingFieldByItsName) {
  int dropped = 0;
  for (const Path& path : all_paths()) {
    if (!names_a_field(path) || may_be_dropped(path)) continue;
    SCOPED_TRACE(dotted(path));
    expect_refused(parsed(changed(vector_value(), path, std::nullopt)),
                   concat("must have the field \"", path.back(), "\""));
    ++dropped;
  }
  EXPECT_EQ(dropped, 80);
}

TEST(AStatement, RefusesEachFieldThatStandsTwice) {
  for (const Path& path : all_paths()) {
    if (!names_a_field(path)) continue;
    SCOPED_TRACE(dotted(path));
    const Value tree = vector_value();
    Path second = path;
    second.back() += '~';
    std::string text = json::to_canonical(changed(tree, second, at(tree, path)));
    text.erase(text.find("~\":"), 1);
    expect_refused(Statement::parse_body(body_of(text)), concat("\"", path.back(), "\" twice"));
  }
}

TEST(AStatement, RefusesEachFieldAndElementOfAnotherKind) {
  const std::array<Value, 6> kinds{
      Value{}, Value(true), Value(1), Value(""), Value(Value::Array{}), Value(Value::Object{})};
  const Value tree = vector_value();
  int retyped = 0;
  for (const Path& path : all_paths()) {
    for (const Value& kind : kinds) {
      if (kind.integer() != nullptr && at(tree, path).integer() != nullptr) continue;
      // No evidence is a form of it, and so are no documents and no signs: the policy asks for
      // them.
      if (dotted(path) == "use_case.evidence" && kind.object() != nullptr) continue;
      if ((dotted(path) == "documents" || dotted(path) == "signs") && kind.array() != nullptr) {
        continue;
      }
      SCOPED_TRACE(concat(dotted(path), " ", described(kind)));
      expect_refused(parsed(changed(tree, path, kind)), path.size() == 1 ? path.back() : "");
      ++retyped;
    }
  }
  EXPECT_GT(retyped, 500);
}

TEST(AStatement, RefusesAFieldThatIsUnknownInEveryObject) {
  int unknown = 0;
  std::vector<Path> objects = all_paths();
  objects.emplace_back();
  for (Path path : objects) {
    const Value tree = vector_value();
    const bool is_object = path.empty() || at(tree, path).object() != nullptr;
    if (!is_object || dotted(path) == "use_case.evidence") continue;
    path.emplace_back("unknown");
    SCOPED_TRACE(dotted(path));
    expect_refused(parsed(changed(tree, path, Value("x"))), "found \"unknown\"");
    ++unknown;
  }
  EXPECT_EQ(unknown, 20);
}

Value::Array zone_of(std::size_t count) {
  Value::Array zone(count, Value::Array{500, 500});
  zone[0] = Value::Array{0, 0};
  return zone;
}

Value::Array cameras(std::size_t count, std::size_t corner_count) {
  Value::Array list;
  for (std::size_t n = 0; n < count; ++n) {
    list.emplace_back(Value::Object{{"id", concat("camera-", n)},
                                    {"kind", "live"},
                                    {"address", "/dev/video0"},
                                    {"zone", zone_of(corner_count)}});
  }
  return list;
}

// A polygon of `count` corners on a parabola: convex, so simple.
Value::Array polygon_of(std::int64_t count) {
  Value::Array corners;
  for (std::int64_t n = 0; n < count; ++n) corners.emplace_back(Value::Array{n * n, n});
  return corners;
}

Value::Array copies(std::string_view path, std::size_t count) {
  Value::Array list;
  for (std::size_t n = 0; n < count; ++n) {
    const Value first = at(vector_value(), path_of(path));
    list.push_back(changed(first, path_of("id"), Value(concat("id-", n))));
  }
  return list;
}

Value evidence_of_count(std::size_t count) {
  Value::Object evidence;
  for (std::size_t n = 0; n < count; ++n) evidence.emplace(concat("name_", n), "x");
  return evidence;
}

struct Bound {
  const char* path;
  Value last_accepted;
  Value first_refused;
};

std::vector<Bound> bounds_of_numbers() {
  return {{"threshold_millionths", 400'000, 399'999},
          {"threshold_millionths", 1'000'000, 1'000'001},
          {"accuracy_report.threshold_millionths", 0, -1},
          {"accuracy_report.threshold_millionths", 1'000'000, 1'000'001},
          {"accuracy_report.tested_entries", 1, 0},
          {"accuracy_report.tested_entries", 1'000'000, 1'000'001},
          {"watchlist.entries_max", 1, 0},
          {"watchlist.entries_max", 1'000'000, 1'000'001},
          {"presence.officers_min", 1, 0},
          {"presence.officers_min", 64, 65},
          {"presence.attestation_s", 60, 59},
          {"presence.attestation_s", 43'200, 43'201},
          {"signs.0.at.0", 900'000'000, 900'000'001},
          {"signs.0.at.1", -1'800'000'000, -1'800'000'001},
          {"signs.0.at", Value::Array{0, 0}, Value::Array{0, 0, 0}},
          {"cameras.0.zone.1.0", 0, -1},
          {"cameras.0.zone.1.1", 1000, 1001}};
}

std::vector<Bound> bounds_of_texts() {
  const std::string digest(64, 'a');
  const std::string answer(4000, 'a');
  const std::string name(256, 'a');
  std::vector<Bound> bounds{
      {"reference", std::string(64, 'a'), std::string(65, 'a')},
      {"reference", "0._-", "-0"},
      {"author", "a", ""},
      {"author", "max", "lee"},
      {"cameras.0.id", std::string(64, 'a'), std::string(65, 'a')},
      {"cameras.0.id", "north-2", "rehearsal"},
      {"cameras.0.kind", "recording", "Recording"},
      {"cameras.0.address", std::string(1024, 'a'), std::string(1025, 'a')},
      {"cameras.0.address", "caf\xC3\xA9", "a\x1B[2J"},
      {"documents.0.id", "fria", "eia"},
      {"documents.0.id", "fria", "accuracy-report"},
      {"documents.0.reviewed_on", "2026-02-28", "2026-02-29"},
      {"documents.0.reviewed_on", "1970-01-01", "1970-1-1"},
      {"signs.0.id", "west", "south"},
      {"model_pack.precision", "bf16", "F32"},
      {"model_pack.sha256", digest, digest.substr(1)},
      {"watchlist.sha256", digest, std::string(64, 'A')},
      {"policy_sha256", digest, concat(digest, 'a')},
      {"urgency.countersign_by", "2026-11-24T09:00:00.000001Z", "2026-11-24T09:00:00Z"},
      {"not_after", "2026-11-25T09:00:00Z", "2026-11-25T09:00:00.000001Z"},
      {"not_after", "2026-11-24T09:00:00.000001Z", "2026-11-24T09:00:00Z"},
      {"not_before", "2026-11-24T10:00:00Z", "2026-11-24T10:00:00+00:00"},
      {"location_basis.basis", "access-route", "somewhere"},
      {"use_case.evidence",
       Value(Value::Object{{std::string(64, 'a'), "x"}}),
       Value(Value::Object{{std::string(65, 'a'), "x"}})},
      {"use_case.evidence", Value(Value::Object{{"a_1", "x"}}), Value(Value::Object{{"A", "x"}})}};
  for (const char* path : {"proportionality.aim",
                           "proportionality.link",
                           "urgency.reason",
                           "proportionality.less_intrusive_means",
                           "proportionality.fair_balance",
                           "expression_and_assembly"}) {
    bounds.push_back({path, answer, answer + "a"});
    bounds.push_back({path, "a", "a\nb"});
  }
  for (const char* path : {"use_case.name",
                           "use_case.evidence.hotspot_offences",
                           "place.name",
                           "location_basis.evidence.route",
                           "signs.0.position",
                           "documents.0.reference",
                           "accuracy_report.reference"}) {
    bounds.push_back({path, name, name + "a"});
    bounds.push_back({path, "a", ""});
  }
  return bounds;
}

std::vector<Bound> bounds_of_counts() {
  return {{"cameras", cameras(1, 3), Value::Array{}},
          {"cameras", cameras(64, 3), cameras(65, 3)},
          {"cameras.0.zone", zone_of(3), zone_of(2)},
          {"cameras.0.zone", zone_of(64), zone_of(65)},
          {"cameras.0.zone.1", Value::Array{1, 2}, Value::Array{1, 2, 3}},
          {"place.polygon", polygon_of(3), polygon_of(2)},
          {"place.polygon", polygon_of(128), polygon_of(129)},
          {"documents", copies("documents.0", 16), copies("documents.0", 17)},
          {"signs", copies("signs.0", 64), copies("signs.0", 65)},
          {"use_case.evidence", evidence_of_count(16), evidence_of_count(17)}};
}

TEST(AStatement, TakesTheLastOfEachRangeAndRefusesTheNext) {
  for (const auto& bounds : {bounds_of_numbers(), bounds_of_texts(), bounds_of_counts()}) {
    for (const Bound& bound : bounds) {
      SCOPED_TRACE(bound.path);
      const auto accepted = parsed(with(bound.path, bound.last_accepted));
      EXPECT_TRUE(accepted.has_value()) << accepted.error().message;
      EXPECT_FALSE(parsed(with(bound.path, bound.first_refused)).has_value());
    }
  }
}

TEST(AStatement, HasUrgencyInTheUrgentTierAndNowhereElse) {
  for (const char* tier : {"ordinary", "sensitive-place"}) {
    expect_refused(parsed(with("tier", Value(tier))), "found \"urgency\"");
    Value::Object calm = *with("tier", Value(tier)).object();
    calm.erase("urgency");
    EXPECT_TRUE(parsed(calm).has_value());
  }
}

TEST(AStatement, HasANoticeOrAReasonAndNotBoth) {
  const Value reason(Value::Object{{"exemption", "A threat to life"}});
  const auto exempt = parsed(with("notice", reason));
  ASSERT_TRUE(exempt.has_value());
  EXPECT_EQ(exempt.value().notice.exemption, "A threat to life");
  expect_refused(parsed(with("notice.exemption", Value("A threat"))), "\"published_at\"");
  expect_refused(parsed(with("notice", Value(Value::Object{}))), "sha256");
}

TEST(AStatement, IsReadUpToItsMostBytesAndRefusedWithOneMore) {
  Value::Array list = cameras(Statement::kCamerasMax, 3);
  const auto sized = [&](std::size_t extra) {
    for (std::size_t n = 0; n < list.size(); ++n) {
      const std::size_t bytes = n + 1 < list.size() ? 900 : extra;
      list[n] = changed(list[n], path_of("address"), Value(std::string(bytes, 'a')));
    }
    return body_of(json::to_canonical(with("cameras", list)));
  };
  const std::size_t missing = Statement::kBytesMax - sized(1).size();
  ASSERT_LT(missing, 1024U);
  EXPECT_EQ(sized(1 + missing).size(), Statement::kBytesMax);
  EXPECT_TRUE(Statement::parse_body(sized(1 + missing)).has_value());
  EXPECT_EQ(Statement::parse_body(sized(2 + missing)).error().code, ErrorCode::kOverLimit);
}

TEST(AStatement, TimesRunFrom1970To2105) {
  const auto window = [](const char* from, const char* to) {
    Value::Object object = *vector_value().object();
    object.insert_or_assign("not_before", from);
    object.insert_or_assign("not_after", to);
    object.insert_or_assign("tier", "ordinary");
    object.erase("urgency");
    return parsed(object).has_value();
  };
  EXPECT_TRUE(window("1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z"));
  EXPECT_FALSE(window("1969-12-31T23:30:00Z", "1970-01-01T01:00:00Z"));
  EXPECT_TRUE(window("2105-12-31T22:00:00Z", "2105-12-31T23:59:59.999999Z"));
  EXPECT_FALSE(window("2105-12-31T22:00:00Z", "2106-01-01T00:00:00Z"));
}

TEST(AStatement, HoldsNoUserOrPasswordAndDoesNotRepeatOneInItsRefusal) {
  ASSERT_TRUE(parsed(with("cameras.0.address", "rtsp://192.0.2.7:554/a%40b")).has_value());
  ASSERT_TRUE(parsed(with("cameras.0.address", "clips/a@b.mp4")).has_value());
  for (const std::string& address : {std::string("rtsp://eve:secret@192.0.2.7/a"),
                                     std::string("rtsps://eve:/secret@192.0.2.7/a"),
                                     std::string("rtsp://eve:?secret@192.0.2.7/a"),
                                     std::string("rtsp://secret@192.0.2.7"),
                                     std::string("rtsp://eve:secret@192.0.2.7/\x01"),
                                     concat("rtsp://eve:secret@h/", std::string(1024, 'a'))}) {
    const auto statement = parsed(with("cameras.0.address", address));
    expect_refused(statement, "cameras[0].address must be without user and password");
    EXPECT_EQ(statement.error().message.find("secret"), std::string::npos) << address;
  }
}

TEST(AStatement, IsItsCanonicalBytesAndNoOthers) {
  const std::string text = vector_text();
  const std::string author = R"("author":"jo",)";
  std::string other_order = text;
  other_order.erase(other_order.find(author), author.size());
  other_order.insert(text.find('{') + 1, author);
  expect_refused(Statement::parse_body(other_order), "canonical");
  std::string escaped = text;
  escaped.replace(escaped.find("\xC3\x9F"), 2, "\\u00df");
  expect_refused(Statement::parse_body(escaped), "canonical");
  std::string spaced = text;
  spaced.insert(text.find('{') + 1, " ");
  expect_refused(Statement::parse_body(spaced), "canonical");
  expect_refused(Statement::parse_body(text + "\n"), "");
  expect_refused(Statement::parse_body(text.substr(0, text.size() - 1)), "");
  expect_refused(Statement::parse_body(json_of(text)), "first line");
  expect_refused(Statement::parse_body(concat("proviso/authority/v2\n", json_of(text))),
                 "first line");
  expect_refused(Statement::parse_body(""), "first line");
}

}  // namespace
}  // namespace proviso::authority
