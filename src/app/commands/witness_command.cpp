#include "app/commands/witness_command.h"

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "adapters/http/client.h"
#include "app/commands/site_argument.h"
#include "base/core/concat.h"
#include "safeguards/audit/log_key.h"
#include "safeguards/audit/witness.h"

namespace proviso::commands {
namespace {

// A checkpoint is at most a minute old when its witness sees it.
constexpr std::chrono::seconds kBetweenSubmissions{30};
constexpr std::chrono::milliseconds kPause{200};

struct Settings {
  std::string site;
  std::string url;
  std::string key;
  std::string ca_file;
  bool goes_on = false;
};

volatile std::sig_atomic_t stop_was_asked = 0;

struct Witness {
  std::filesystem::path log;
  note::VerifierKey log_key;
  audit::WitnessKey key;
  audit::AskWitness ask;
};

Result<Witness> witness_of(const Settings& settings) {
  PROVISO_TRY(const auto site, site::Site::open(settings.site));
  PROVISO_TRY(auto log_key, audit::read_log_verifier_key(site.log_folder()));
  PROVISO_TRY(auto key, audit::WitnessKey::parse(settings.key));
  const std::string url =
      concat(settings.url, settings.url.ends_with('/') ? "" : "/", "add-checkpoint");
  PROVISO_TRY_DONE(http::check_url(url));
  PROVISO_TRY_DONE(http::start_http());
  const auto ask =
      [url, ca_file = settings.ca_file](std::string_view request) -> Result<audit::WitnessAnswer> {
    const http::Limits limits{.answer_bytes_max = audit::kWitnessAnswerBytesMax};
    PROVISO_TRY(auto answer, http::post(url, request, ca_file, limits, {}));
    return audit::WitnessAnswer{.status = answer.status,
                                .content_type = std::move(answer.content_type),
                                .body = std::move(answer.body)};
  };
  return Witness{
      .log = site.log_folder(), .log_key = std::move(log_key), .key = std::move(key), .ask = ask};
}

Status submit(const Witness& witness) {
  PROVISO_TRY(const auto cosigned,
              audit::witness_log(witness.log, witness.log_key, witness.key, witness.ask));
  std::cout << "cosigned  " << cosigned.checkpoint.head.size << " leaves at "
            << to_rfc3339(cosigned.at) << " by " << witness.key.name << '\n'
            << std::flush;
  return Done{};
}

// Until Ctrl-C. A witness that does not answer is asked again; any other refusal ends it.
Status submit_on(const Witness& witness) {
  static_cast<void>(std::signal(SIGINT, [](int) { stop_was_asked = 1; }));
  static_cast<void>(std::signal(SIGTERM, [](int) { stop_was_asked = 1; }));
  auto due = std::chrono::steady_clock::now();
  while (stop_was_asked == 0) {
    if (std::chrono::steady_clock::now() >= due) {
      const Status done = submit(witness);
      if (!done && done.error().code != ErrorCode::kUnavailable) return done;
      if (!done) warn(done.error().message);
      due += kBetweenSubmissions;
    }
    std::this_thread::sleep_for(kPause);
  }
  return Done{};
}

}  // namespace

void add_audit_witness(CLI::App& audit, Exit& exit) {
  const auto settings = std::make_shared<Settings>();
  auto* command = audit.add_subcommand(
      "witness", "Bring the log's checkpoint to a witness and keep what it signs");
  add_site_option(*command, settings->site);
  command->add_option("URL", settings->url, "The witness: https://HOST/PREFIX")->required();
  command->add_option("--key", settings->key, "Its key, NAME+ID+KEY, from its operator")
      ->required();
  command->add_option("--ca", settings->ca_file, "Trust only these authorities (a PEM file)");
  command->add_flag("--follow", settings->goes_on, "Again every 30 seconds, until Ctrl-C");
  command->callback([settings, &exit] {
    const auto witness = witness_of(*settings);
    Status done = Done{};
    if (!witness) {
      done = witness.error();
    } else {
      done = settings->goes_on ? submit_on(witness.value()) : submit(witness.value());
    }
    exit = done ? Exit::kDone : refuse(done.error());
  });
}

}  // namespace proviso::commands
