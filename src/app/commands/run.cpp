#include "app/commands/run.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <stop_token>
#include <thread>

#include "adapters/ffmpeg/source.h"
#include "app/commands/engine.h"
#include "app/commands/run_output.h"
#include "base/core/concat.h"
#include "base/core/file.h"
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

struct Loaded {
  authority::Statement statement;
  std::shared_ptr<const watchlist::SealedList> list;
};

Result<Loaded> load(const RunSettings& settings) {
  PROVISO_TRY(const auto text, read_text_file(settings.authority, authority::Statement::kBytesMax));
  PROVISO_TRY(auto statement, authority::Statement::parse(text));
  PROVISO_TRY(auto list, watchlist::SealedList::load(settings.list));
  return Loaded{.statement = std::move(statement), .list = std::move(list)};
}

authority::RunRequest request_of(const RunSettings& settings,
                                 const watchlist::SealedList& list,
                                 const crypto::Digest& pack) {
  authority::RunRequest request{.cameras = {}, .watchlist = list, .model_pack = pack};
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

pipeline::Outputs outputs_of(const RunSettings& settings,
                             const watchlist::SealedList& list,
                             authority::Gate& gate) {
  pipeline::Outputs outputs;
  outputs.on_alert = [&settings, &list](const alert::Alert& alert,
                                        const video::Frame& frame,
                                        const pipeline::Latency& latency) {
    std::string picture;
    if (!settings.pictures.empty()) {
      picture =
          concat(settings.pictures, "/", alert.id.text(), "-track", alert.track.value, ".jpg");
      if (const Status wrote = write_alert_picture(alert, list, frame, picture); !wrote) {
        warn(wrote.error().message);
        picture.clear();
      }
    }
    const std::string line = alert_line(alert, list, frame, latency);
    if (settings.show_alert) {
      settings.show_alert(alert, line, picture);
    } else {
      std::cout << line << '\n' << std::flush;
    }
  };
  const bool on_a_terminal = isatty(STDERR_FILENO) == 1;
  outputs.on_progress = [&gate, on_a_terminal](const pipeline::Summary& summary) {
    if (nobody_answers(summary)) gate.stop("no camera answers; check address, network and power");
    if (on_a_terminal) std::cerr << "\r\033[K" << progress_line(summary) << std::flush;
  };
  return outputs;
}

Exit exit_of(const pipeline::Summary& summary) {
  const auto gave_frame = [](const auto& camera) { return camera.ever_gave_a_frame; };
  if (std::any_of(summary.cameras.begin(), summary.cameras.end(), gave_frame)) return Exit::kDone;
  for (const auto& camera : summary.cameras) {
    if (!camera.why.empty()) std::cerr << "proviso: " << camera.why << '\n';
  }
  return summary.stop_reason == "interrupted" ? Exit::kDone : Exit::kRefused;
}

Result<Exit> run_loaded(const RunSettings& settings,
                        const Loaded& loaded,
                        const std::stop_token& stop) {
  const auto& point = loaded.statement.operating_point;
  const SystemClock clock;
  PROVISO_TRY(auto engine,
              open_engine(settings.models, point, settings.lanes, settings.cameras.size()));
  PROVISO_TRY(auto searcher, search::Searcher::create(loaded.list, settings.lanes));
  alert::Alerter alerter({.threshold = point.threshold_millionths / kMillion,
                          .shots_min = static_cast<std::size_t>(point.shots_min),
                          .repeat = std::chrono::seconds(point.repeat_s)},
                         loaded.list,
                         random_alert_id);
  quality::QualityOptions quality;
  quality.face_width_px_min = static_cast<float>(point.face_width_px_min);
  PROVISO_TRY(
      const auto gate,
      authority::Gate::open(
          loaded.statement, request_of(settings, *loaded.list, engine.models.digest), clock));
  const pipeline::Parts parts{.gate = *gate,
                              .detector = *engine.detector,
                              .embedder = *engine.embedder,
                              .searcher = *searcher,
                              .alerter = alerter,
                              .clock = clock,
                              .quality = quality};
  PROVISO_TRY(
      const auto summary,
      pipeline::run(
          parts, setups_of(settings, clock), outputs_of(settings, *loaded.list, *gate), stop));
  if (isatty(STDERR_FILENO) == 1) std::cerr << "\r\033[K";
  std::cerr << summary_text(summary);
  if (settings.as_json) std::cout << summary_line(summary) << '\n';
  return exit_of(summary);
}

}  // namespace

Exit run_under_authority(const RunSettings& settings) {
  if (!settings.pictures.empty()) {
    std::error_code error;
    std::filesystem::create_directories(settings.pictures, error);
  }
  auto loaded = load(settings);
  if (!loaded) return refuse(loaded.error());
  // Before there are other threads, which take over what it blocks.
  const Interruption interruption;
  const auto ran = run_loaded(settings, loaded.value(), interruption.token());
  return ran ? ran.value() : refuse(ran.error());
}

}  // namespace proviso::commands
