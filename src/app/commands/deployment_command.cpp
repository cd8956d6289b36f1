#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

#include "app/commands/command.h"
#include "app/commands/deployment_desk.h"
#include "app/commands/passphrase.h"
#include "app/commands/site_argument.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/line.h"
#include "safeguards/deployment/report.h"

namespace proviso::commands {
namespace {

using deployment::Event;
using deployment::EventKind;

constexpr std::size_t kDocumentBytesMax = std::size_t{64} << 20U;
constexpr int kMinutesMax = 24 * 60;

struct Settings {
  DeploymentDesk::Request desk;
  std::string sign;
  std::string photograph;
  std::string notice;
  std::int64_t officers = 0;
  int minutes = 0;
  std::string reason;
  std::string report;
  std::string alert;
  std::string outcome;
  bool as_json = false;
};

Result<crypto::Digest> digest_of_file(const std::string& file) {
  PROVISO_TRY(const auto bytes, read_file(file, kDocumentBytesMax));
  return crypto::sha256(bytes);
}

Event event_of(EventKind kind) {
  Event event;
  event.kind = kind;
  return event;
}

void say(const DeploymentDesk& desk, std::string_view what) {
  std::cout << desk.reference() << ": " << what << '\n';
}

Status open(const Settings& settings) {
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk.check_holds());
  PROVISO_TRY_DONE(desk.check_place_is_free());
  Event event = event_of(EventKind::kOpened);
  event.document = desk.authority_digest();
  PROVISO_TRY_DONE(desk.sign(std::move(event)));
  say(desk, "opened. Before the start:");
  for (const std::string& step : desk.missing()) std::cout << "  - " << step << '\n';
  const std::string attest = concat("  proviso deployment attest ", desk.reference());
  std::cout << "Next: an engagement officer attests them, each sign with its photograph:\n"
            << attest << " --sign NAME --photograph FILE --as ID\n"
            << attest << " --notice FILE --present OFFICERS --as ID\n"
            << "Then: proviso deployment start " << desk.reference() << " --as ID\n";
  return Done{};
}

Status attest_one(DeploymentDesk& desk, const Settings& settings) {
  if (!settings.sign.empty()) {
    Event event = event_of(EventKind::kSignAttested);
    event.sign = settings.sign;
    if (!settings.photograph.empty()) {
      PROVISO_TRY(event.document, digest_of_file(settings.photograph));
    }
    PROVISO_TRY_DONE(desk.sign(std::move(event)));
    say(desk, concat("sign ", settings.sign, " attested"));
  }
  if (!settings.notice.empty()) {
    Event event = event_of(EventKind::kNoticeAttested);
    PROVISO_TRY(event.document, digest_of_file(settings.notice));
    PROVISO_TRY_DONE(desk.sign(std::move(event)));
    say(desk, "notice attested");
  }
  if (settings.officers > 0) {
    Event event = event_of(EventKind::kPresenceAttested);
    event.officers = settings.officers;
    event.until = desk.now() + (settings.minutes > 0
                                    ? std::chrono::seconds(std::chrono::minutes(settings.minutes))
                                    : desk.attestation_max());
    const WallTime until = event.until;
    PROVISO_TRY_DONE(desk.sign(std::move(event)));
    say(desk, concat("presence attested until ", to_rfc3339(until)));
  }
  return Done{};
}

Status attest(const Settings& settings) {
  if (settings.sign.empty() && settings.notice.empty() && settings.officers == 0) {
    return Error{ErrorCode::kInvalidInput,
                 "attest: nothing to attest; give --sign, --notice or --present"};
  }
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk.check_holds());
  return attest_one(desk, settings);
}

Status start(const Settings& settings) {
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk.check_holds());
  PROVISO_TRY_DONE(desk.check_place_is_free());
  PROVISO_TRY_DONE(desk.sign(event_of(EventKind::kStarted)));
  say(desk, "started; run it with `proviso watch`");
  return Done{};
}

Status suspend(const Settings& settings) {
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  Event event = event_of(EventKind::kSuspended);
  event.reason = settings.reason;
  PROVISO_TRY_DONE(desk.sign(std::move(event)));
  say(desk, "suspended; a run stops looking within a second");
  return Done{};
}

Status resume(const Settings& settings) {
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk.check_holds());
  Event event = event_of(EventKind::kResumed);
  event.reason = settings.reason;
  PROVISO_TRY_DONE(desk.sign(std::move(event)));
  say(desk, "resumed");
  return Done{};
}

Status stop(const Settings& settings) {
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  Event event = event_of(EventKind::kStopped);
  event.reason = settings.reason;
  PROVISO_TRY_DONE(desk.sign(std::move(event)));
  PROVISO_TRY(const auto report, desk.draft_report(settings.reason));
  say(desk, "stopped; a run ends within a second");
  PROVISO_TRY(const auto list, desk.end_list());
  if (!list.empty()) std::cout << "list         " << list << '\n';
  std::cout << "report to complete: " << report.string() << "\nthen: proviso deployment review "
            << desk.reference() << " --report FILE\n";
  return Done{};
}

Status review(const Settings& settings) {
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  Event event = event_of(EventKind::kReviewed);
  event.reason = settings.reason;
  PROVISO_TRY(event.document, digest_of_file(settings.report));
  PROVISO_TRY_DONE(desk.sign(std::move(event)));
  say(desk, "reviewed; the next authority for this place may be used");
  return Done{};
}

Status outcome(const Settings& settings) {
  PROVISO_TRY(auto desk, DeploymentDesk::open(settings.desk));
  Event event = event_of(EventKind::kOutcome);
  PROVISO_TRY(event.outcome, deployment::parse_outcome(settings.outcome));
  PROVISO_TRY_DONE(desk.check_alert(settings.alert));
  event.alert = settings.alert;
  PROVISO_TRY_DONE(desk.sign(std::move(event)));
  say(desk, concat("alert ", settings.alert, ": ", settings.outcome));
  std::cout << desk.rate().to_text() << '\n';
  if (const auto* suspension = desk.state().suspended(); suspension != nullptr) {
    std::cout << "SUSPENDED (" << suspension->rule << "): " << suspension->reason << '\n';
  }
  return Done{};
}

void print_status(const DeploymentDesk& desk) {
  const auto& state = desk.state();
  std::cout << "deployment   " << desk.reference() << "\nphase        " << to_text(state.phase())
            << "\nauthority    " << crypto::to_hex(desk.authority_digest()) << '\n';
  if (state.presence()) {
    std::cout << "present      " << state.presence()->officers << " officers until "
              << to_rfc3339(state.presence()->until) << ", attested by " << state.presence()->by
              << '\n';
  }
  if (const auto* suspension = state.suspended(); suspension != nullptr) {
    std::cout << "SUSPENDED    " << suspension->rule << ": " << suspension->reason << '\n';
  }
  if (state.phase() < deployment::Phase::kStarted) {
    for (const std::string& step : desk.missing()) std::cout << "missing      " << step << '\n';
  }
  std::cout << "runs         " << state.runs() << "\nfaces seen   " << state.faces_seen()
            << "\nalerts       " << state.alerts() << "\nfalse alerts " << desk.rate().to_text()
            << '\n';
}

Status status(const Settings& settings) {
  PROVISO_TRY(const auto desk, DeploymentDesk::open(settings.desk));
  if (!settings.as_json) {
    print_status(desk);
    return Done{};
  }
  const auto& state = desk.state();
  const auto rate = desk.rate();
  const auto* suspension = state.suspended();
  json::Line line;
  line.string("deployment", desk.reference())
      .string("phase", to_text(state.phase()))
      .string("suspended_by", suspension == nullptr ? std::string() : suspension->rule)
      .strings("missing", desk.missing())
      .integer("runs", static_cast<std::int64_t>(state.runs()))
      .integer("faces_seen", state.faces_seen())
      .integer("alerts", state.alerts())
      .integer("false_alerts", static_cast<std::int64_t>(rate.false_alerts))
      .integer("faces_counted", static_cast<std::int64_t>(rate.faces_seen))
      .integer("low_per_million", rate.low_per_million)
      .integer("high_per_million", rate.high_per_million);
  std::cout << line.text() << '\n';
  return Done{};
}

struct Command {
  std::string_view name;
  std::string_view what;
  Status (*act)(const Settings&);
  bool is_signed;
  bool has_reason;
};
constexpr Command kCommands[] = {
    {"open", "Open it under its signed authority", open, true, false},
    {"attest", "Attest a sign, the notice, or that officers are present", attest, true, false},
    {"start", "Start it, once everything is attested", start, true, false},
    {"suspend", "Suspend it at once", suspend, true, true},
    {"resume", "Resume it: a decision that the policy asks a rank for", resume, true, true},
    {"stop", "Stop it for good, and draft the cancellation report", stop, true, true},
    {"review", "Sign its review, once the report is complete", review, true, true},
    {"outcome", "Record what became of an alert", outcome, true, false},
    {"status", "Say where it stands", status, false, false},
};

void add_particulars(CLI::App& command, std::string_view name, Settings& settings) {
  if (name == "attest") {
    command.add_option("--sign", settings.sign, "Id of a sign of the authority, as it stands");
    command.add_option("--photograph", settings.photograph, "Photograph of that sign");
    command.add_option("--notice", settings.notice, "The notice's file, as it was published");
    command.add_option("--present", settings.officers, "How many officers are at the cameras")
        ->check(CLI::Range(std::int64_t{1}, deployment::kOfficersPresentMax));
    command
        .add_option("--minutes", settings.minutes, "For how long from now; else as allowed at most")
        ->check(CLI::Range(1, kMinutesMax));
  } else if (name == "review") {
    command.add_option("--report", settings.report, "The completed report")->required();
  } else if (name == "outcome") {
    command.add_option("ALERT", settings.alert, "The alert's id")->required();
    command
        .add_option("RESULT",
                    settings.outcome,
                    "true-alert-confirmed, true-alert-unconfirmed, false-alert-confirmed or "
                    "false-alert-unconfirmed")
        ->required();
  } else if (name == "status") {
    command.add_flag("--json", settings.as_json, "One JSON line instead of text");
  }
}

}  // namespace

void add_deployment(CLI::App& app, Exit& exit) {
  auto* group = app.add_subcommand("deployment", "The life of a deployment, step by step");
  group->require_subcommand(1);
  for (const Command& one : kCommands) {
    auto* command = group->add_subcommand(std::string(one.name), std::string(one.what));
    const auto settings = std::make_shared<Settings>();
    add_site_option(*command, settings->desk.site);
    command->add_option("REFERENCE", settings->desk.reference, "The authority's reference")
        ->required();
    if (one.is_signed) {
      command->add_option("--as", settings->desk.by, "Who signs: the officer's id")->required();
      add_passphrase_option(*command, settings->desk.passphrase_file);
    }
    if (one.has_reason) {
      command->add_option("--reason", settings->reason, "Why, in a sentence")->required();
    }
    add_particulars(*command, one.name, *settings);
    command->callback([settings, act = one.act, &exit] {
      const Status acted = act(*settings);
      exit = acted ? Exit::kDone : refuse_step(settings->desk, acted.error());
    });
  }
}

}  // namespace proviso::commands
