#include "safeguards/policy/difference.h"

#include <charconv>
#include <map>
#include <optional>

#include "base/core/concat.h"
#include "base/core/value.h"
#include "base/toml/toml.h"
#include "safeguards/policy/policy.h"

namespace proviso::policy {
namespace {

using Options = std::map<std::string, std::string, std::less<>>;  // Path to value.

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter;
  }
  return out + '"';
}

std::string written(const Value& value) {  // NOLINT(misc-no-recursion): toml::kDepthMax deep.
  if (const auto* boolean = value.boolean()) return *boolean ? "true" : "false";
  if (const auto* integer = value.integer()) return std::to_string(*integer);
  if (const auto* text = value.string()) return quoted(*text);
  std::string out;
  if (const auto* array = value.array()) {
    for (const Value& element : *array) out += concat(out.empty() ? "" : ", ", written(element));
    return concat('[', out, ']');
  }
  PROVISO_CHECK(value.object() != nullptr);
  for (const auto& [name, field] : *value.object()) {
    out += concat(out.empty() ? "" : ", ", name, " = ", written(field));
  }
  return concat("{ ", out, " }");
}

// What a table of a list is known by; null where the list is of something else.
const std::string* key_of(const Value& element) {
  if (element.object() == nullptr) return nullptr;
  for (const std::string_view name : {"id", "name"}) {
    const auto field = element.object()->find(name);
    if (field != element.object()->end()) return field->second.string();
  }
  return nullptr;
}

void flatten(const Value::Object& object,  // NOLINT(misc-no-recursion): toml::kDepthMax deep.
             const std::string& place,
             Options& out) {
  for (const auto& [name, value] : object) {
    const std::string option = concat(place, place.empty() ? "" : ".", name);
    if (const auto* table = value.object()) {
      flatten(*table, option, out);
      continue;
    }
    const auto* list = value.array();
    if (list == nullptr || list->empty() || key_of(list->front()) == nullptr) {
      out[option] = written(value);
      continue;
    }
    for (const Value& element : *list) {
      flatten(*element.object(), concat(option, '[', *key_of(element), ']'), out);
    }
  }
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A figure that protects more the higher it is.
bool is_least(std::string_view option) {
  return option.ends_with("_min") || option.ends_with("_min_millionths") ||
         option.ends_with("_floor_millionths") || option == "adjudication.reviewers";
}

// A figure that protects more the lower it is. Keeping the log longer takes nothing from anybody.
bool is_most(std::string_view option) {
  const bool is_kept = option.starts_with("retention.") && option != "retention.log_days";
  return option.ends_with("_max") || option.ends_with(".deadline_minutes") ||
         option == "review.due_h" || is_kept;
}

Direction direction_of(const Difference& difference) {
  const auto before = number_of(difference.before);
  const auto after = number_of(difference.after);
  if (!before || !after) return Direction::kNotSaid;
  if (is_least(difference.option)) {
    return *after > *before ? Direction::kStricter : Direction::kLaxer;
  }
  if (is_most(difference.option)) {
    return *after > *before ? Direction::kLaxer : Direction::kStricter;
  }
  return Direction::kNotSaid;
}

Result<Options> options_of(std::string_view text) {
  PROVISO_TRY(const Value::Object tree, toml::parse(text, Policy::kBytesMax));
  Options options;
  flatten(tree, "", options);
  return options;
}

}  // namespace

std::string_view to_text(Direction direction) {
  if (direction == Direction::kNotSaid) return "";
  return direction == Direction::kLaxer ? "laxer" : "stricter";
}

Result<Comparison> compare(std::string_view before, std::string_view after) {
  PROVISO_TRY(const Policy old_policy, Policy::parse(before));
  PROVISO_TRY(const Policy new_policy, Policy::parse(after));
  PROVISO_TRY(const Options old_options, options_of(before));
  PROVISO_TRY(const Options new_options, options_of(after));
  std::map<std::string, Difference, std::less<>> found;
  for (const auto& [option, value] : old_options) found[option].before = value;
  for (const auto& [option, value] : new_options) found[option].after = value;
  Comparison comparison;
  comparison.is_same_consultation = old_policy.consultation == new_policy.consultation;
  for (auto& [option, difference] : found) {
    if (difference.before == difference.after) continue;
    difference.option = option;
    difference.direction = direction_of(difference);
    comparison.differences.push_back(std::move(difference));
  }
  return comparison;
}

}  // namespace proviso::policy
