#include "app/drafting/answers.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/json.h"
#include "base/toml/toml.h"

namespace proviso::drafting {
namespace {

constexpr std::size_t kDecimals = 7;

std::string_view first_step(std::string_view path) {
  return path.substr(0, path.find('.'));
}

std::string_view rest_of(std::string_view path) {
  const std::size_t dot = path.find('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(' ') - start + 1);
}

// Degrees in decimals as ten-millionths, without a float on the way.
std::optional<std::int64_t> degrees_e7(std::string_view text, std::int64_t degrees_max) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  std::string digits(text.substr(0, dot));
  std::string decimals(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  if (digits.empty() || digits.size() > 3 || decimals.size() > kDecimals) return std::nullopt;
  if (dot != std::string_view::npos && decimals.empty()) return std::nullopt;
  decimals.resize(kDecimals, '0');
  digits += decimals;
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (value > degrees_max * policy::kDegreeE7) return std::nullopt;
  return is_negative ? -value : value;
}

}  // namespace

Result<Value::Object> read_answers(const std::filesystem::path& file) {
  PROVISO_TRY(const auto text, read_text_file(file, kAnswersBytesMax));
  if (file.extension() != ".json") return toml::parse(text, kAnswersBytesMax);
  PROVISO_TRY(const auto value, json::parse(text, {.bytes_max = kAnswersBytesMax}));
  if (value.object() != nullptr) return *value.object();
  return Error{ErrorCode::kInvalidInput,
               concat("answers must be one object; found ", described(value), "; correct it")};
}

const Value* find(const Value::Object& answers, std::string_view path) {
  const auto found = answers.find(first_step(path));
  if (found == answers.end()) return nullptr;
  const std::string_view rest = rest_of(path);
  if (rest.empty()) return &found->second;
  const Value::Object* inner = found->second.object();
  return inner == nullptr ? nullptr : find(*inner, rest);
}

Status set(Value::Object& answers, std::string_view path, Value value) {
  const std::string step(first_step(path));
  const std::string_view rest = rest_of(path);
  if (rest.empty()) {
    answers.insert_or_assign(step, std::move(value));
    return Done{};
  }
  Value::Object inner;
  if (const auto found = answers.find(step); found != answers.end()) {
    if (found->second.object() == nullptr) {
      return Error{ErrorCode::kInvalidInput,
                   concat("answers: ", step, " must be a table; found ", described(found->second))};
    }
    inner = *found->second.object();
  }
  PROVISO_TRY_DONE(set(inner, rest, std::move(value)));
  answers.insert_or_assign(step, Value(std::move(inner)));
  return Done{};
}

Result<policy::PlacePolygon::Corner> parse_point(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma != std::string_view::npos) {
    const auto latitude = degrees_e7(trimmed(text.substr(0, comma)), 90);
    const auto longitude = degrees_e7(trimmed(text.substr(comma + 1)), 180);
    if (latitude && longitude) {
      return policy::PlacePolygon::Corner{.latitude_e7 = *latitude, .longitude_e7 = *longitude};
    }
  }
  return Error{ErrorCode::kInvalidInput,
               concat("a point is written LATITUDE,LONGITUDE in degrees with at most seven "
                      "decimals, such as 51.5007,-0.1246; found ",
                      in_quotes(text),
                      "; correct it")};
}

Result<policy::PlacePolygon> parse_polygon(std::string_view text) {
  policy::PlacePolygon polygon;
  for (std::string_view left = text;;) {
    const std::size_t end = left.find(';');
    PROVISO_TRY(const auto corner, parse_point(left.substr(0, end)));
    polygon.corners.push_back(corner);
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  PROVISO_TRY_DONE(policy::check_place(polygon, "place.polygon"));
  return polygon;
}

}  // namespace proviso::drafting
