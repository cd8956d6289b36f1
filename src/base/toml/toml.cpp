#include "base/toml/toml.h"

#include <toml++/toml.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/core/concat.h"
#include "base/core/utf8.h"

namespace proviso::toml {
namespace {

// toml++ 3.3 bounds nested values (256) but not dotted names, and frees its tables one inside the
// other: a megabyte of "a.a.a.a" would overflow the stack.
constexpr std::size_t kDotsInARowMax = 32;
constexpr std::size_t kReasonBytesMax = 160;

// Counts dots between two characters that end a name or a value.
bool has_long_dotted_name(std::string_view text) {
  std::size_t dots = 0;
  for (const char character : text) {
    if (character == '.') {
      if (++dots > kDotsInARowMax) return true;
    } else if (std::string_view("\n=,{[").find(character) != std::string_view::npos) {
      dots = 0;
    }
  }
  return false;
}

Error too_deep(std::string_view place) {
  return Error{ErrorCode::kOverLimit,
               concat("at ",
                      place,
                      ": at most ",
                      kDepthMax,
                      " tables and arrays may be nested; found one more; use fewer")};
}

Error refused(std::string_view place, std::string_view needed, std::string_view found) {
  return Error{ErrorCode::kInvalidInput,
               concat("at ", place, ": ", needed, "; found ", found, "; correct it")};
}

Result<Value> value_of(const ::toml::node& node, const std::string& place, std::size_t depth);

Result<Value::Object> object_of(const ::toml::table& table,
                                const std::string& place,
                                std::size_t depth) {
  if (depth > kDepthMax) return too_deep(place);
  Value::Object object;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (!is_field_name(name)) {
      return refused(
          place,
          concat("names are 1 to ", kFieldNameBytesMax, " characters of printable ASCII"),
          in_quotes(name));
    }
    PROVISO_TRY(Value value,
                value_of(node, place.empty() ? name : concat(place, '.', name), depth));
    object.emplace(name, std::move(value));
  }
  return object;
}

Result<Value::Array> array_of(const ::toml::array& array,
                              const std::string& place,
                              std::size_t depth) {
  if (depth > kDepthMax) return too_deep(place);
  Value::Array out;
  for (const ::toml::node& node : array) {
    PROVISO_TRY(Value value, value_of(node, concat(place, '[', out.size(), ']'), depth));
    out.push_back(std::move(value));
  }
  return out;
}

// At most kDepthMax deep.
Result<Value> value_of(const ::toml::node& node,  // NOLINT(misc-no-recursion)
                       const std::string& place,
                       std::size_t depth) {
  if (const auto* table = node.as_table()) {
    PROVISO_TRY(Value::Object object, object_of(*table, place, depth + 1));
    return Value(std::move(object));
  }
  if (const auto* array = node.as_array()) {
    PROVISO_TRY(Value::Array elements, array_of(*array, place, depth + 1));
    return Value(std::move(elements));
  }
  if (const auto* string = node.as_string()) return Value(string->get());
  if (const auto* integer = node.as_integer()) return Value(integer->get());
  if (const auto* boolean = node.as_boolean()) return Value(boolean->get());
  if (const auto* number = node.as_floating_point()) {
    if (std::isfinite(number->get())) return Value(number->get());
    return refused(place, "numbers must be finite", "inf or nan");
  }
  return refused(
      place, "times are written as strings, like \"2026-11-24T08:30:00Z\"", "a bare date or time");
}

}  // namespace

Result<Value::Object> parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return Error{ErrorCode::kOverLimit,
                 concat("this TOML may have at most ",
                        bytes_max,
                        " bytes; it has ",
                        text.size(),
                        "; check that it is the right file")};
  }
  if (!is_utf8(text)) {
    return Error{ErrorCode::kInvalidInput,
                 "TOML must be UTF-8; this is not; save the text as plain UTF-8"};
  }
  if (has_long_dotted_name(text)) {
    return Error{ErrorCode::kOverLimit,
                 concat("a name may have at most ",
                        kDotsInARowMax,
                        " dots; found one with more; use shorter names, and commas in long texts")};
  }
  try {
    return object_of(::toml::parse(text), "", 1);
  } catch (const ::toml::parse_error& error) {
    return Error{ErrorCode::kInvalidInput,
                 concat("the text must be TOML; line ",
                        error.source().begin.line,
                        ", column ",
                        error.source().begin.column,
                        " is not: ",
                        in_quotes(error.description(), kReasonBytesMax),
                        "; correct the text there")};
  }
}

}  // namespace proviso::toml
