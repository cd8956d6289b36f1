#include "app/evaluation/ground_truth.h"

#include <utility>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/json/json.h"

namespace proviso::evaluation {
namespace {

constexpr std::int64_t kTenthsMax = 1'000'000;
constexpr std::size_t kNumbersABox = 5;
constexpr std::size_t kIdBytesMax = 64;
constexpr json::Limits kLineLimits{.members_max = 5 * kPassFramesMax + 100};

Value header_of(const GroundTruth& truth) {
  Value::Array persons;
  for (const auto& person : truth.persons) {
    persons.emplace_back(Value::Object{{"id", person.id},
                                       {"listed", person.listed},
                                       {"same_image", person.same_image},
                                       {"usable", person.usable}});
  }
  return Value::Object{{"kind", "ground-truth"},
                       {"version", kGroundTruthVersion},
                       {"note", std::string(kFunctionalCheck)},
                       {"scene", truth.scene},
                       {"seed", truth.seed},
                       {"video_sha256", truth.video_sha256},
                       {"frames_per_s", truth.frames_per_s},
                       {"frames", truth.frames},
                       {"width_px", truth.size.width},
                       {"height_px", truth.size.height},
                       {"passes", static_cast<std::int64_t>(truth.passes.size())},
                       {"persons", std::move(persons)}};
}

Value line_of(const TruthPass& pass) {
  Value::Array boxes;
  boxes.reserve(pass.boxes.size() * kNumbersABox);
  for (const auto& box : pass.boxes) {
    for (const int number :
         {box.x_tenths, box.y_tenths, box.width_tenths, box.height_tenths, box.visible_permille}) {
      boxes.emplace_back(number);
    }
  }
  return Value::Object{{"kind", "pass"},
                       {"id", pass.id},
                       {"person", pass.person},
                       {"listed", pass.listed},
                       {"same_image", pass.same_image},
                       {"first_frame", pass.first_frame},
                       {"last_frame", pass.last_frame()},
                       {"boxes", std::move(boxes)}};
}

Status expect_kind(FieldReader& reader, std::string_view kind) {
  PROVISO_TRY(const auto found, reader.string("kind", kIdBytesMax));
  if (found == kind) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat(reader.place(),
                      ": needs the kind ",
                      kind,
                      "; found ",
                      in_quotes(found),
                      "; give the ground-truth file that `proviso simulate` wrote")};
}

Result<std::vector<TruthPerson>> read_persons(const Value::Object& header) {
  std::vector<TruthPerson> persons;
  const auto found = header.find("persons");
  const auto* list = found == header.end() ? nullptr : found->second.array();
  if (list == nullptr || list->size() > kPersonsMax) {
    return Error{ErrorCode::kInvalidInput,
                 concat("ground truth: needs at most ",
                        kPersonsMax,
                        " persons; give the file that `proviso simulate` wrote")};
  }
  for (const auto& value : *list) {
    PROVISO_TRY(auto reader, FieldReader::of(value, "ground truth: person"));
    TruthPerson person;
    PROVISO_TRY(person.id, reader.string("id", kIdBytesMax));
    PROVISO_TRY(person.listed, reader.boolean("listed"));
    PROVISO_TRY(person.same_image, reader.boolean("same_image"));
    PROVISO_TRY(person.usable, reader.boolean("usable"));
    PROVISO_TRY_DONE(reader.finish());
    persons.push_back(std::move(person));
  }
  return persons;
}

struct Header {
  GroundTruth truth;
  std::int64_t passes = 0;
};

Result<Header> read_header(const Value& value) {
  PROVISO_TRY(auto reader, FieldReader::of(value, "ground truth: header"));
  PROVISO_TRY_DONE(expect_kind(reader, "ground-truth"));
  PROVISO_TRY_DONE(reader.integer("version", kGroundTruthVersion, kGroundTruthVersion));
  Header header;
  auto& truth = header.truth;
  PROVISO_TRY(truth.scene, reader.string("scene", kIdBytesMax));
  PROVISO_TRY(truth.seed, reader.integer("seed", 0, json::kIntegerMax));
  PROVISO_TRY(truth.video_sha256, reader.string("video_sha256", kIdBytesMax));
  PROVISO_TRY(const auto rate, reader.integer("frames_per_s", 1, 1000));
  PROVISO_TRY(truth.frames, reader.integer("frames", 0, json::kIntegerMax));
  PROVISO_TRY(const auto width, reader.integer("width_px", 1, 65'535));
  PROVISO_TRY(const auto height, reader.integer("height_px", 1, 65'535));
  PROVISO_TRY(header.passes, reader.integer("passes", 0, kPassesMax));
  truth.frames_per_s = static_cast<int>(rate);
  truth.size = {static_cast<int>(width), static_cast<int>(height)};
  PROVISO_TRY(truth.persons, read_persons(*value.object()));
  return header;
}

Result<TruthPass> read_pass(const Value& value, std::size_t line) {
  PROVISO_TRY(auto reader, FieldReader::of(value, concat("ground truth: line ", line)));
  PROVISO_TRY_DONE(expect_kind(reader, "pass"));
  TruthPass pass;
  PROVISO_TRY(const auto id, reader.integer("id", 0, kPassesMax));
  pass.id = static_cast<int>(id);
  PROVISO_TRY(pass.person, reader.string("person", kIdBytesMax));
  PROVISO_TRY(pass.listed, reader.boolean("listed"));
  PROVISO_TRY(pass.same_image, reader.boolean("same_image"));
  PROVISO_TRY(pass.first_frame, reader.integer("first_frame", 0, json::kIntegerMax));
  PROVISO_TRY(const auto last, reader.integer("last_frame", pass.first_frame, json::kIntegerMax));
  PROVISO_TRY(const auto numbers,
              reader.integers(
                  "boxes", {kNumbersABox, kNumbersABox * kPassFramesMax}, -kTenthsMax, kTenthsMax));
  PROVISO_TRY_DONE(reader.finish());
  for (std::size_t i = 0; i + kNumbersABox <= numbers.size(); i += kNumbersABox) {
    const auto at = [&](std::size_t k) { return static_cast<int>(numbers[i + k]); };
    pass.boxes.push_back({at(0), at(1), at(2), at(3), at(4)});
  }
  if (numbers.size() % kNumbersABox != 0 || pass.last_frame() != last) {
    return Error{ErrorCode::kInvalidInput,
                 concat(reader.place(),
                        ": needs five numbers for each frame from ",
                        pass.first_frame,
                        " to ",
                        last,
                        "; found ",
                        numbers.size(),
                        "; the file is damaged: simulate again")};
  }
  return pass;
}

}  // namespace

image::RectPx TruthBox::rect() const {
  constexpr float kTenths = 10.0F;
  return {static_cast<float>(x_tenths) / kTenths,
          static_cast<float>(y_tenths) / kTenths,
          static_cast<float>(width_tenths) / kTenths,
          static_cast<float>(height_tenths) / kTenths};
}

std::string to_lines(const GroundTruth& truth) {
  std::string lines = json::to_canonical(header_of(truth)) + '\n';
  for (const auto& pass : truth.passes) lines += json::to_canonical(line_of(pass)) + '\n';
  return lines;
}

Result<GroundTruth> parse_ground_truth(std::string_view lines) {
  Header header;
  std::size_t line = 0;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const auto text = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    ++line;
    PROVISO_TRY(const auto value, json::parse(text, kLineLimits));
    if (line == 1) {
      PROVISO_TRY(header, read_header(value));
      continue;
    }
    PROVISO_TRY(auto pass, read_pass(value, line));
    header.truth.passes.push_back(std::move(pass));
  }
  if (line == 0 || header.truth.passes.size() != static_cast<std::size_t>(header.passes)) {
    return Error{ErrorCode::kInvalidInput,
                 concat("ground truth: needs ",
                        header.passes,
                        " passes after its header; found ",
                        header.truth.passes.size(),
                        "; the file is cut: simulate again")};
  }
  return std::move(header.truth);
}

}  // namespace proviso::evaluation
