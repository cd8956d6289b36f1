#include "base/core/value.h"

#include <algorithm>
#include <utility>

#include "base/core/concat.h"
#include "base/core/digits.h"

namespace proviso {

Value::Value() = default;
Value::Value(std::string text) : held_(std::move(text)) {}
Value::Value(std::string_view text) : held_(std::string(text)) {}
Value::Value(const char* text) : held_(std::string(text)) {}
Value::Value(Array array) : held_(std::move(array)) {}
Value::Value(Object object) : held_(std::move(object)) {}

Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

bool is_field_name(std::string_view text) {
  return !text.empty() && text.size() <= kFieldNameBytesMax &&
         std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter <= '~'; });
}

std::string described(const Value& value) {
  if (const auto* boolean = value.boolean()) return *boolean ? "true" : "false";
  if (const auto* integer = value.integer()) return concat("the integer ", *integer);
  if (const auto* number = value.number()) return concat("the number ", shortest_digits(*number));
  if (const auto* string = value.string()) return concat("the string ", in_quotes(*string));
  if (const auto* array = value.array()) return concat("an array of ", array->size());
  if (const auto* object = value.object())
    return concat("an object of ", object->size(), " fields");
  return "null";
}

}  // namespace proviso
