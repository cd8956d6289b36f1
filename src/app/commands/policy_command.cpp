#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/commands/policy_page.h"
#include "base/core/file.h"
#include "base/json/json.h"
#include "base/json/line.h"
#include "base/toml/toml.h"
#include "safeguards/policy/difference.h"
#include "safeguards/policy/policy.h"

namespace proviso::commands {
namespace {

struct Settings {
  std::string file;
  std::string other;
  bool as_json = false;
};

Result<std::string> text_of(const std::string& file) {
  return read_text_file(file, policy::Policy::kBytesMax);
}

Status check(const Settings& settings) {
  PROVISO_TRY(const auto text, text_of(settings.file));
  PROVISO_TRY(const auto policy, policy::Policy::parse(text));
  if (settings.as_json) {
    json::Line line;
    line.string("sha256", crypto::to_hex(policy.digest)).string("id", policy.id);
    std::cout << line.text() << '\n';
    return Done{};
  }
  std::cout << "policy " << policy.id << ": every option is there and within its range\n"
            << "sha256 " << crypto::to_hex(policy.digest) << '\n';
  return Done{};
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto text, text_of(settings.file));
  PROVISO_TRY(const auto policy, policy::Policy::parse(text));
  if (!settings.as_json) {
    std::cout << policy_page(policy);
    return Done{};
  }
  PROVISO_TRY(Value::Object tree, toml::parse(text, policy::Policy::kBytesMax));
  std::cout << json::to_canonical(Value::Object{{"sha256", crypto::to_hex(policy.digest)},
                                                {"policy", std::move(tree)}})
            << '\n';
  return Done{};
}

std::string json_of(const policy::Comparison& comparison) {
  std::vector<json::Line> lines;
  for (const policy::Difference& difference : comparison.differences) {
    json::Line line;
    line.string("option", difference.option)
        .string("before", difference.before)
        .string("after", difference.after)
        .string("direction", to_text(difference.direction));
    lines.push_back(std::move(line));
  }
  json::Line all;
  all.boolean("same_consultation", comparison.is_same_consultation).objects("differences", lines);
  return all.text();
}

Status diff(const Settings& settings) {
  PROVISO_TRY(const auto before, text_of(settings.file));
  PROVISO_TRY(const auto after, text_of(settings.other));
  PROVISO_TRY(const auto comparison, policy::compare(before, after));
  if (!comparison.differences.empty() && comparison.is_same_consultation) {
    warn(
        "a changed policy needs a consultation of its own; both name the same; write the new one's "
        "reference into `consultation`");
  }
  if (settings.as_json) {
    std::cout << json_of(comparison) << '\n';
    return Done{};
  }
  if (before == after) {
    std::cout << "the same policy, byte for byte\n";
  } else if (comparison.differences.empty()) {
    std::cout << "the same options; the bytes differ, so it is another policy by name\n";
  }
  for (const policy::Difference& difference : comparison.differences) {
    const auto direction = to_text(difference.direction);
    std::cout << difference.option << (direction.empty() ? "" : "  (") << direction
              << (direction.empty() ? "" : ")") << '\n';
    if (!difference.before.empty()) std::cout << "  - " << difference.before << '\n';
    if (!difference.after.empty()) std::cout << "  + " << difference.after << '\n';
  }
  return Done{};
}

}  // namespace

void add_policy(CLI::App& app, Exit& exit) {
  auto* policy = app.add_subcommand("policy", "Policies: the configuration of the safeguards");
  policy->require_subcommand(1);
  const auto settings = std::make_shared<Settings>();
  const auto add = [&](const char* name, const char* text, Status (*act)(const Settings&)) {
    auto* command = policy->add_subcommand(name, text);
    command->add_option("FILE", settings->file, "The policy (TOML)")->required();
    command->add_flag("--json", settings->as_json, "One JSON line instead of text");
    command->callback(calling<Settings>(act, settings, exit));
    return command;
  };
  add("check", "Check every option, and print the SHA-256 that authorities name", check);
  add("show", "Print what a policy binds, for people", show);
  add("diff", "What differs between two policies, and whether it is laxer", diff)
      ->add_option("OTHER", settings->other, "The later policy")
      ->required();
}

}  // namespace proviso::commands
