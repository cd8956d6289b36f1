#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <thread>

#include "app/commands/audit_lines.h"
#include "app/commands/command.h"
#include "app/commands/pin_sheet.h"
#include "app/commands/site_argument.h"
#include "app/commands/witness_command.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/audit/evidence.h"
#include "safeguards/audit/log_reader.h"
#include "safeguards/verify/check_log.h"

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kFollowPause{200};

struct Settings {
  std::string site;
  LeafFilter filter;
  std::string since;
  std::string until;
  std::uint64_t index = 0;
  std::string out;
  std::string pinned;
  std::string sheet;
  bool as_json = false;
};

volatile std::sig_atomic_t stop_was_asked = 0;

Result<fs::path> log_of(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.site));
  return site.log_folder();
}

Result<LeafFilter> filter_of(const Settings& settings) {
  LeafFilter filter = settings.filter;
  if (!settings.since.empty()) {
    PROVISO_TRY(filter.since, parse_rfc3339(settings.since));
  }
  if (!settings.until.empty()) {
    PROVISO_TRY(filter.until, parse_rfc3339(settings.until));
  }
  return filter;
}

void print(const std::vector<audit::Leaf>& leaves, const LeafFilter& filter, bool as_json) {
  for (const audit::Leaf& leaf : leaves) {
    if (!matches(filter, leaf.entry)) continue;
    std::cout << (as_json ? to_json_line(leaf) : to_line(leaf));
  }
  std::cout.flush();
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto filter, filter_of(settings));
  PROVISO_TRY(const auto log, log_of(settings));
  PROVISO_TRY(auto feed, audit::LeafFeed::open(log));
  PROVISO_TRY(const auto leaves, feed.next());
  print(leaves, filter, settings.as_json);
  return Done{};
}

Status follow(const Settings& settings) {
  PROVISO_TRY(const auto filter, filter_of(settings));
  PROVISO_TRY(const auto log, log_of(settings));
  PROVISO_TRY(auto feed, audit::LeafFeed::open(log));
  static_cast<void>(std::signal(SIGINT, [](int) { stop_was_asked = 1; }));
  static_cast<void>(std::signal(SIGTERM, [](int) { stop_was_asked = 1; }));
  while (stop_was_asked == 0) {
    PROVISO_TRY(const auto leaves, feed.next());
    print(leaves, filter, settings.as_json);
    if (!std::cout) break;
    std::this_thread::sleep_for(kFollowPause);
  }
  return Done{};
}

Result<audit::Evidence> evidence_of(const fs::path& log,
                                    std::uint64_t index,
                                    const audit::LeafFeed& feed) {
  const audit::PosixDisk disk(log);
  return audit::make_evidence(audit::LogReader(disk),
                              index,
                              {.origin = feed.key().name, .head = feed.head()},
                              feed.checkpoint_note());
}

Status prove(const Settings& settings) {
  PROVISO_TRY(const auto log, log_of(settings));
  PROVISO_TRY(auto feed, audit::LeafFeed::open(log));
  PROVISO_TRY_DONE(feed.next());
  PROVISO_TRY(const auto evidence, evidence_of(log, settings.index, feed));
  if (!settings.out.empty()) return write_file_durably(settings.out, evidence.to_text());
  std::cout << evidence.to_text();
  return Done{};
}

Status story(const Settings& settings) {
  PROVISO_TRY(const auto log, log_of(settings));
  PROVISO_TRY(auto feed, audit::LeafFeed::open(log));
  PROVISO_TRY(auto leaves, feed.next());
  std::erase_if(leaves, [&](const audit::Leaf& leaf) {
    return !matches({.deployment = settings.filter.deployment}, leaf.entry);
  });
  if (leaves.empty()) {
    return Error{ErrorCode::kNotFound,
                 concat("a deployment's story is told from its leaves; the log has none of ",
                        in_quotes(settings.filter.deployment),
                        "; see `proviso audit show`")};
  }
  const std::string page = to_story({.deployment = settings.filter.deployment,
                                     .log_key = feed.key().to_text(),
                                     .head = feed.head()},
                                    leaves);
  if (settings.out.empty()) {
    std::cout << page;
    return Done{};
  }
  const fs::path folder(settings.out);
  std::error_code fault;
  fs::create_directories(folder, fault);
  for (const audit::Leaf& leaf : leaves) {
    PROVISO_TRY(const auto evidence, evidence_of(log, leaf.index, feed));
    PROVISO_TRY_DONE(write_file_durably(folder / evidence_name(leaf), evidence.to_text()));
  }
  return write_file_durably(folder / "story.md", page);
}

Status pin(const Settings& settings) {
  PROVISO_TRY(const auto log, log_of(settings));
  PROVISO_TRY(auto feed, audit::LeafFeed::open(log));
  PROVISO_TRY_DONE(feed.next());
  if (!settings.sheet.empty()) {
    PROVISO_TRY(const std::string sheet,
                pin_sheet({.note = feed.checkpoint_note(),
                           .origin = feed.key().name,
                           .head = feed.head(),
                           .pinned_at = now_in_seconds()}));
    PROVISO_TRY_DONE(write_file_durably(settings.sheet, sheet));
  }
  PROVISO_TRY_DONE(write_file_durably(settings.out, feed.checkpoint_note()));
  std::cout << "pinned  " << feed.head().size << " leaves\nkey     " << feed.key().to_text()
            << "\nGive both to somebody outside. They check with `proviso-verify log DIR --key KEY "
               "--pinned "
            << settings.out << "`.\n";
  return Done{};
}

// The tree first, its checkpoint last: a commit that comes meanwhile only adds files.
Status export_log(const Settings& settings) {
  PROVISO_TRY(const auto log, log_of(settings));
  PROVISO_TRY(auto feed, audit::LeafFeed::open(log));
  PROVISO_TRY_DONE(feed.next());
  const fs::path folder(settings.out);
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (!fault && feed.head().size > 0) {
    fs::copy(log / "tile", folder / "tile", fs::copy_options::recursive, fault);
  }
  if (fault) {
    return Error{ErrorCode::kUnavailable,
                 concat("an export goes into a folder of its own; ",
                        in_quotes(settings.out),
                        ": ",
                        fault.message(),
                        "; name one that is not there yet")};
  }
  PROVISO_TRY_DONE(write_file_durably(folder / "checkpoint", feed.checkpoint_note()));
  return write_file_durably(folder / "log.vkey", feed.key().to_text() + '\n');
}

Result<verify::Report> verified(const Settings& settings) {
  PROVISO_TRY(const auto log, log_of(settings));
  PROVISO_TRY(const auto feed, audit::LeafFeed::open(log));
  verify::LogQuestion question{.key = feed.key(), .pinned_note = std::nullopt};
  if (!settings.pinned.empty()) {
    PROVISO_TRY(question.pinned_note, read_text_file(settings.pinned, audit::kCheckpointBytesMax));
  }
  return verify::check_log(audit::PosixDisk(log), question);
}

Exit verify_log(const Settings& settings) {
  const auto report = verified(settings);
  if (!report) return refuse(report.error());
  std::cout << (settings.as_json ? verify::to_json(report.value()) + '\n'
                                 : verify::to_text(report.value()));
  return report.value().proven() ? Exit::kDone : Exit::kRefused;
}

using Step = Status (*)(const Settings&);

CLI::App* add(CLI::App& parent,
              const std::string& name,
              const std::string& what,
              const std::shared_ptr<Settings>& settings) {
  auto* command = parent.add_subcommand(name, what);
  add_site_option(*command, settings->site);
  return command;
}

void run(CLI::App* command, const std::shared_ptr<Settings>& settings, Exit& exit, Step step) {
  command->callback(calling<Settings>(step, settings, exit));
}

void add_filters(CLI::App& command, Settings& settings) {
  command.add_option("--deployment", settings.filter.deployment, "Only this deployment's leaves");
  command.add_option("--kind", settings.filter.kind, "Only this kind (docs/formats/journal.md)");
  command.add_option("--person", settings.filter.person, "Only leaves with this officer or entry");
  command.add_option("--since", settings.since, "From this UTC time on: 2026-11-24T08:30:00Z");
  command.add_option("--until", settings.until, "Before this UTC time");
  command.add_flag("--json", settings.as_json, "JSON lines instead of text");
}

}  // namespace

void add_audit(CLI::App& app, Exit& exit) {
  auto* audit = app.add_subcommand("audit", "The log of all acts: show it, prove it, check it");
  audit->require_subcommand(1);
  const auto settings = std::make_shared<Settings>();

  auto* shown = add(*audit, "show", "Show leaves", settings);
  add_filters(*shown, *settings);
  run(shown, settings, exit, show);
  auto* followed = add(*audit, "follow", "Show leaves as they come, until Ctrl-C", settings);
  add_filters(*followed, *settings);
  run(followed, settings, exit, follow);

  auto* proven = add(*audit, "prove", "Write evidence for a leaf", settings);
  proven->add_option("LEAF", settings->index, "Its number in `proviso audit show`")->required();
  proven->add_option("--out", settings->out, "Into this file instead of standard output");
  run(proven, settings, exit, prove);
  auto* exported = add(*audit, "export", "Copy the log, for somebody who will check it", settings);
  exported->add_option("FOLDER", settings->out, "A folder that is not there yet")->required();
  run(exported, settings, exit, export_log);
  auto* pinned = add(*audit, "pin", "Write the checkpoint, for somebody outside to keep", settings);
  pinned->add_option("FILE", settings->out, "The file")->required();
  pinned->add_option("--sheet", settings->sheet, "Also as this HTML page to print, with a QR code");
  run(pinned, settings, exit, pin);
  auto* told = add(*audit, "story", "Tell a deployment's life from the log alone", settings);
  told->add_option("DEPLOYMENT", settings->filter.deployment, "Its reference")->required();
  told->add_option("--out", settings->out, "Into this folder, with each line's evidence");
  run(told, settings, exit, story);

  add_audit_witness(*audit, exit);

  auto* checked = add(*audit, "verify", "Check the log, as proviso-verify does", settings);
  checked->add_option("--pinned", settings->pinned, "It must begin with this checkpoint");
  checked->add_flag("--json", settings->as_json, "One JSON line instead of text");
  checked->callback([settings, &exit] { exit = verify_log(*settings); });
}

}  // namespace proviso::commands
