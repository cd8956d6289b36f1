#include "base/core/check.h"
#include "base/core/utf8.h"
#include "base/json/json.h"
#include "base/json/string_literal.h"

namespace proviso::json {
namespace {

void append(std::string& out, const Value& value);

void append_object(std::string& out, const Value::Object& object) {
  char before = '{';
  for (const auto& [name, value] : object) {
    PROVISO_CHECK(is_field_name(name));
    out += before;
    append_string_literal(out, name);
    out += ':';
    append(out, value);
    before = ',';
  }
  out += object.empty() ? "{}" : "}";
}

void append_array(std::string& out, const Value::Array& array) {
  char before = '[';
  for (const Value& element : array) {
    out += before;
    append(out, element);
    before = ',';
  }
  out += array.empty() ? "[]" : "]";
}

// As deep as the tree: parse() bounds what comes from outside, the rest is ours.
void append(std::string& out, const Value& value) {  // NOLINT(misc-no-recursion)
  PROVISO_CHECK(value.number() == nullptr);
  if (const bool* const boolean = value.boolean()) {
    out += *boolean ? "true" : "false";
  } else if (const std::int64_t* const integer = value.integer()) {
    PROVISO_CHECK(*integer >= -kIntegerMax && *integer <= kIntegerMax);
    out += std::to_string(*integer);
  } else if (const std::string* const string = value.string()) {
    PROVISO_CHECK(is_utf8(*string));
    append_string_literal(out, *string);
  } else if (const Value::Array* const array = value.array()) {
    append_array(out, *array);
  } else if (const Value::Object* const object = value.object()) {
    append_object(out, *object);
  } else {
    out += "null";
  }
}

}  // namespace

std::string to_canonical(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace proviso::json
