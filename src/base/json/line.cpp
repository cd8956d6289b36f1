#include "base/json/line.h"

#include <cmath>

#include "base/core/check.h"
#include "base/core/digits.h"
#include "base/core/utf8.h"
#include "base/json/string_literal.h"

namespace proviso::json {
namespace {

void append_text(std::string& out, std::string_view text) {
  append_string_literal(out, is_utf8(text) ? std::string(text) : with_replacements(text));
}

void append_fixed(std::string& out, double number, int decimals) {
  out += std::isfinite(number) ? fixed_digits(number, decimals) : "null";
}

// Append: (element) appends it to `out`.
template <typename T, typename Append>
void append_array(std::string& out, std::span<const T> elements, const Append& append) {
  out += '[';
  bool first = true;
  for (const T& element : elements) {
    if (!first) out += ',';
    first = false;
    append(element);
  }
  out += ']';
}

}  // namespace

Line& Line::null(std::string_view name) {
  begin(name);
  fields_ += "null";
  return *this;
}

Line& Line::boolean(std::string_view name, bool boolean) {
  begin(name);
  fields_ += boolean ? "true" : "false";
  return *this;
}

Line& Line::integer(std::string_view name, std::int64_t integer) {
  begin(name);
  fields_ += std::to_string(integer);
  return *this;
}

Line& Line::fixed(std::string_view name, double number, int decimals) {
  begin(name);
  append_fixed(fields_, number, decimals);
  return *this;
}

Line& Line::string(std::string_view name, std::string_view text) {
  begin(name);
  append_text(fields_, text);
  return *this;
}

Line& Line::object(std::string_view name, const Line& line) {
  const std::string text = line.text();  // Before begin(): `line` may be this one.
  begin(name);
  fields_ += text;
  return *this;
}

Line& Line::integers(std::string_view name, std::span<const std::int64_t> integers) {
  begin(name);
  append_array(
      fields_, integers, [&](std::int64_t integer) { fields_ += std::to_string(integer); });
  return *this;
}

Line& Line::fixeds(std::string_view name, std::span<const double> numbers, int decimals) {
  begin(name);
  append_array(fields_, numbers, [&](double number) { append_fixed(fields_, number, decimals); });
  return *this;
}

Line& Line::strings(std::string_view name, std::span<const std::string> texts) {
  begin(name);
  append_array(fields_, texts, [&](const std::string& text) { append_text(fields_, text); });
  return *this;
}

Line& Line::objects(std::string_view name, std::span<const Line> lines) {
  begin(name);
  append_array(fields_, lines, [&](const Line& line) { fields_ += line.text(); });
  return *this;
}

std::string Line::text() const {
  return '{' + fields_ + '}';
}

void Line::begin(std::string_view name) {
  PROVISO_CHECK(names_.emplace(name).second);
  if (!fields_.empty()) fields_ += ',';
  append_text(fields_, name);
  fields_ += ':';
}

}  // namespace proviso::json
