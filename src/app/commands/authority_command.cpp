#include <algorithm>
#include <iostream>
#include <memory>

#include "app/commands/authority_file.h"
#include "app/commands/camera_argument.h"
#include "app/commands/command.h"
#include "app/commands/engine.h"
#include "app/commands/interview.h"
#include "app/commands/passphrase.h"
#include "app/commands/site_argument.h"
#include "app/drafting/answers.h"
#include "app/drafting/composition.h"
#include "app/drafting/draft.h"
#include "app/drafting/likeness.h"
#include "app/site/record.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/json.h"
#include "base/json/line.h"
#include "safeguards/authority/rules.h"
#include "safeguards/authority/signing.h"

namespace proviso::commands {
namespace {

struct Settings {
  std::string site;
  std::string named;  // A file or a reference.
  std::string answers;
  std::string models = kModelsDefault;
  std::string list;
  std::string reference;
  std::vector<std::string> cameras;
  std::vector<std::string> zones;
  int minutes = 0;
  std::string output;
  std::string officer;
  std::string passphrase_file;
  bool is_certain = false;
  bool as_html = false;
  bool as_json = false;
};

constexpr int kMinutesMax = 24 * 60;

// What the options say goes before what the file says.
Result<Value::Object> answers_of(const Settings& settings) {
  Value::Object answers;
  if (!settings.answers.empty()) {
    PROVISO_TRY(answers, drafting::read_answers(settings.answers));
  }
  if (!settings.reference.empty()) {
    PROVISO_TRY_DONE(drafting::set(answers, "reference", Value(settings.reference)));
  }
  if (settings.minutes > 0) {
    PROVISO_TRY_DONE(drafting::set(answers, "minutes", Value(settings.minutes)));
  }
  if (!settings.list.empty()) {
    PROVISO_TRY_DONE(drafting::set(answers, "watchlist.file", Value(settings.list)));
  }
  for (const std::string& typed : settings.cameras) {
    PROVISO_TRY(const auto camera, parse_camera(typed));
    PROVISO_TRY_DONE(drafting::set(
        answers, concat("cameras.", camera.id.text(), ".source"), Value(camera.address.text)));
  }
  for (const std::string& typed : settings.zones) {
    PROVISO_TRY(const auto zone, parse_zone(typed));
    const std::string camera = concat("cameras.", zone.id.text());
    if (drafting::find(answers, camera) == nullptr) {
      return Error{ErrorCode::kInvalidInput,
                   concat("zone: no camera ", zone.id.text(), " given; name it with --camera too")};
    }
    Value::Array corners;
    for (const auto& corner : zone.zone.corners) {
      corners.push_back(Value::Array{Value(corner.x_permille), Value(corner.y_permille)});
    }
    PROVISO_TRY_DONE(drafting::set(answers, concat(camera, ".zone"), Value(std::move(corners))));
  }
  return answers;
}

// Earlier authorities of the site, as far as they can be read.
std::vector<authority::Statement> earlier_statements(const SiteRecords& records) {
  std::vector<authority::Statement> statements;
  std::error_code none;
  for (const auto& entry :
       std::filesystem::directory_iterator(records.site.folder() / "authorities", none)) {
    if (entry.path().extension() != ".note") continue;
    const auto bytes = read_text_file(entry.path(), note::kNoteBytesMax);
    if (!bytes) continue;
    if (auto open = open_authority(bytes.value(), records.officers)) {
      statements.push_back(std::move(open).value().statement);
    }
  }
  return statements;
}

void warn_of_likeness(const authority::Statement& statement, const SiteRecords& records) {
  using authority::Proportionality;
  constexpr std::pair<const char*, std::string Proportionality::*> kAnswers[] = {
      {"aim", &Proportionality::aim},
      {"link", &Proportionality::link},
      {"less_intrusive_means", &Proportionality::less_intrusive_means},
      {"fair_balance", &Proportionality::fair_balance}};
  for (const authority::Statement& earlier : earlier_statements(records)) {
    if (earlier.reference == statement.reference) continue;
    for (const auto& [name, member] : kAnswers) {
      const int likeness = drafting::likeness_permille(statement.proportionality.*member,
                                                       earlier.proportionality.*member);
      if (likeness < records.policy.statement.similarity_warned_permille) continue;
      warn(concat("the answer on ",
                  name,
                  " repeats that of ",
                  earlier.reference,
                  " (",
                  likeness,
                  " of 1000 runs of words); the policy warns from ",
                  records.policy.statement.similarity_warned_permille,
                  " on: say what is particular to this deployment"));
    }
  }
}

void warn_of_unmet(std::span<const authority::Rule> rules) {
  for (const authority::Rule& rule : rules) {
    if (rule.met) continue;
    warn(concat("rule ",
                rule.id,
                " is not met: ",
                rule.text,
                " Found: ",
                rule.found,
                "; needed: ",
                rule.needed));
  }
}

Status draft(const Settings& settings) {
  PROVISO_TRY(const auto records, open_records(settings.site, now_in_seconds()));
  PROVISO_TRY(auto answers, answers_of(settings));
  PROVISO_TRY(const auto models, models::open(settings.models, {.device = "CPU", .lanes = 1}));
  PROVISO_TRY(const bool has_asked, complete(answers, records.policy));
  const SystemClock clock;
  PROVISO_TRY(const auto statement,
              drafting::draft(answers,
                              {.policy = records.policy,
                               .now = clock.wall(),
                               .model_pack = models.digest,
                               .precision = models.precision}));
  PROVISO_TRY(const auto note, records.site.authority_file(statement.reference));
  if (std::filesystem::exists(note)) {
    return Error{ErrorCode::kInvalidInput,
                 concat("an authority ",
                        statement.reference,
                        " was signed already: ",
                        note.string(),
                        "; choose another reference")};
  }
  PROVISO_TRY(std::filesystem::path file, draft_file(records.site, statement.reference));
  if (!settings.output.empty()) file = settings.output;
  if (has_asked) {
    const auto kept = std::filesystem::path(file).replace_extension(".answers.json");
    PROVISO_TRY_DONE(write_file_durably(kept, json::to_canonical(answers) + "\n"));
    std::cout << "answers  " << kept.string() << '\n';
  }
  PROVISO_TRY_DONE(write_file_durably(file, statement.to_body()));
  const auto rules = content_rules(statement, records.policy);
  warn_of_unmet(rules);
  warn_of_likeness(statement, records);
  std::cout << "drafted  " << file.string() << "\nfrom     " << to_rfc3339(statement.not_before)
            << "\nuntil    " << to_rfc3339(statement.not_after) << "\nrules    "
            << std::ranges::count(rules, true, &authority::Rule::met) << " of " << rules.size()
            << " met\n\nNobody has signed it, and nothing runs under it.\nNext: read it, then the "
               "author and the authorising officer sign:\n  proviso authority show "
            << file.string() << "\n  proviso authority sign " << file.string() << " --as "
            << statement.author << "\n  proviso authority sign " << statement.reference << " --as "
            << statement.authorising_officer << '\n';
  return Done{};
}

// Who signs, if the signature would count.
Result<const officers::Officer*> signer_of(const Settings& settings,
                                           const SiteRecords& records,
                                           const OpenAuthority& open) {
  const officers::Officer* officer = records.officers.find(settings.officer);
  if (officer == nullptr) {
    return Error{ErrorCode::kNotFound,
                 concat("no officer ",
                        in_quotes(settings.officer),
                        " at the site; `proviso officer list` shows them")};
  }
  if (std::ranges::find(open.signers, officer->key) != open.signers.end()) {
    return Error{ErrorCode::kInvalidInput,
                 concat(officer->id, " has signed ", open.statement.reference, " already")};
  }
  const auto rules = content_rules(open.statement, records.policy);
  if (!authority::all_met(rules)) {
    warn_of_unmet(rules);
    return Error{ErrorCode::kNotAuthorised,
                 "a signature cannot mend what an authority says: the rules above are not met; "
                 "correct the answers and draft it again"};
  }
  // Beside the two who are named, whether or not they have signed yet.
  auto signers = open.signers;
  signers.push_back(officer->key);
  for (const std::string& id : {open.statement.author, open.statement.authorising_officer}) {
    const auto* named = records.officers.find(id);
    if (named != nullptr && named != officer) signers.push_back(named->key);
  }
  const auto* tier = records.policy.find_tier(open.statement.tier);
  PROVISO_CHECK(tier != nullptr);
  const auto signing =
      authority::assign_signers(open.statement, *tier, records.officers, signers, now_in_seconds());
  std::string reasons;
  for (const auto& place : signing.places) {
    if (place.filled_by == officer) return officer;
    if (place.filled_by != nullptr) continue;
    reasons += concat("; ", to_text(place.needed.role), ": ", place.why_not);
  }
  if (reasons.empty()) {
    reasons = concat("; it needs ",
                     open.statement.author,
                     " and ",
                     open.statement.authorising_officer,
                     " and nobody else");
  }
  return Error{ErrorCode::kNotAuthorised,
               concat("the signature of ",
                      officer->id,
                      " would not count for ",
                      open.statement.reference,
                      reasons)};
}

// The note that lies there already goes before the draft, if both say the same.
Result<OpenAuthority> open_to_sign(const Settings& settings, const SiteRecords& records) {
  PROVISO_TRY(const auto bytes, read_authority(records.site, settings.named));
  PROVISO_TRY(auto open, open_authority(bytes, records.officers));
  PROVISO_TRY(const auto file, records.site.authority_file(open.statement.reference));
  const auto lying = read_text_file(file, note::kNoteBytesMax);
  if (!lying && lying.error().code == ErrorCode::kNotFound) return open;
  if (!lying) return lying.error();
  PROVISO_TRY(auto signed_before, open_authority(lying.value(), records.officers));
  if (signed_before.note.text == open.note.text) return signed_before;
  return Error{ErrorCode::kInvalidInput,
               concat("another authority ",
                      open.statement.reference,
                      " was signed already: ",
                      file.string(),
                      "; draft this one under another reference")};
}

// As people are shown it; with what the list consists of, where --watchlist gives it.
Result<drafting::PageContent> shown(const Settings& settings,
                                    const SiteRecords& records,
                                    const OpenAuthority& open) {
  auto content = page_content(open, records, now_in_seconds());
  if (settings.list.empty()) return content;
  PROVISO_TRY(const auto list, watchlist::ListSource::open(settings.list));
  PROVISO_TRY(content.list, drafting::composition_of(list, open.statement));
  return content;
}

Status sign(const Settings& settings) {
  PROVISO_TRY(const auto records, open_records(settings.site, now_in_seconds()));
  PROVISO_TRY(auto open, open_to_sign(settings, records));
  PROVISO_TRY(const auto* officer, signer_of(settings, records, open));
  if (!settings.is_certain) {
    PROVISO_TRY(const auto content, shown(settings, records, open));
    std::cout << drafting::text_page(content) << std::flush;
    PROVISO_TRY(const bool is_sure,
                ask_yes(concat("\nSign this as ", officer->name, " (", officer->id, ")?")));
    if (!is_sure) return Error{ErrorCode::kInvalidInput, "nothing was signed"};
  }
  PROVISO_TRY(const auto words,
              ask_passphrase(concat("the key of ", officer->id), settings.passphrase_file));
  PROVISO_TRY(const auto key, records.site.open_officer_key(*officer, words.text()));
  open.note.signatures.push_back(note::sign(open.note.text, officer->key, key));
  open.signers.push_back(officer->key);
  const SystemClock clock;
  PROVISO_TRY_DONE(site::record(records.site,
                                clock,
                                "authority_signed",
                                {{"authority", crypto::to_hex(crypto::sha256(open.note.text))},
                                 {"deployment", open.statement.reference},
                                 {"officer", officer->id}}));
  PROVISO_TRY(const auto file, records.site.authority_file(open.statement.reference));
  PROVISO_TRY_DONE(write_file_durably(file, open.note.to_text()));
  const auto content = page_content(open, records, now_in_seconds());
  std::cout << "signed   " << file.string() << " by " << officer->id << '\n';
  if (authority::all_met(content.rules)) {
    std::cout << "Every rule is met.\nNext: proviso deployment open " << open.statement.reference
              << '\n';
  } else {
    std::cout << "What is still lacking:\n";
    for (const auto& rule : content.rules) {
      if (!rule.met) std::cout << "  " << rule.text << " Found: " << rule.found << '\n';
    }
  }
  return Done{};
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto records, open_records(settings.site, now_in_seconds()));
  PROVISO_TRY(const auto bytes, read_authority(records.site, settings.named));
  PROVISO_TRY(const auto open, open_authority(bytes, records.officers));
  PROVISO_TRY(const auto content, shown(settings, records, open));
  const std::string page =
      settings.as_html ? drafting::html_page(content) : drafting::text_page(content);
  if (settings.output.empty()) {
    std::cout << page;
    return Done{};
  }
  return write_file_durably(settings.output, page);
}

void print_json(const std::vector<authority::Rule>& rules) {
  std::vector<json::Line> lines;
  for (const authority::Rule& rule : rules) {
    json::Line line;
    line.string("rule", rule.id)
        .boolean("met", rule.met)
        .string("text", rule.text)
        .string("found", rule.found)
        .string("needed", rule.needed);
    lines.push_back(std::move(line));
  }
  json::Line all;
  all.boolean("met", authority::all_met(rules)).objects("rules", lines);
  std::cout << all.text() << '\n';
}

Status check(const Settings& settings) {
  PROVISO_TRY(const auto records, open_records(settings.site, now_in_seconds()));
  PROVISO_TRY(const auto bytes, read_authority(records.site, settings.named));
  const SystemClock clock;
  const auto rules = authority::check_rules(bytes, records.officers, records.policy, clock.wall());
  if (settings.as_json) {
    print_json(rules);
  } else {
    std::cout << drafting::text_of_rules(rules);
  }
  if (authority::all_met(rules)) return Done{};
  const auto unmet = std::ranges::count(rules, false, &authority::Rule::met);
  return Error{ErrorCode::kNotAuthorised,
               concat(unmet,
                      unmet == 1 ? " rule is" : " rules are",
                      " not met; nothing runs under this authority")};
}

void add_draft_options(CLI::App& drafting, Settings& settings) {
  drafting.add_option("--answers",
                      settings.answers,
                      "Answers (TOML, or JSON): docs/authority.md; the terminal asks "
                      "for what they lack");
  drafting.add_option("--watchlist", settings.list, "The sealed list");
  drafting.add_option("--camera", settings.cameras, "ID=SOURCE; once per camera");
  drafting.add_option("--zone", settings.zones, "ID=x,y;x,y;x,y in per-mille of the frame");
  drafting.add_option("--minutes", settings.minutes, "How long from the start")
      ->check(CLI::Range(1, kMinutesMax));
  drafting.add_option("--reference", settings.reference, "The deployment's id");
  drafting.add_option("--models", settings.models, "Folder of the model pack")
      ->capture_default_str();
  drafting.add_option(
      "-o,--output", settings.output, "File to write; else SITE/authorities/REFERENCE.draft");
}

}  // namespace

void add_authority(CLI::App& app, Exit& exit) {
  auto* authority = app.add_subcommand("authority", "Written authorities");
  authority->require_subcommand(1);
  const auto settings = std::make_shared<Settings>();
  const auto add = [&](const char* name, const char* about, Status (*act)(const Settings&)) {
    auto* command = authority->add_subcommand(name, about);
    add_site_option(*command, settings->site);
    command->callback(calling<Settings>(act, settings, exit));
    return command;
  };
  add_draft_options(*add("draft", "Write an authority that nobody has signed yet", draft),
                    *settings);

  const auto add_named = [&](CLI::App* command) {
    command->add_option("AUTHORITY", settings->named, "A file, or the reference at the site")
        ->required();
    return command;
  };
  auto* signing = add_named(add("sign", "Sign an authority as an officer", sign));
  signing->add_option("--as", settings->officer, "Who signs: the officer's id")->required();
  signing->add_flag("--yes", settings->is_certain, "Do not show it and ask");
  signing->add_option("--watchlist", settings->list, "The list: what it consists of is shown too");
  add_passphrase_option(*signing, settings->passphrase_file);

  auto* showing = add_named(add("show", "An authority as people read it", show));
  showing->add_flag("--html", settings->as_html, "One page to read and print");
  showing->add_option("--watchlist", settings->list, "The list: what it consists of is shown too");
  showing->add_option("-o,--output", settings->output, "File to write; else stdout");

  add_named(add("check", "List every rule, met or not", check))
      ->add_flag("--json", settings->as_json, "One JSON line instead of text");
}

}  // namespace proviso::commands
