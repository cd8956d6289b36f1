#include "app/commands/run.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <stop_token>
#include <thread>

#include "adapters/ffmpeg/source.h"
#include "app/commands/engine.h"
#include "app/commands/run_output.h"
#include "app/site/run_watch.h"
#include "app/site/standing.h"
#include "base/core/concat.h"
#include "base/crypto/random.h"

namespace proviso::commands {
namespace {

constexpr double kMillion = 1e6;

// Turns SIGINT and SIGTERM into a stop request: the signals are blocked in every thread, and one
// thread waits for them.
class Interruption {
 public:
  Interruption() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGUSR1);  // Ours, to end the waiting.
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    waiter_ = std::jthread([this] {
      int signal = 0;
      sigwait(&signals_, &signal);
      if (signal != SIGUSR1) source_.request_stop();
    });
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  Interruption(Interruption&&) = delete;
  Interruption& operator=(Interruption&&) = delete;
  ~Interruption() { pthread_kill(waiter_.native_handle(), SIGUSR1); }

  std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source source_;
  std::jthread waiter_;
};

authority::RunRequest request_of(const RunSettings& settings,
                                 const watchlist::SealedList& list,
                                 const models::Models& models) {
  authority::RunRequest request{
      .cameras = {}, .watchlist = list, .model_pack = models.digest, .precision = models.precision};
  for (const CameraArgument& camera : settings.cameras) {
    request.cameras.push_back({.id = camera.id,
                               .kind = camera.address.is_live() ? authority::CameraKind::kLive
                                                                : authority::CameraKind::kRecording,
                               .address = camera.address.text});
  }
  return request;
}

std::vector<pipeline::CameraSetup> setups_of(const RunSettings& settings, const Clock& clock) {
  std::vector<pipeline::CameraSetup> setups;
  for (const CameraArgument& camera : settings.cameras) {
    const bool is_live = camera.address.is_live();
    pipeline::FeedOptions feed;
    feed.is_live = is_live;
    if (!is_live) {
      feed.pace = settings.in_real_time ? pipeline::Pace::kRealTime : pipeline::Pace::kFullSpeed;
    }
    const auto trust = settings.trust.find(camera.id);
    ffmpeg::SourceOptions options{.camera = camera.id};
    if (trust != settings.trust.end()) options.trust = trust->second;
    setups.push_back({.id = camera.id,
                      .open =
                          [address = camera.address, options, &clock](const std::stop_token& stop) {
                            ffmpeg::SourceOptions stoppable = options;
                            stoppable.stop = stop;
                            return ffmpeg::open(address, stoppable, clock);
                          },
                      .feed = feed});
  }
  return setups;
}

AlertId random_alert_id() {
  return AlertId::parse("alert-" + crypto::random_id()).value();
}

// Whether waiting is in vain: nothing has ever come from any camera, and all are given up or
// silent beyond the time after which a camera counts as offline.
bool nobody_answers(const pipeline::Summary& summary) {
  return std::all_of(summary.cameras.begin(), summary.cameras.end(), [](const auto& camera) {
    return !camera.ever_gave_a_frame && (camera.state == "offline" || camera.state == "ended");
  });
}

Exit exit_of(const pipeline::Summary& summary) {
  const auto gave_frame = [](const auto& camera) { return camera.ever_gave_a_frame; };
  const bool any = std::any_of(summary.cameras.begin(), summary.cameras.end(), gave_frame);
  for (const auto& camera : summary.cameras) {
    if (!any && !camera.why.empty()) std::cerr << "proviso: " << camera.why << '\n';
  }
  // These end a run as it should end; every other rule has cut it short.
  constexpr std::array kGood{"interrupted", "sources-ended", "window", "deployment-stopped"};
  if (summary.stop_rule == "interrupted") return Exit::kDone;
  const bool is_good = std::find(kGood.begin(), kGood.end(), summary.stop_rule) != kGood.end();
  return any && is_good ? Exit::kDone : Exit::kRefused;
}

// One run, from the papers to the summary.
class Run {
 public:
  Run(const RunSettings& settings, const site::Site& site, audit::Journal& journal)
      : settings_(settings), site_(site), journal_(journal) {}

  Result<Exit> go(const std::stop_token& stop);
  // Says why it did not come about, here and in the journal.
  Exit refused(const Error& error);

 private:
  Status read_authority();
  Status load();
  Status open_gate();
  Status enter_start();
  Status enter_end(const pipeline::Summary& summary);
  bool enter_alert(const alert::Alert& alert);
  bool show(const alert::Alert& alert, const video::Frame& frame, const pipeline::Latency& latency);
  void progress(const pipeline::Summary& summary);
  pipeline::Outputs outputs();
  Result<pipeline::Summary> walk(const std::stop_token& stop);
  std::string reason_of(const Error& error) const;

  const RunSettings& settings_;
  const site::Site& site_;
  audit::Journal& journal_;
  const SystemClock clock_;
  std::string step_;  // What is being checked, for the journal.
  std::optional<site::SignedStatement> said_;
  std::shared_ptr<const authority::WrittenAuthority> authority_;
  std::shared_ptr<const watchlist::SealedList> list_;
  Engine engine_;
  std::unique_ptr<search::Searcher> searcher_;
  std::unique_ptr<site::RunWatch> watch_;
  std::unique_ptr<authority::Gate> gate_;
};

Status Run::read_authority() {
  step_ = "authority";
  if (settings_.authority.empty()) {
    return Error{ErrorCode::kNotFound,
                 "authority: none is given, a written authority is needed; draft one with `proviso "
                 "authority draft`, have it signed, and name it with --authority"};
  }
  PROVISO_TRY(const auto note, site::read_authority(settings_.authority));
  if (auto said = site::statement_of(note)) said_ = std::move(said).value();
  PROVISO_TRY(auto policy, site::read_policy(site_));
  PROVISO_TRY(const auto officers, site_.read_register(clock_.wall()));
  PROVISO_TRY(
      authority_,
      authority::WrittenAuthority::verify(note, officers, std::move(policy), clock_.wall()));
  return Done{};
}

Status Run::load() {
  step_ = "list";
  PROVISO_TRY(list_, load_list(site_, settings_.list));
  const auto erased =
      std::ranges::count(list_->entries(), true, &watchlist::SealedEntry::is_erased);
  if (erased > 0) {
    warn(concat(counted(static_cast<std::size_t>(erased)),
                " of the list erased since it was sealed: nobody looks for them"));
  }
  step_ = "models";
  PROVISO_TRY(engine_,
              open_engine(settings_.models,
                          authority_->operating_point(),
                          settings_.lanes,
                          settings_.cameras.size()));
  PROVISO_TRY(searcher_, search::Searcher::create(list_, settings_.lanes));
  return Done{};
}

Status Run::open_gate() {
  step_ = "site";
  PROVISO_TRY(watch_,
              site::RunWatch::open(site_, settings_.authority, authority_, journal_, clock_));
  watch_->on_erased([this](const EntryId& entry) { return searcher_->withdraw(entry); });
  PROVISO_TRY(const auto circumstances, watch_->circumstances());
  step_ = "gate";
  PROVISO_TRY(
      gate_,
      authority::Gate::open(
          authority_, request_of(settings_, *list_, engine_.models), circumstances, clock_));
  return Done{};
}

Status Run::enter_start() {
  step_ = "journal";
  Value::Array cameras;
  for (const CameraArgument& camera : settings_.cameras) cameras.emplace_back(camera.id.text());
  PROVISO_TRY_DONE(journal_.append("run_started",
                                   {{"authority", crypto::to_hex(authority_->digest())},
                                    {"cameras", std::move(cameras)},
                                    {"deployment", authority_->statement().reference},
                                    {"model_pack", crypto::to_hex(engine_.models.digest)},
                                    {"policy", crypto::to_hex(authority_->policy().digest)},
                                    {"watchlist", crypto::to_hex(list_->digest())}}));
  PROVISO_TRY_DONE(watch_->begin(*gate_));
  watch_->keep_looking();
  return Done{};
}

Status Run::enter_end(const pipeline::Summary& summary) {
  PROVISO_TRY_DONE(watch_->end());
  const std::string& deployment = authority_->statement().reference;
  std::int64_t frames = 0;
  for (const auto& camera : summary.cameras) {
    frames += static_cast<std::int64_t>(camera.frames);
    if (camera.frames_refused == 0) continue;
    PROVISO_TRY_DONE(journal_.append(
        "frame_refused",
        {{"camera", camera.camera.text()},
         {"count", static_cast<std::int64_t>(camera.frames_refused)},
         {"deployment", deployment},
         {"reason", summary.refused_rule.empty() ? "window" : summary.refused_rule}}));
  }
  PROVISO_TRY_DONE(journal_.append(
      "run_stopped",
      {{"deployment", deployment}, {"frames", frames}, {"reason", summary.stop_rule}}));
  return Done{};
}

// What is not in the journal does not leave.
bool Run::enter_alert(const alert::Alert& alert) {
  const Value::Object body{
      {"alert", alert.id.text()},
      {"authority", crypto::to_hex(authority_->digest())},
      {"camera", alert.camera.text()},
      {"captured_at", to_rfc3339(alert.captured_at)},
      {"deployment", authority_->statement().reference},
      {"entry", alert.entry.text()},
      {"score_millionths", static_cast<std::int64_t>(std::max(0.0, alert.score * kMillion))},
      {"shots", static_cast<std::int64_t>(alert.shots_agreeing)}};
  const auto entered = journal_.append("alert_raised", body);
  if (entered) return true;
  warn(concat("alert ", alert.id.text(), " is withheld: ", entered.error().message));
  watch_->withhold(body, entered.error());
  return false;
}

bool Run::show(const alert::Alert& alert,
               const video::Frame& frame,
               const pipeline::Latency& latency) {
  if (!enter_alert(alert)) return false;
  std::string picture;
  if (!settings_.pictures.empty()) {
    picture = concat(settings_.pictures, "/", alert.id.text(), "-track", alert.track.value, ".jpg");
    if (const Status wrote = write_alert_picture(alert, *list_, frame, picture); !wrote) {
      warn(wrote.error().message);
      picture.clear();
    }
  }
  const std::string line = alert_line(alert, *list_, frame, latency);
  if (settings_.show_alert) {
    settings_.show_alert(alert, line, picture);
  } else {
    std::cout << line << '\n' << std::flush;
  }
  return true;
}

void Run::progress(const pipeline::Summary& summary) {
  if (nobody_answers(summary)) gate_->stop("no camera answers; check address, network and power");
  std::int64_t faces = 0;
  std::int64_t alerts = 0;
  for (const auto& camera : summary.cameras) {
    faces += static_cast<std::int64_t>(camera.faces_seen);
    alerts += static_cast<std::int64_t>(camera.alerts);
  }
  watch_->count(faces, alerts);
}

pipeline::Outputs Run::outputs() {
  pipeline::Outputs outputs;
  outputs.on_alert = [this](const auto&... parts) { return show(parts...); };
  const bool on_a_terminal = isatty(STDERR_FILENO) == 1;
  outputs.on_progress = [this, on_a_terminal](const pipeline::Summary& summary) {
    progress(summary);
    if (on_a_terminal) std::cerr << "\r\033[K" << progress_line(summary) << std::flush;
  };
  return outputs;
}

Result<pipeline::Summary> Run::walk(const std::stop_token& stop) {
  const authority::OperatingPoint point = authority_->operating_point();
  alert::Alerter alerter({.threshold = point.threshold_millionths / kMillion,
                          .shots_min = static_cast<std::size_t>(point.shots_min),
                          .repeat = std::chrono::seconds(point.repeat_s)},
                         list_,
                         random_alert_id);
  const pipeline::Parts parts{.gate = *gate_,
                              .detector = *engine_.detector,
                              .embedder = *engine_.embedder,
                              .searcher = *searcher_,
                              .alerter = alerter,
                              .clock = clock_};
  return pipeline::run(parts, setups_of(settings_, clock_), outputs(), stop);
}

Result<Exit> Run::go(const std::stop_token& stop) {
  PROVISO_TRY_DONE(read_authority());
  PROVISO_TRY_DONE(load());
  PROVISO_TRY_DONE(open_gate());
  PROVISO_TRY_DONE(enter_start());
  step_ = "run";
  PROVISO_TRY(auto summary, walk(stop));
  summary.inferences = engine_.models.images_run();
  progress(summary);
  const Status ended = enter_end(summary);
  if (isatty(STDERR_FILENO) == 1) std::cerr << "\r\033[K";
  std::cerr << summary_text(summary);
  if (settings_.as_json) std::cout << summary_line(summary) << '\n';
  if (!ended) return ended.error();
  return exit_of(summary);
}

std::string Run::reason_of(const Error& error) const {
  std::string_view kind;
  switch (error.code) {
    case ErrorCode::kNotFound: kind = "-missing"; break;
    case ErrorCode::kNotAuthorised: kind = "-refused"; break;
    case ErrorCode::kUnavailable: kind = "-unavailable"; break;
    default: kind = "-malformed"; break;
  }
  return authority::rule_of(error, concat(step_, kind));
}

Exit Run::refused(const Error& error) {
  pipeline::Summary summary;
  summary.stop_rule = reason_of(error);
  summary.stop_reason = error.message;
  summary.inferences = engine_.models.detector ? engine_.models.images_run() : 0;
  Value::Object body{{"reason", summary.stop_rule}};
  if (said_) {
    body["authority"] = crypto::to_hex(said_->digest);
    body["deployment"] = said_->statement.reference;
  }
  if (const auto entered = journal_.append("run_refused", std::move(body)); !entered) {
    warn(concat("the refusal could not be journalled: ", entered.error().message));
  }
  if (settings_.as_json) std::cout << summary_line(summary) << '\n';
  return refuse(error);
}

}  // namespace

Exit run_under_authority(const RunSettings& settings) {
  if (!settings.pictures.empty()) {
    std::error_code error;
    std::filesystem::create_directories(settings.pictures, error);
  }
  const SystemClock clock;
  const auto site = site::Site::open(settings.site);
  if (!site) return refuse(site.error());
  const auto journal = audit::Journal::open(site.value().log_folder(), clock);
  if (!journal) return refuse(journal.error());
  // Before there are other threads, which take over what it blocks.
  const Interruption interruption;
  Run run(settings, site.value(), *journal.value());
  const auto ran = run.go(interruption.token());
  return ran ? ran.value() : run.refused(ran.error());
}

}  // namespace proviso::commands
