#include "base/core/field_reader.h"

#include <optional>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/digits.h"

namespace proviso {
namespace {

constexpr std::size_t kUnknownNamedMax = 5;

std::string field_place(std::string_view place, std::string_view name) {
  return concat(place, '.', name);
}

std::string element_place(std::string_view place, std::size_t index) {
  return concat(place, '[', index, ']');
}

Error wrong(std::string_view place, const Value& found, std::string_view needed) {
  return Error{ErrorCode::kInvalidInput,
               concat(place, " must be ", needed, "; found ", described(found), "; correct it")};
}

Result<std::int64_t> integer_in(const Value& value,
                                std::string_view place,
                                std::int64_t min,
                                std::int64_t max) {
  const std::int64_t* const integer = value.integer();
  if (integer != nullptr && *integer >= min && *integer <= max) return *integer;
  return wrong(place, value, concat("an integer from ", min, " to ", max));
}

Result<double> number_in(const Value& value, std::string_view place, double min, double max) {
  std::optional<double> number;
  if (const double* const held = value.number()) number = *held;
  if (const std::int64_t* const integer = value.integer()) number = static_cast<double>(*integer);
  if (number && *number >= min && *number <= max) return *number;
  return wrong(
      place, value, concat("a number from ", shortest_digits(min), " to ", shortest_digits(max)));
}

Result<std::string> string_in(const Value& value, std::string_view place, std::size_t bytes_max) {
  const std::string* const string = value.string();
  if (string != nullptr && string->size() <= bytes_max) return *string;
  return wrong(place, value, concat("a string of at most ", bytes_max, " bytes"));
}

// Read: (element, place) -> Result<T>.
template <typename T, typename Read>
Result<std::vector<T>> each(Result<std::span<const Value>> elements,
                            const std::string& place,
                            const Read& read) {
  if (!elements) return elements.error();
  std::vector<T> out;
  out.reserve(elements.value().size());
  for (const Value& element : elements.value()) {
    PROVISO_TRY(T one, read(element, element_place(place, out.size())));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

FieldReader::FieldReader(const Value::Object& object, std::string place)
    : object_(&object), place_(std::move(place)) {}

Result<FieldReader> FieldReader::of(const Value& value, std::string place) {
  if (const Value::Object* const object = value.object()) {
    return FieldReader{*object, std::move(place)};
  }
  return wrong(place, value, "an object");
}

bool FieldReader::has(std::string_view name) const {
  return object_->contains(name);
}

std::vector<std::string> FieldReader::names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : *object_) names.push_back(name);
  return names;
}

Result<bool> FieldReader::boolean(std::string_view name) {
  PROVISO_TRY(const Value* const value, take(name));
  if (const bool* const boolean = value->boolean()) return *boolean;
  return wrong(field_place(place_, name), *value, "true or false");
}

Result<std::int64_t> FieldReader::integer(std::string_view name,
                                          std::int64_t min,
                                          std::int64_t max) {
  PROVISO_TRY(const Value* const value, take(name));
  return integer_in(*value, field_place(place_, name), min, max);
}

Result<double> FieldReader::number(std::string_view name, double min, double max) {
  PROVISO_TRY(const Value* const value, take(name));
  return number_in(*value, field_place(place_, name), min, max);
}

Result<std::string> FieldReader::string(std::string_view name, std::size_t bytes_max) {
  PROVISO_TRY(const Value* const value, take(name));
  return string_in(*value, field_place(place_, name), bytes_max);
}

Result<FieldReader> FieldReader::object(std::string_view name) {
  PROVISO_TRY(const Value* const value, take(name));
  return of(*value, field_place(place_, name));
}

Result<std::span<const Value>> FieldReader::elements(std::string_view name, Count count) {
  PROVISO_CHECK(count.min <= count.max);
  PROVISO_TRY(const Value* const value, take(name));
  const Value::Array* const array = value->array();
  if (array != nullptr && array->size() >= count.min && array->size() <= count.max) {
    return std::span<const Value>(*array);
  }
  return wrong(field_place(place_, name),
               *value,
               concat("an array of ", count.min, " to ", count.max, " elements"));
}

Result<std::vector<std::int64_t>> FieldReader::integers(std::string_view name,
                                                        Count count,
                                                        std::int64_t min,
                                                        std::int64_t max) {
  return each<std::int64_t>(elements(name, count),
                            field_place(place_, name),
                            [&](const Value& element, const std::string& place) {
                              return integer_in(element, place, min, max);
                            });
}

Result<std::vector<double>> FieldReader::numbers(std::string_view name,
                                                 Count count,
                                                 double min,
                                                 double max) {
  return each<double>(elements(name, count),
                      field_place(place_, name),
                      [&](const Value& element, const std::string& place) {
                        return number_in(element, place, min, max);
                      });
}

Result<std::vector<std::string>> FieldReader::strings(std::string_view name,
                                                      Count count,
                                                      std::size_t bytes_max) {
  return each<std::string>(elements(name, count),
                           field_place(place_, name),
                           [&](const Value& element, const std::string& place) {
                             return string_in(element, place, bytes_max);
                           });
}

Result<std::vector<FieldReader>> FieldReader::objects(std::string_view name, Count count) {
  return each<FieldReader>(
      elements(name, count),
      field_place(place_, name),
      [](const Value& element, const std::string& place) { return of(element, place); });
}

Status FieldReader::finish() const {
  std::string names;
  std::size_t unknown = 0;
  for (const auto& [name, value] : *object_) {
    if (taken_.contains(name)) continue;
    if (unknown < kUnknownNamedMax) names += concat(unknown == 0 ? "" : ", ", in_quotes(name));
    ++unknown;
  }
  if (unknown == 0) return Done{};
  if (unknown > kUnknownNamedMax) names += concat(" and ", unknown - kUnknownNamedMax, " more");
  return Error{ErrorCode::kInvalidInput,
               concat(place_,
                      " must have no fields but those that are defined; found ",
                      names,
                      "; correct or remove them")};
}

Error FieldReader::refused(std::string_view name, std::string_view needed) const {
  const auto field = object_->find(name);
  PROVISO_CHECK(field != object_->end());
  return wrong(field_place(place_, name), field->second, needed);
}

Result<const Value*> FieldReader::take(std::string_view name) {
  const auto field = object_->find(name);
  if (field == object_->end()) {
    return Error{
        ErrorCode::kInvalidInput,
        concat(place_, " must have the field ", in_quotes(name), "; it is missing; add it")};
  }
  taken_.emplace(name);
  return &field->second;
}

}  // namespace proviso
