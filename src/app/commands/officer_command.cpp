#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/commands/passphrase.h"
#include "app/commands/role_argument.h"
#include "app/commands/site_argument.h"
#include "app/site/record.h"
#include "base/core/concat.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

struct Settings {
  std::string folder;
  std::string id;
  std::string name;
  std::string rank;
  std::vector<std::string> roles;
  std::string reason;
  std::string passphrase_file;
  crypto::Cost cost;
  bool is_certain = false;
  bool as_json = false;
};

void print(const officers::Officer& officer) {
  std::cout << "officer  " << officer.id << "\nname     " << officer.name << "\nrank     "
            << policy::to_text(officer.rank) << '\n';
  for (const officers::RoleGrant& grant : officer.roles) {
    std::cout << "role     " << policy::to_text(grant.role) << ", from "
              << to_rfc3339(grant.not_before) << " until " << to_rfc3339(grant.not_after) << '\n';
  }
  std::cout << "key      " << officer.key.to_text() << '\n';
}

Result<crypto::SecretKey> ask_root_key(const site::Site& site, const Settings& settings) {
  PROVISO_TRY(const auto words,
              ask_passphrase(concat("the root key of ", site.name()), settings.passphrase_file));
  return site.open_root_key(words.text());
}

// What the command did stands; what is missing is its entry in the journal.
Status with_hint(const Status& recorded, std::string_view done) {
  if (recorded) return recorded;
  return Error{recorded.error().code,
               concat(done,
                      ", but the journal has no entry of it: ",
                      recorded.error().message,
                      "; run the same command again when the journal can be written")};
}

Status make_new(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.folder));
  const WallTime now = now_in_seconds();
  PROVISO_TRY(const auto rank, policy::parse_rank(settings.rank));
  PROVISO_TRY(auto roles, parse_role_arguments(settings.roles, now));
  PROVISO_TRY(const auto words,
              ask_new_passphrase(concat("the key of ", settings.id), settings.passphrase_file));
  PROVISO_TRY(const auto request,
              site.request_officer({.id = settings.id,
                                    .name = settings.name,
                                    .rank = rank,
                                    .roles = std::move(roles),
                                    .key = {}},
                                   words.text(),
                                   settings.cost,
                                   now));
  print(request.officer);
  std::cout << "\nThe key is sealed in " << settings.folder << "/officers/" << settings.id
            << ".key. It signs nothing yet.\nNext: whoever holds the root key runs\n"
               "  proviso officer certify "
            << settings.id << '\n';
  return Done{};
}

// The officer as asked for, or as certified with what the options change.
Result<officers::Officer> to_certify(const site::Site& site,
                                     const Settings& settings,
                                     WallTime now) {
  PROVISO_TRY(const auto known, site.read_register(now));
  auto request = site.read_request(settings.id);
  const officers::Officer* const before = known.find(settings.id);
  officers::Officer officer;
  if (request) {
    officer = std::move(request).value().officer;
  } else if (before == nullptr || request.error().code != ErrorCode::kNotFound) {
    return request.error();
  } else if (settings.roles.empty() && settings.rank.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 concat("officer ",
                        settings.id,
                        " is certified already and asks for nothing; to give other roles or "
                        "another rank, name them with --role or --rank")};
  } else {
    officer = *before;
  }
  if (!settings.rank.empty()) {
    PROVISO_TRY(officer.rank, policy::parse_rank(settings.rank));
  }
  if (!settings.roles.empty()) {
    PROVISO_TRY(officer.roles, parse_role_arguments(settings.roles, now));
  }
  return officer;
}

Status certify(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.folder));
  const SystemClock clock;
  const WallTime now = now_in_seconds();
  PROVISO_TRY(const auto officer, to_certify(site, settings, now));
  print(officer);
  std::cout << std::flush;
  if (!settings.is_certain) {
    PROVISO_TRY(const bool is_so,
                ask_yes("\nIs this the person, and do rank and roles hold true? The root will "
                        "vouch for it."));
    if (!is_so) return Error{ErrorCode::kInvalidInput, "not certified: the answer was not yes"};
  }
  PROVISO_TRY(const auto root, ask_root_key(site, settings));
  const auto note = site.certify(officer, root, now);
  if (!note) {
    if (note.error().code != ErrorCode::kUnavailable) {
      PROVISO_TRY_DONE(site::record(
          site, clock, "officer_refused", {{"officer", officer.id}, {"reason", "not-certified"}}));
    }
    return note.error();
  }
  PROVISO_TRY_DONE(
      with_hint(site::record(site,
                             clock,
                             "officer_certified",
                             {{"certificate", crypto::to_hex(crypto::sha256(note.value()))},
                              {"key", officer.key.to_text()},
                              {"officer", officer.id}}),
                concat("officer ", officer.id, " is certified")));
  std::cout << "\ncertified by " << site.name() << "\nNext: `proviso officer list` shows who may "
            << "act; an author then runs `proviso authority draft`\n";
  return Done{};
}

Status revoke(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.folder));
  const SystemClock clock;
  PROVISO_TRY(const auto root, ask_root_key(site, settings));
  PROVISO_TRY(const auto after, site.revoke(settings.id, settings.reason, root, now_in_seconds()));
  const officers::Officer* const officer = after.find(settings.id);
  PROVISO_CHECK(officer != nullptr);
  PROVISO_TRY_DONE(
      with_hint(site::record(site,
                             clock,
                             "officer_revoked",
                             {{"key", officer->key.to_text()},
                              {"officer", settings.id},
                              {"revocations", crypto::to_hex(after.revocations_digest())}}),
                concat("the key of ", settings.id, " is revoked")));
  std::cout << "revoked  " << officer->key.to_text() << "\nlist     number "
            << after.revocations().number << ", " << crypto::to_hex(after.revocations_digest())
            << "\n\nWhat this key signed no longer counts: authorities with its signature are "
               "refused from now on.\nNext: to give the officer a new key, run\n"
               "  proviso officer new "
            << settings.id << " --name NAME --rank RANK --role ROLE\n";
  return Done{};
}

std::string standing(const officers::Register& known, const officers::Officer& officer) {
  const officers::Revocation* const revocation = known.revocation_of(officer);
  return revocation == nullptr ? "certified" : concat("revoked ", to_rfc3339(revocation->at));
}

json::Line line_of(const officers::Register& known, const officers::Officer& officer) {
  std::vector<json::Line> roles(officer.roles.size());
  for (std::size_t i = 0; i < roles.size(); ++i) {
    roles[i]
        .string("role", policy::to_text(officer.roles[i].role))
        .string("not_before", to_rfc3339(officer.roles[i].not_before))
        .string("not_after", to_rfc3339(officer.roles[i].not_after));
  }
  json::Line line;
  line.string("officer", officer.id)
      .string("name", officer.name)
      .string("rank", policy::to_text(officer.rank))
      .string("key", officer.key.to_text())
      .boolean("revoked", known.revocation_of(officer) != nullptr)
      .objects("roles", roles);
  return line;
}

Status list(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.folder));
  const WallTime now = now_in_seconds();
  PROVISO_TRY(const auto known, site.read_register(now));
  for (const officers::Officer& officer : known.officers()) {
    if (settings.as_json) {
      std::cout << line_of(known, officer).text() << '\n';
      continue;
    }
    std::cout << officer.id << "  " << officer.name << ", " << policy::to_text(officer.rank) << ", "
              << standing(known, officer) << '\n';
    for (const officers::RoleGrant& grant : officer.roles) {
      const bool is_over = now >= grant.not_after;
      std::cout << "    " << policy::to_text(grant.role) << (is_over ? " ended " : " until ")
                << to_rfc3339(grant.not_after) << '\n';
    }
  }
  if (known.officers().empty() && !settings.as_json) {
    std::cout << "no officer is certified yet\n"
                 "Next: proviso officer new ID --name NAME --rank RANK --role ROLE\n";
  }
  return Done{};
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.folder));
  PROVISO_TRY(const auto known, site.read_register(now_in_seconds()));
  if (const officers::Officer* const officer = known.find(settings.id)) {
    if (settings.as_json) {
      std::cout << line_of(known, *officer).text() << '\n';
      return Done{};
    }
    print(*officer);
    std::cout << "standing " << standing(known, *officer) << '\n';
    return Done{};
  }
  PROVISO_TRY(const auto request, site.read_request(settings.id));
  print(request.officer);
  std::cout << "standing not certified\nNext: proviso officer certify " << settings.id << '\n';
  return Done{};
}

void add_person_options(CLI::App& command, Settings& settings, bool are_needed) {
  command.add_option("--rank", settings.rank, rank_words())->required(are_needed);
  command
      .add_option("--role",
                  settings.roles,
                  concat("ROLE or ROLE:DAYS (",
                         kRoleDaysDefault,
                         " days unless said), once per role: ",
                         role_words()))
      ->allow_extra_args(false)
      ->required(are_needed);
}

}  // namespace

void add_officer(CLI::App& app, Exit& exit) {
  auto* officers = app.add_subcommand(
      "officer", "People who write, authorise, run and review: their keys and certificates");
  officers->require_subcommand(1);
  const auto settings = std::make_shared<Settings>();
  const auto add = [&](const char* name, const char* about, Status (*act)(const Settings&)) {
    auto* command = officers->add_subcommand(name, about);
    add_site_option(*command, settings->folder);
    command->callback(calling<Settings>(act, settings, exit));
    return command;
  };
  const auto with_id = [&](CLI::App* command) {
    command->add_option("ID", settings->id, "The officer's id: a-z 0-9 . _ -")->required();
    return command;
  };

  auto* making =
      with_id(add("new",
                  "The officer: make a key, sealed with a passphrase, and ask for a certificate",
                  make_new));
  making
      ->add_option("--name",
                   settings->name,
                   "Name, written so that no other officer of the site has the same")
      ->required();
  add_person_options(*making, *settings, true);
  add_passphrase_option(*making, settings->passphrase_file);
  add_key_memory_option(*making, settings->cost);

  auto* certifying = with_id(add(
      "certify", "The root: vouch for an officer who asked, or change rank and roles", certify));
  add_person_options(*certifying, *settings, false);
  certifying->add_flag("--yes", settings->is_certain, "The person was checked: do not ask");
  add_passphrase_option(*certifying, settings->passphrase_file);

  auto* revoking = with_id(
      add("revoke", "The root: no longer trust an officer's key, at once and for good", revoke));
  revoking->add_option("--reason", settings->reason, "Why; stands in the revocation list")
      ->required();
  add_passphrase_option(*revoking, settings->passphrase_file);

  auto* listing = add("list", "List officers with rank, roles and standing", list);
  listing->add_flag("--json", settings->as_json, "JSON lines instead of text");
  auto* showing = with_id(add("show", "Show one officer, certified or asking", show));
  showing->add_flag("--json", settings->as_json, "A JSON line instead of text");
}

}  // namespace proviso::commands
