#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/commands/passphrase.h"
#include "app/commands/site_argument.h"
#include "app/site/record.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/line.h"
#include "safeguards/policy/policy.h"

namespace proviso::commands {
namespace {

struct Settings {
  std::string folder;
  std::string name;
  std::string policy = "policies/uk.toml";
  std::string passphrase_file;
  crypto::Cost cost;
  bool as_json = false;
};

struct PolicyFile {
  std::string bytes;
  policy::Policy policy;
};

Result<PolicyFile> read_policy(const std::filesystem::path& path) {
  PROVISO_TRY(auto bytes, read_text_file(path, policy::Policy::kBytesMax));
  PROVISO_TRY(auto policy, policy::Policy::parse(bytes));
  return PolicyFile{.bytes = std::move(bytes), .policy = std::move(policy)};
}

Status make_new(const Settings& settings) {
  PROVISO_TRY(const auto name, officers::SiteName::parse(settings.name));
  // The policy first: a site without one could do nothing.
  PROVISO_TRY(const auto policy, read_policy(settings.policy));
  PROVISO_TRY(
      const auto words,
      ask_new_passphrase(concat("the root key of ", name.text()), settings.passphrase_file));
  const SystemClock clock;
  PROVISO_TRY(
      const auto site,
      site::Site::create(settings.folder, name, words.text(), settings.cost, now_in_seconds()));
  PROVISO_TRY_DONE(write_file_durably(site.policy_file(), policy.bytes));
  PROVISO_TRY_DONE(site::record(
      site, clock, "policy_adopted", {{"policy", crypto::to_hex(policy.policy.digest)}}));
  std::cout
      << "site    " << name.text() << " in " << settings.folder << "\nroot    "
      << site.root().to_text() << "\npolicy  " << policy.policy.id << ", "
      << crypto::to_hex(policy.policy.digest)
      << "\n\nKeep root.key and its passphrase apart from this machine: they are needed only to "
         "certify and revoke officers. Nobody can restore a lost passphrase.\n"
         "Next: make at least two officers, one who writes authorities and one who authorises:\n"
         "  proviso officer new ID --name NAME --rank RANK --role author\n"
         "  proviso officer new ID --name NAME --rank RANK --role authorising-officer\n";
  return Done{};
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.folder));
  PROVISO_TRY(const auto policy, read_policy(site.policy_file()));
  PROVISO_TRY(const auto officers, site.read_register(now_in_seconds()));
  const std::string policy_digest = crypto::to_hex(policy.policy.digest);
  if (settings.as_json) {
    json::Line line;
    line.string("site", site.name())
        .string("root", site.root().to_text())
        .string("policy", policy_digest)
        .integer("officers", static_cast<std::int64_t>(officers.officers().size()))
        .string("revocations", crypto::to_hex(officers.revocations_digest()))
        .integer("revocations_number", officers.revocations().number);
    std::cout << line.text() << '\n';
    return Done{};
  }
  std::cout << "site         " << site.name() << "\nroot         " << site.root().to_text()
            << "\npolicy       " << policy.policy.id << ", " << policy.policy.title
            << "\n             " << policy_digest << "\nofficers     " << officers.officers().size()
            << " ever certified (`proviso officer list`)\nrevocations  number "
            << officers.revocations().number
            << ", keys on it: " << officers.revocations().revoked.size() << "\n             "
            << crypto::to_hex(officers.revocations_digest()) << '\n';
  return Done{};
}

}  // namespace

void add_site(CLI::App& app, Exit& exit) {
  auto* sites = app.add_subcommand(
      "site", "The folder that a site runs under: its root key, policy, officers and authorities");
  sites->require_subcommand(1);
  const auto settings = std::make_shared<Settings>();
  const auto add = [&](const char* name, const char* about, Status (*act)(const Settings&)) {
    auto* command = sites->add_subcommand(name, about);
    add_site_option(*command, settings->folder);
    command->callback(calling<Settings>(act, settings, exit));
    return command;
  };
  auto* making = add("new", "Make a site with a new root key under a policy", make_new);
  making->add_option("NAME", settings->name, "The site's name: a-z 0-9 . _ -")->required();
  making->add_option("--policy", settings->policy, "The policy that it runs under")
      ->capture_default_str();
  add_passphrase_option(*making, settings->passphrase_file);
  add_key_memory_option(*making, settings->cost);

  auto* showing = add("show", "Show the site's root key, policy and register", show);
  showing->add_flag("--json", settings->as_json, "A JSON line instead of text");
}

}  // namespace proviso::commands
