#include "app/commands/audit_lines.h"

#include <algorithm>

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "base/json/json.h"

namespace proviso::commands {
namespace {

constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kDigestShown = 12;

bool holds(const Value::Object& body, std::string_view field, std::string_view text) {
  const auto found = body.find(field);
  if (found == body.end()) return false;
  if (const std::string* one = found->second.string()) return *one == text;
  const Value::Array* all = found->second.array();
  return all != nullptr && std::ranges::any_of(*all, [&](const Value& element) {
           return element.string() != nullptr && *element.string() == text;
         });
}

std::string words(std::string_view kind) {
  std::string text(kind);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string shown(const Value& value) {
  if (const std::string* text = value.string()) {
    return text->size() == kDigestDigits ? text->substr(0, kDigestShown) : *text;
  }
  if (const Value::Array* array = value.array()) {
    std::string text;
    for (const Value& element : *array) text += (text.empty() ? "" : " ") + shown(element);
    return text;
  }
  return json::to_canonical(value);
}

std::string shown(const Value::Object& body) {
  std::string text;
  for (const auto& [name, value] : body) {
    text += concat(text.empty() ? "" : ", ", words(name), ' ', shown(value));
  }
  return text;
}

}  // namespace

bool matches(const LeafFilter& filter, const audit::Entry& entry) {
  if (!filter.deployment.empty() && !holds(entry.body, "deployment", filter.deployment)) {
    return false;
  }
  if (!filter.kind.empty() && entry.kind != filter.kind) return false;
  if (!filter.person.empty() && !holds(entry.body, "officer", filter.person) &&
      !holds(entry.body, "officers", filter.person) && !holds(entry.body, "entry", filter.person)) {
    return false;
  }
  if (filter.since && entry.at < *filter.since) return false;
  return !filter.until || entry.at < *filter.until;
}

std::string to_line(const audit::Leaf& leaf) {
  return concat(leaf.index,
                "  ",
                to_rfc3339(leaf.entry.at),
                "  ",
                words(leaf.entry.kind),
                "  ",
                shown(leaf.entry.body),
                '\n');
}

std::string to_json_line(const audit::Leaf& leaf) {
  return concat(json::to_canonical(Value::Object{{"at", to_rfc3339(leaf.entry.at)},
                                                 {"body", leaf.entry.body},
                                                 {"hash", crypto::to_hex(leaf.hash)},
                                                 {"kind", leaf.entry.kind},
                                                 {"leaf", static_cast<std::int64_t>(leaf.index)}}),
                '\n');
}

std::string evidence_name(const audit::Leaf& leaf) {
  return concat(leaf.index, ".tlog-proof");
}

std::string to_story(const StoryOf& of, std::span<const audit::Leaf> leaves) {
  std::string page = concat("# Deployment ",
                            of.deployment,
                            "\n\nTold from the log alone: ",
                            leaves.size(),
                            " of its ",
                            of.head.size,
                            " leaves, all held to the root that its checkpoint signs.\n\n",
                            "- key: `",
                            of.log_key,
                            "`\n- root: `",
                            to_base64(std::as_bytes(std::span{of.head.root.bytes})),
                            "`\n\n| leaf | time | what | with | proof |\n|---|---|---|---|---|\n");
  for (const audit::Leaf& leaf : leaves) {
    page += concat("| ",
                   leaf.index,
                   " | ",
                   to_rfc3339(leaf.entry.at),
                   " | ",
                   words(leaf.entry.kind),
                   " | ",
                   shown(leaf.entry.body),
                   " | `",
                   evidence_name(leaf),
                   "` |\n");
  }
  return concat(page,
                "\nTo check a line: `proviso-verify evidence FILE --key VKEY`, with the key from "
                "whoever answers for the site.\n");
}

}  // namespace proviso::commands
