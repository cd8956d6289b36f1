#include "safeguards/authority/statement.h"

#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <optional>
#include <random>
#include <span>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/json.h"

namespace proviso::authority {
namespace {

constexpr std::string_view kVector = PROVISO_SOURCE "/tests/formats/statement_v1.json";

std::string vector_text() {
  return read_text_file(kVector, Statement::kBytesMax).value();
}

Value vector_value() {
  return json::parse(vector_text(), {}).value();
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
  return Statement::parse(json::to_canonical(value));
}

void expect_refused(const Result<Statement>& statement, std::string_view part) {
  ASSERT_FALSE(statement.has_value()) << part;
  EXPECT_EQ(statement.error().code, ErrorCode::kInvalidInput) << statement.error().message;
  EXPECT_NE(statement.error().message.find(part), std::string::npos)
      << part << " in: " << statement.error().message;
}

TEST(Statement, ReadsTheVectorAndWritesTheSameBytes) {
  const std::string text = vector_text();
  const Statement statement = Statement::parse(text).value();

  EXPECT_EQ(statement.to_json(), text);
  EXPECT_EQ(statement.reference, "high-street-2026-11-24");
  EXPECT_EQ(to_rfc3339(statement.not_before), "2026-11-24T09:00:00Z");
  EXPECT_EQ(to_rfc3339(statement.not_after), "2026-11-24T15:00:00Z");
  ASSERT_EQ(statement.cameras.size(), 2U);
  EXPECT_EQ(statement.cameras[0].kind, CameraKind::kLive);
  EXPECT_EQ(statement.cameras[0].address, "rtsps://192.0.2.7/stream");
  EXPECT_EQ(statement.cameras[0].zone.corners[0], (image::ZonePolygon::Corner{0, 250}));
  EXPECT_EQ(statement.cameras[1].kind, CameraKind::kRecording);
  EXPECT_EQ(statement.cameras[1].zone.corners.size(), 3U);
  EXPECT_EQ(statement.watchlist_entries_max, 40U);
  EXPECT_EQ(crypto::to_hex(statement.model_pack).substr(0, 8), "4862f447");
  EXPECT_EQ(statement.operating_point, OperatingPoint{});
}

TEST(Statement, FindsACameraByItsIdAndNoOther) {
  const Statement statement = Statement::parse(vector_text()).value();
  EXPECT_EQ(statement.find_camera(CameraId::parse("rehearsal").value()), &statement.cameras[1]);
  EXPECT_EQ(statement.find_camera(CameraId::parse("south").value()), nullptr);
}

TEST(Statement, RefusesEachMissingFieldByItsName) {
  int dropped = 0;
  for (const Path& path : all_paths()) {
    if (!names_a_field(path)) continue;
    SCOPED_TRACE(dotted(path));
    expect_refused(parsed(changed(vector_value(), path, std::nullopt)),
                   concat("must have the field \"", path.back(), "\""));
    ++dropped;
  }
  EXPECT_EQ(dropped, 24);
}

TEST(Statement, RefusesEachFieldThatStandsTwice) {
  for (const Path& path : all_paths()) {
    if (!names_a_field(path)) continue;
    SCOPED_TRACE(dotted(path));
    const Value tree = vector_value();
    Path second = path;
    second.back() += '~';
    std::string text = json::to_canonical(changed(tree, second, at(tree, path)));
    text.erase(text.find("~\":"), 1);
    expect_refused(Statement::parse(text), concat("\"", path.back(), "\" twice"));
  }
}

TEST(Statement, RefusesEachFieldAndElementOfAnotherKind) {
  const std::array<Value, 6> kinds{
      Value{}, Value(true), Value(1), Value(""), Value(Value::Array{}), Value(Value::Object{})};
  const Value tree = vector_value();
  int retyped = 0;
  for (const Path& path : all_paths()) {
    for (const Value& kind : kinds) {
      if (kind.integer() != nullptr && at(tree, path).integer() != nullptr) continue;
      SCOPED_TRACE(dotted(path));
      expect_refused(parsed(changed(tree, path, kind)), path.size() == 1 ? path.back() : "");
      ++retyped;
    }
  }
  EXPECT_GT(retyped, 200);
}

TEST(Statement, RefusesAFieldThatIsUnknownInEveryObject) {
  for (const char* path :
       {"note", "cameras.0.note", "cameras.1.note", "watchlist.note", "operating_point.note"}) {
    expect_refused(parsed(with(path, Value("x"))), "found \"note\"");
  }
}

Value::Array corners(std::size_t count) {
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
                                    {"zone", corners(corner_count)}});
  }
  return list;
}

struct Bound {
  const char* path;
  Value last_accepted;
  Value first_refused;
};

std::vector<Bound> bounds_of_numbers() {
  return {{"operating_point.face_width_px_min", 16, 15},
          {"operating_point.face_width_px_min", 512, 513},
          {"operating_point.enrolment_face_width_px_min", 16, 15},
          {"operating_point.enrolment_face_width_px_min", 512, 513},
          {"operating_point.threshold_millionths", 400'000, 399'999},
          {"operating_point.threshold_millionths", 1'000'000, 1'000'001},
          {"operating_point.shots_min", 1, 0},
          {"operating_point.shots_min", 5, 6},
          {"operating_point.embeddings_per_track_max", 3, 2},
          {"operating_point.embeddings_per_track_max", 16, 17},
          {"operating_point.repeat_s", 0, -1},
          {"operating_point.repeat_s", 3600, 3601},
          {"watchlist.entries_max", 1, 0},
          {"watchlist.entries_max", 1'000'000, 1'000'001},
          {"cameras.0.zone.1.0", 0, -1},
          {"cameras.0.zone.1.1", 1000, 1001}};
}

std::vector<Bound> bounds_of_the_rest() {
  const std::string digest(64, 'a');
  return {{"reference", std::string(64, 'a'), std::string(65, 'a')},
          {"reference", "a", ""},
          {"reference", "0._-", "-0"},
          {"cameras.0.id", std::string(64, 'a'), std::string(65, 'a')},
          {"cameras.0.id", "north-2", "rehearsal"},
          {"cameras.0.kind", "recording", "Recording"},
          {"cameras.0.address", std::string(1024, 'a'), std::string(1025, 'a')},
          {"cameras.0.address", "a", ""},
          {"cameras.0.address", "caf\xC3\xA9", "a\x1B[2J"},
          {"cameras.0.zone", corners(3), corners(2)},
          {"cameras.0.zone", corners(64), corners(65)},
          {"cameras.0.zone.1", Value::Array{1, 2}, Value::Array{1, 2, 3}},
          {"cameras", cameras(1, 3), Value::Array{}},
          {"cameras", cameras(64, 3), cameras(65, 3)},
          {"not_after", "2026-11-25T09:00:00Z", "2026-11-25T09:00:00.000001Z"},
          {"not_after", "2026-11-24T09:00:00.000001Z", "2026-11-24T09:00:00Z"},
          {"not_before", "2026-11-23T15:00:00Z", "2026-11-23T14:59:59.999999Z"},
          {"not_before", "2026-11-24T10:00:00Z", "2026-11-24T10:00:00+00:00"},
          {"model_pack_sha256", digest, digest.substr(1)},
          {"model_pack_sha256", digest, concat(digest, 'a')},
          {"watchlist.sha256", digest, std::string(64, 'A')},
          {"format", "proviso/statement/v1", "proviso/statement/v2"}};
}

TEST(Statement, TakesTheLastOfEachRangeAndRefusesTheNext) {
  std::vector<Bound> bounds = bounds_of_numbers();
  for (Bound& bound : bounds_of_the_rest()) bounds.push_back(std::move(bound));
  for (const Bound& bound : bounds) {
    SCOPED_TRACE(bound.path);
    const auto accepted = parsed(with(bound.path, bound.last_accepted));
    EXPECT_TRUE(accepted.has_value()) << accepted.error().message;
    EXPECT_FALSE(parsed(with(bound.path, bound.first_refused)).has_value());
  }
}

TEST(Statement, OfTheMostCamerasWithTheMostCornersIsRead) {
  const Value value = with("cameras", cameras(Statement::kCamerasMax, 64));
  const auto statement = parsed(value);
  ASSERT_TRUE(statement.has_value()) << statement.error().message;
  EXPECT_EQ(statement.value().to_json(), json::to_canonical(value) + "\n");
}

TEST(Statement, IsReadUpToItsMostBytesAndRefusedWithOneMore) {
  std::string text = vector_text();
  text.resize(Statement::kBytesMax, ' ');
  EXPECT_TRUE(Statement::parse(text).has_value());

  text += ' ';
  EXPECT_EQ(Statement::parse(text).error().code, ErrorCode::kOverLimit);
}

TEST(Statement, TimesRunFrom1970To2105) {
  const auto window = [](const char* from, const char* to) {
    Value::Object object = *vector_value().object();
    object.insert_or_assign("not_before", from);
    object.insert_or_assign("not_after", to);
    return parsed(object).has_value();
  };
  EXPECT_TRUE(window("1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z"));
  EXPECT_FALSE(window("1969-12-31T23:30:00Z", "1970-01-01T01:00:00Z"));
  EXPECT_TRUE(window("2105-12-31T22:00:00Z", "2105-12-31T23:59:59.999999Z"));
  EXPECT_FALSE(window("2105-12-31T22:00:00Z", "2106-01-01T00:00:00Z"));
}

TEST(Statement, HoldsNoUserOrPasswordAndDoesNotRepeatOneInItsRefusal) {
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

TEST(Statement, TakesAnyOrderAndWhiteSpaceAndNothingAfterIt) {
  const std::string text = vector_text();
  const std::string format = R"("format":"proviso/statement/v1",)";
  std::string other = text;
  other.erase(other.find(format), format.size());
  other.insert(1, concat(" \t", format, "\r\n"));

  EXPECT_EQ(Statement::parse(other).value(), Statement::parse(text).value());
  expect_refused(Statement::parse(text + "x"), "");
  expect_refused(Statement::parse(text + text), "");
}

// What a reader of `text` would see is what the statement says: nothing was ignored or reread.
void expect_the_same_said(const Statement& statement, const std::string& text) {
  const std::string canonical = statement.to_json();
  ASSERT_EQ(json::to_canonical(json::parse(text, {}).value()) + "\n", canonical) << text;
  ASSERT_EQ(Statement::parse(canonical).value(), statement) << text;
}

TEST(Statement, Over20000DamagedTextsIsRefusedOrSaysWhatTheTextSays) {
  constexpr int kTrials = 20'000;
  constexpr std::string_view kLikely = "0123456789abcdef\"\\{}[],:.-+eE @/ \n~_";
  const std::string text = vector_text();
  std::mt19937 random(3);
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  int accepted = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::string damaged = text;
    for (std::size_t left = 1 + below(3); left > 0; --left) {
      const std::size_t place = below(damaged.size());
      const char byte =
          below(4) == 0 ? static_cast<char>(below(256)) : kLikely[below(kLikely.size())];
      switch (below(4)) {
        case 0: damaged.erase(place, 1 + below(4)); break;
        case 1: damaged.insert(place, 1, byte); break;
        default: damaged[place] = byte;
      }
    }
    const auto statement = Statement::parse(damaged);
    if (!statement) {
      ASSERT_FALSE(statement.error().message.empty());
      continue;
    }
    ++accepted;
    expect_the_same_said(statement.value(), damaged);
    if (HasFatalFailure()) return;
  }
  std::cout << "seed 3: " << accepted << " of " << kTrials << " damaged statements accepted\n";
  EXPECT_GT(accepted, kTrials / 100);
}

}  // namespace
}  // namespace proviso::authority
