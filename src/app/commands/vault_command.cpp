#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "adapters/png/png.h"
#include "app/commands/command.h"
#include "app/commands/engine.h"
#include "app/commands/entry_findings.h"
#include "app/commands/passphrase.h"
#include "app/commands/request_enrolment.h"
#include "app/commands/vault_backup.h"
#include "app/commands/vault_compare.h"
#include "app/commands/vault_desk.h"
#include "app/commands/vault_import.h"
#include "app/commands/vault_seal.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;

struct Settings {
  VaultDesk::Request desk;
  VaultDesk::Places places;
  std::string models = kModelsDefault;
  std::string cohort;
  std::string file;
  std::string entry;
  std::vector<std::string> entries;
  std::string pictures;
  std::string reason;
  SealOptions sealing;
  bool is_certain = false;
  bool is_dry = false;
  bool skips_faulty = false;
  bool as_json = false;
};

Status make_new(const Settings& settings) {
  PROVISO_TRY_DONE(VaultDesk::make(settings.desk, settings.places));
  std::cout << "vault   made in " << settings.desk.site
            << "/vault\nWhoever has its passphrase and its folder can read who is sought. Keep "
               "keys/ out of backups: what is\nerased is erased because its list key is gone.\n"
               "Next: proviso vault request REQUEST.json --as OFFICER\n";
  return Done{};
}

void print(const watchlist::Entry& entry) {
  const auto row = [](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    std::cout << name << std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') << value << '\n';
  };
  row("entry", concat(entry.id, ", revision ", entry.revision));
  row("label", entry.label);
  row("category", entry.category);
  row("legal basis", entry.legal_basis);
  row("reason", entry.reason);
  row("requested response", entry.requested_response);
  row("nexus", entry.nexus);
  if (entry.born_on) row("born on", watchlist::to_day_text(*entry.born_on));
  row("under 18, because", entry.under_18_reason);
  if (entry.offence) {
    row("offence",
        concat(entry.offence->code, ", up to ", entry.offence->imprisonment_years_max, " years"));
  }
  if (entry.is_on_blue_list) row("blue list", "yes");
  row("asked by", concat(entry.asked_by, " at ", to_rfc3339(entry.asked_at)));
  row("to be approved by", entry.approved_by);
  row("expires", to_rfc3339(entry.expires_at));
  for (const watchlist::EntryImage& image : entry.images) {
    row("image",
        concat(image.source,
               ", taken ",
               watchlist::to_day_text(image.taken_on),
               ", ",
               image.provenance,
               ", sha256 ",
               crypto::to_hex(image.digest).substr(0, 12)));
  }
}

void print(const enrolment::PhotographReport& photograph) {
  std::cout << "photograph          " << photograph.name << "  "
            << (photograph.refusal ? *photograph.refusal : std::string("usable"));
  if (photograph.assessment && !photograph.refusal) {
    const quality::Assessment& found = *photograph.assessment;
    std::cout << ": face " << static_cast<int>(found.face_width_px) << " px, yaw "
              << static_cast<int>(found.yaw_degrees) << ", pitch "
              << static_cast<int>(found.pitch_degrees) << " degrees, quality "
              << static_cast<int>(found.unified_score * 100) << " of 100";
  }
  std::cout << '\n';
}

Status know_cohort(VaultDesk& desk, Engine& engine, const std::string& folder) {
  if (folder.empty()) return Done{};
  PROVISO_TRY(auto cohort, load_cohort(engine, desk.policy(), folder));
  std::cout << "cohort              " << cohort.faces.size() << " faces, sha256 "
            << crypto::to_hex(cohort.digest) << '\n';
  desk.know_cohort(std::move(cohort.faces));
  return Done{};
}

// Said before anybody signs: it is theirs to decide.
Status show_findings(VaultDesk& desk, const VaultDesk::Asked& one) {
  PROVISO_TRY(const auto all, desk.findings_of(std::span(&one, 1)));
  for (const vault::Finding& finding : all.front()) {
    std::cout << "CONFLICT            " << to_text(finding) << ": "
              << vault::meaning_of(finding.name) << '\n';
  }
  return Done{};
}

Status be_certain(const Settings& settings, std::string_view question) {
  if (settings.is_certain) return Done{};
  std::cout << std::flush;
  PROVISO_TRY(const bool is_so, ask_yes(question));
  if (is_so) return Done{};
  return Error{ErrorCode::kInvalidInput, "vault: nothing was signed: the answer was not yes"};
}

Status ask(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY(const auto written, vault::find_request(settings.file));
  auto read = vault::read_request(written, settings.desk.by, desk->now());
  if (!read) return desk->told(read.error(), {});
  vault::RequestFile request = std::move(read).value();
  PROVISO_TRY_DONE(desk->told(desk->check_request(request.entry), request.entry.id));
  print(request.entry);
  PROVISO_TRY(auto engine, open_enrolment_engine(settings.models, desk->policy(), kLanesDefault));
  PROVISO_TRY_DONE(know_cohort(*desk, engine, settings.cohort));
  PROVISO_TRY(const auto enrolled, enrol_request(engine, desk->policy(), request));
  for (const auto& photograph : enrolled.photographs) print(photograph);
  if (!enrolled.entry) {
    return Error{ErrorCode::kInvalidInput,
                 concat("entry ",
                        in_quotes(request.entry.id),
                        ": not every photograph is usable; the lines above say why, take those out "
                        "of the request")};
  }
  const crypto::Digest& pack = engine.models.digest;
  PROVISO_TRY_DONE(show_findings(*desk,
                                 {.known = known_of(*enrolled.entry, pack),
                                  .of_images = findings_of_images(enrolled.photographs)}));
  PROVISO_TRY_DONE(be_certain(settings, "\nAsk for this person to be listed?"));
  const watchlist::Entry asked = request.entry;
  PROVISO_TRY(const auto signed_one,
              signed_request(*desk, std::move(request), *enrolled.entry, pack));
  PROVISO_TRY_DONE(desk->vault().store(signed_one, desk->rules()));
  std::cout << "asked for. It is not active before " << asked.approved_by
            << " approves it.\nNext: proviso vault approve " << asked.id << " --as "
            << asked.approved_by << '\n';
  return Done{};
}

Status compare(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk->check_manages());
  return compare_with_source(*desk, settings.file, settings.as_json);
}

Status import_many(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  return import_requests(*desk,
                         {.source = settings.file,
                          .models = settings.models,
                          .cohort = settings.cohort,
                          .workers = kLanesDefault,
                          .is_dry = settings.is_dry,
                          .skips_faulty = settings.skips_faulty,
                          .as_json = settings.as_json});
}

Status write_pictures(const Settings& settings, const vault::View& view) {
  if (settings.pictures.empty()) return Done{};
  std::error_code fault;
  fs::create_directories(settings.pictures, fault);
  if (fault) {
    return Error{ErrorCode::kUnavailable,
                 concat("vault: --pictures: the folder ",
                        in_quotes(settings.pictures),
                        " cannot be made: ",
                        fault.message(),
                        "; name another")};
  }
  for (std::size_t n = 0; n < view.images.size(); ++n) {
    const std::string_view kind = png::is_png(view.images[n]) ? ".png" : ".jpg";
    const fs::path file = fs::path(settings.pictures) / concat(view.entry.id, '-', n + 1, kind);
    PROVISO_TRY_DONE(write_file_durably(file, std::span<const std::byte>(view.images[n])));
    std::cout << "picture             " << file.string() << '\n';
  }
  return Done{};
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk->check_manages());
  PROVISO_TRY(const auto id, EntryId::parse(settings.entry));
  PROVISO_TRY(const auto view, desk->vault().view(id, settings.desk.by));
  print(view.entry);
  std::cout << "active              "
            << (view.active_from ? concat("since ", to_rfc3339(*view.active_from))
                                 : std::string("no: nobody has approved it"))
            << '\n';
  PROVISO_TRY(auto engine, open_enrolment_engine(settings.models, desk->policy(), kLanesDefault));
  PROVISO_TRY_DONE(know_cohort(*desk, engine, settings.cohort));
  PROVISO_TRY(auto of_images, findings_of_stored(engine, desk->policy(), view));
  PROVISO_TRY_DONE(show_findings(*desk, {.known = view.known, .of_images = std::move(of_images)}));
  return write_pictures(settings, view);
}

Status approve_one(VaultDesk& desk,
                   Engine& engine,
                   const Settings& settings,
                   const std::string& entry) {
  PROVISO_TRY(const auto id, EntryId::parse(entry));
  PROVISO_TRY(const auto view, desk.vault().view(id, settings.desk.by));
  print(view.entry);
  PROVISO_TRY_DONE(write_pictures(settings, view));
  PROVISO_TRY(auto of_images, findings_of_stored(engine, desk.policy(), view));
  PROVISO_TRY_DONE(show_findings(desk, {.known = view.known, .of_images = std::move(of_images)}));
  PROVISO_TRY_DONE(be_certain(settings, "\nApprove that this person is listed?"));
  PROVISO_TRY(auto note, note::Note::parse(view.note));
  PROVISO_TRY_DONE(desk.told(desk.sign(note), entry));
  PROVISO_TRY_DONE(desk.vault().activate(note.to_text(), desk.rules()));
  std::cout << "active until " << to_rfc3339(view.entry.expires_at)
            << ", in every list that is sealed from now on\n";
  return Done{};
}

// One after the other: each is shown, and each is its own decision.
Status approve(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk->check_approves());
  PROVISO_TRY(auto engine, open_enrolment_engine(settings.models, desk->policy(), kLanesDefault));
  PROVISO_TRY_DONE(know_cohort(*desk, engine, settings.cohort));
  for (const std::string& entry : settings.entries) {
    PROVISO_TRY_DONE(approve_one(*desk, engine, settings, entry));
  }
  return Done{};
}

Status list(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk->check_manages());
  PROVISO_TRY(const auto active, desk->vault().active(desk->rules()));
  for (const vault::ActiveEntry& one : active.entries) {
    if (settings.as_json) {
      std::cout << json::Line()
                       .string("entry", one.entry.id)
                       .string("category", one.entry.category)
                       .string("label", one.entry.label)
                       .string("expires_at", to_rfc3339(one.entry.expires_at))
                       .boolean("active", true)
                       .text()
                << '\n';
    } else {
      std::cout << "active    " << one.entry.id << "  " << one.entry.category << "  "
                << one.entry.label << "  until " << to_rfc3339(one.entry.expires_at) << '\n';
    }
  }
  for (const vault::LeftOut& one : active.left_out) {
    if (settings.as_json) {
      std::cout << json::Line()
                       .string("entry", one.entry)
                       .boolean("active", false)
                       .string("why", one.reason)
                       .text()
                << '\n';
    } else {
      std::cout << "left out  " << one.entry << "  " << one.reason << '\n';
    }
  }
  if (!settings.as_json) {
    std::cout << active.entries.size() << " active, " << active.left_out.size() << " left out\n";
  }
  return Done{};
}

void say(const vault::Certificate& certificate) {
  std::cout << "erased  " << certificate.entries.size()
            << (certificate.entries.size() == 1 ? " entry" : " entries")
            << "; the list key is of epoch " << certificate.epoch << " now\n"
            << certificate.text << '\n';
}

Status revoke(const Settings& settings) {
  PROVISO_TRY(const auto id, EntryId::parse(settings.entry));
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk->check_manages());
  PROVISO_TRY_DONE(vault::check_erasure_reason(settings.reason));
  PROVISO_TRY_DONE(desk->record(
      "erasure_ordered",
      {{"entry", id.text()}, {"officer", settings.desk.by}, {"reason", settings.reason}}));
  PROVISO_TRY(const auto certificate,
              desk->vault().erase(std::span(&id, 1), settings.reason, desk->now()));
  say(certificate);
  return Done{};
}

Status expire(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY(const auto certificate, desk->vault().expire(desk->now()));
  if (certificate) {
    say(*certificate);
  } else {
    std::cout << "nothing has expired\n";
  }
  const std::chrono::days kept(desk->policy().retention.membership_index_days);
  PROVISO_TRY(const auto traces, desk->vault().forget(desk->now() - kept, desk->now()));
  if (traces > 0)
    std::cout << "forgotten: " << traces << " traces of " << kept.count() << " days\n";
  PROVISO_TRY(const auto lists, desk->destroy_old_lists());
  if (lists > 0) {
    std::cout << lists << (lists == 1 ? " sealed list" : " sealed lists")
              << " destroyed: nothing opens them any more\n";
  }
  return Done{};
}

Status trace(const Settings& settings) {
  PROVISO_TRY(const auto id, EntryId::parse(settings.entry));
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk->check_manages());
  PROVISO_TRY(const auto found, desk->vault().trace(id));
  if (!found) {
    std::cout << id.text() << " was never erased: either it is in the vault, or it never was\n";
    return Done{};
  }
  std::cout << found->entry << "  " << found->category << "  "
            << (found->active_from ? concat("active from ", to_rfc3339(*found->active_from))
                                   : std::string("never active"))
            << ", erased at " << to_rfc3339(found->until) << ": " << found->reason << '\n';
  return Done{};
}

Status seal(const Settings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  return seal_list(*desk, settings.sealing);
}

struct Command {
  std::string_view name;
  std::string_view what;
  Status (*act)(const Settings&);
};
constexpr Command kCommands[] = {
    {"new", "Make the site's vault, with a passphrase of its own", make_new},
    {"request", "Ask for a person to be listed: the first of two signatures", ask},
    {"import",
     "Ask for many at once, from a folder, an array, a table or a zip of requests",
     import_many},
    {"compare", "Compare the entries with the records that they came from", compare},
    {"approve", "Approve requests: the second signature, over the same bytes", approve},
    {"show", "Show an entry; that you looked is entered in the log", show},
    {"list", "Say who is active, who is left out, and why", list},
    {"revoke", "Erase an entry for good", revoke},
    {"expire", "Erase what has expired (for a timer)", expire},
    {"trace", "Say whether an erased entry was listed, when, and why it went", trace},
    {"seal", "Freeze the active entries into a list for one deployment", seal},
};

void add_json_flag(CLI::App& command, Settings& settings) {
  command.add_flag("--json", settings.as_json, "JSON lines instead of text");
}

void add_particulars(CLI::App& command, std::string_view name, Settings& settings) {
  const bool names_entry = name == "show" || name == "revoke" || name == "trace";
  if (names_entry) command.add_option("ENTRY", settings.entry, "The entry's id")->required();
  if (name == "approve") command.add_option("ENTRY", settings.entries, "Their ids")->required();
  if (name == "approve" || name == "show") {
    command.add_option("--pictures", settings.pictures, "Folder to write its photographs to");
  }
  if (name == "request" || name == "import" || name == "approve" || name == "show") {
    command.add_option("--models", settings.models, "Folder of the model pack")
        ->capture_default_str();
    command.add_option(
        "--cohort",
        settings.cohort,
        "Folder with photographs of strangers, to tell a photograph that attracts them");
  }
  if (name == "request" || name == "approve") {
    command.add_flag("--yes", settings.is_certain, "Sign without a question");
  }
  if (name == "new") {
    add_key_memory_option(command, settings.places.cost);
    command.add_option("--database", settings.places.database, "postgresql://...; else SQLite");
    command.add_option(
        "--keys", settings.places.keys, "Folder of the list keys, on another medium");
  } else if (name == "request" || name == "import" || name == "compare") {
    command
        .add_option(name == "request" ? "REQUEST" : "SOURCE",
                    settings.file,
                    name == "request" ? "JSON: docs/watchlist.md"
                                      : "Folder of requests, a file with an array of them, a CSV "
                                        "table, or a zip of these")
        ->required();
    if (name == "import") {
      command.add_flag("--dry-run", settings.is_dry, "Check and enrol all, and store nothing");
      command.add_flag("--skip-faulty", settings.skips_faulty, "Store those that are in order");
    }
    if (name != "request") add_json_flag(command, settings);
  } else if (name == "revoke") {
    command.add_option("--reason", settings.reason, "A code of a-z and '-', such as cleared")
        ->required();
  } else if (name == "list") {
    add_json_flag(command, settings);
  } else if (name == "seal") {
    command.add_option("-o,--output", settings.sealing.output, "The sealed list's file")
        ->required();
    command.add_option(
        "--use-case", settings.sealing.use_case, "Only the categories that the policy has for it");
    command.add_option("--category", settings.sealing.categories, "Only this one; may be repeated")
        ->allow_extra_args(false);
  }
}

}  // namespace

void add_vault(CLI::App& app, Exit& exit) {
  auto* group =
      app.add_subcommand("vault", "The watchlist at rest: who may be looked for, and why");
  group->require_subcommand(1);
  for (const Command& one : kCommands) {
    auto* command = group->add_subcommand(std::string(one.name), std::string(one.what));
    const auto settings = std::make_shared<Settings>();
    add_vault_options(*command, settings->desk);
    add_particulars(*command, one.name, *settings);
    command->callback(calling<Settings>(one.act, settings, exit));
  }
  add_vault_backup(*group, exit);
}

}  // namespace proviso::commands
