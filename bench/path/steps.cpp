// Where the time of the path goes: the pipeline's own rounds over a clip, one after another, with
// the decoder held until a frame is asked for, so that all processor time between two moments
// belongs to the step between them.
//
//   bench_steps SITE AUTHORITY LIST MODELS LANES REPEATS
//
//   in   a started deployment whose first camera is the recording; it is played REPEATS + 1 times
//   out  one JSON line a repeat (the first play warms up and is left out), then one for the gate

#include <array>
#include <filesystem>
#include <iostream>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "adapters/ffmpeg/source.h"
#include "app/commands/camera_argument.h"
#include "app/commands/engine.h"
#include "app/pipeline/round.h"
#include "app/site/run_watch.h"
#include "app/site/standing.h"
#include "base/core/concat.h"
#include "base/core/signal.h"
#include "base/crypto/digest.h"
#include "base/json/line.h"
#include "bench/path/stopwatch.h"

namespace proviso::bench {
namespace {

constexpr std::chrono::seconds kFrameDeadline{10};
constexpr int kGateCalls = 100'000;
constexpr int kLooks = 200;

// Gives a frame only when step() was called, and keeps the pixels of the last one.
class SteppedSource : public video::Source {
 public:
  struct Steps {
    std::counting_semaphore<> allowed{0};
    std::optional<video::Frame> last;  // Read only while the camera's thread waits.
  };
  SteppedSource(std::unique_ptr<video::Source> inner, Steps& steps)
      : inner_(std::move(inner)), steps_(steps) {}

  Result<std::variant<video::Frame, video::EndOfStream>> next() override {
    steps_.allowed.acquire();
    auto next = inner_->next();
    if (next) {
      if (const auto* frame = std::get_if<video::Frame>(&next.value())) steps_.last = *frame;
    }
    return next;
  }
  void interrupt() override {
    inner_->interrupt();
    steps_.allowed.release();
  }
  std::string peer_state() const override { return inner_->peer_state(); }

 private:
  std::unique_ptr<video::Source> inner_;
  Steps& steps_;
};

enum Step : std::uint8_t {
  kDecode,
  kAdmitMotionPlan,
  kSweep,
  kNearLooks,
  kTrack,
  kQuality,
  kEmbed,
  kSearch,
  kAlert,
  kForget,
  kMotionAlone,  // Part of kAdmitMotionPlan, measured by itself.
  kStepCount,
};
constexpr std::array<const char*, kStepCount> kStepNames{"decode",
                                                         "admit_motion_plan",
                                                         "sweeps",
                                                         "near_looks",
                                                         "track",
                                                         "quality",
                                                         "embed",
                                                         "search",
                                                         "alert",
                                                         "forget",
                                                         "motion_alone"};

struct Bench {
  const SystemClock clock;
  std::optional<site::Site> site;
  std::unique_ptr<audit::Journal> journal;
  std::shared_ptr<const authority::WrittenAuthority> authority;
  commands::Engine engine;
  std::unique_ptr<search::Searcher> searcher;
  std::shared_ptr<const watchlist::SealedList> list;
  std::unique_ptr<authority::Gate> gate;
  std::unique_ptr<site::RunWatch> watch;
};

struct Files {
  std::string site;
  std::string authority;
  std::string list;
  std::string models;
};

alert::AlerterOptions alerter_options(const authority::OperatingPoint& point) {
  constexpr double kMillion = 1e6;
  return {.threshold = point.threshold_millionths / kMillion,
          .shots_min = static_cast<std::size_t>(point.shots_min),
          .repeat = std::chrono::seconds(point.repeat_s)};
}

Status open_authority(const Files& files, Bench& bench) {
  PROVISO_TRY(auto site, site::Site::open(files.site));
  bench.site.emplace(std::move(site));
  PROVISO_TRY(bench.journal, audit::Journal::open(bench.site->log_folder(), bench.clock));
  PROVISO_TRY(const auto note, site::read_authority(files.authority));
  PROVISO_TRY(auto policy, site::read_policy(*bench.site));
  PROVISO_TRY(const auto officers, bench.site->read_register(bench.clock.wall()));
  PROVISO_TRY(
      bench.authority,
      authority::WrittenAuthority::verify(note, officers, std::move(policy), bench.clock.wall()));
  PROVISO_TRY(bench.watch,
              site::RunWatch::open(
                  *bench.site, files.authority, bench.authority, *bench.journal, bench.clock));
  return Done{};
}

Status open(const Files& files, std::size_t lanes, Bench& bench) {
  PROVISO_TRY(bench.list, watchlist::SealedList::load(files.list));
  PROVISO_TRY_DONE(open_authority(files, bench));
  PROVISO_TRY(bench.engine,
              commands::open_engine(files.models, bench.authority->operating_point(), lanes, 1));
  PROVISO_TRY(bench.searcher, search::Searcher::create(bench.list, lanes));
  const authority::AuthorisedCamera& camera = bench.authority->statement().cameras.front();
  PROVISO_TRY(const auto circumstances, bench.watch->circumstances());
  PROVISO_TRY(bench.gate,
              authority::Gate::open(
                  bench.authority,
                  {.cameras = {{.id = camera.id, .kind = camera.kind, .address = camera.address}},
                   .watchlist = *bench.list,
                   .model_pack = bench.engine.models.digest,
                   .precision = bench.engine.models.precision},
                  circumstances,
                  bench.clock));
  PROVISO_TRY_DONE(bench.watch->begin(*bench.gate));
  bench.watch->keep_looking();
  return Done{};
}

// One play of the recording.
class Play {
 public:
  Play(Bench& bench, alert::Alerter& alerter)
      : parts_{.gate = *bench.gate,
               .detector = *bench.engine.detector,
               .embedder = *bench.engine.embedder,
               .searcher = *bench.searcher,
               .alerter = alerter,
               .clock = bench.clock},
        camera_(bench.gate->statement().cameras.front()),
        feed_(
            camera_.id,
            [this](const auto&...) { return open_source(); },
            {.pace = kPace},
            bench.clock,
            signal_) {
    outputs_.on_alert = [](const auto&, const auto&, const auto&) { return true; };
    lanes_.push_back(std::make_unique<pipeline::CameraLane>(
        feed_, camera_.zone, detect::PlannerOptions{}, embed::ShotSetOptions{}));
  }

  Result<json::Line> run() {
    feed_.start();
    Stopwatch whole;
    while (true) {
      PROVISO_TRY(const bool went_on, round());
      if (!went_on) break;
    }
    whole_ = whole.lap();
    lanes_.front()->forget_everybody(parts_.alerter);
    parts_.embedder.wipe();
    return line();
  }

 private:
  static constexpr auto kPace = pipeline::Pace::kFullSpeed;
  pipeline::CameraLane& lane() { return *lanes_.front(); }

  Result<std::unique_ptr<video::Source>> open_source() {
    PROVISO_TRY(const auto address, video::Address::parse(camera_.address));
    PROVISO_TRY(auto inner, ffmpeg::open(address, {.camera = camera_.id}, parts_.clock));
    return std::unique_ptr<video::Source>(
        std::make_unique<SteppedSource>(std::move(inner), steps_));
  }

  // False when the recording has ended.
  Result<bool> round() {
    Stopwatch watch;
    const auto seen = signal_.generation();
    steps_.allowed.release();
    signal_.wait_past(seen, std::chrono::steady_clock::now() + kFrameDeadline);
    spent_[kDecode] += watch.lap();
    pipeline::Round round(parts_, outputs_, summary_);
    const auto sweeps = lane().counts.sweeps;
    const auto near_looks = lane().counts.near_looks;
    const bool any = round.take_frames(lanes_);
    spent_[kAdmitMotionPlan] += watch.lap();
    if (!any) return !feed_.finished();
    motion_.moves(steps_.last->pixels);
    spent_[kMotionAlone] += watch.lap();
    PROVISO_TRY_DONE(round.detect());
    const Spent detecting = watch.lap();
    if (lane().counts.sweeps > sweeps) spent_[kSweep] += detecting;
    if (lane().counts.near_looks > near_looks) spent_[kNearLooks] += detecting;
    PROVISO_TRY_DONE(round.track());
    spent_[kTrack] += watch.lap();
    round.assess();
    spent_[kQuality] += watch.lap();
    PROVISO_TRY_DONE(round.embed());
    spent_[kEmbed] += watch.lap();
    PROVISO_TRY_DONE(round.search());
    spent_[kSearch] += watch.lap();
    round.alert();
    round.review();
    spent_[kAlert] += watch.lap();
    lane().forget_those_who_left(parts_.clock.monotonic(), parts_.alerter);
    spent_[kForget] += watch.lap();
    return true;
  }

  json::Line line() {
    json::Line cpu;
    json::Line wall;
    for (std::size_t step = 0; step < kStepCount; ++step) {
      cpu.fixed(kStepNames.at(step), spent_.at(step).cpu_ms, 3);
      wall.fixed(kStepNames.at(step), spent_.at(step).wall_ms, 3);
    }
    const auto& counts = lane().counts;
    const auto whole = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
    json::Line line;
    line.integer("frames", whole(counts.frames))
        .integer("sweeps", whole(counts.sweeps))
        .integer("frames_with_near_looks", whole(counts.near_looks))
        .integer("faces_seen", whole(counts.faces_seen))
        .integer("embeddings", whole(counts.embeddings))
        .integer("comparisons", whole(counts.comparisons))
        .integer("alerts", whole(counts.alerts))
        .object("cpu_ms", cpu)
        .object("wall_ms", wall)
        .fixed("whole_cpu_ms", whole_.cpu_ms, 3)
        .fixed("whole_wall_ms", whole_.wall_ms, 3);
    return line;
  }

  const pipeline::Parts parts_;
  const authority::AuthorisedCamera& camera_;
  Signal signal_;
  SteppedSource::Steps steps_;
  pipeline::CameraFeed feed_;
  pipeline::Outputs outputs_;
  pipeline::Summary summary_;
  std::vector<std::unique_ptr<pipeline::CameraLane>> lanes_;
  detect::Motion motion_;
  std::array<Spent, kStepCount> spent_{};
  Spent whole_;
};

Result<json::Line> time_gate(Bench& bench) {
  const authority::Gate& gate = *bench.gate;
  const authority::FrameKey key{.camera = gate.statement().cameras.front().id,
                                .sequence = 1,
                                .captured_at = bench.clock.wall()};
  PROVISO_TRY(const auto permit, gate.admit(key));
  Stopwatch watch;
  for (int n = 0; n < kGateCalls; ++n) PROVISO_CHECK(gate.admit(key).has_value());
  const Spent admitting = watch.lap();
  for (int n = 0; n < kGateCalls; ++n) PROVISO_CHECK(gate.confirm(permit).has_value());
  const Spent confirming = watch.lap();
  PROVISO_TRY_DONE(bench.watch->end());
  watch.lap();
  for (int n = 0; n < kLooks; ++n) bench.watch->look();
  const Spent looking = watch.lap();
  json::Line line;
  line.integer("calls", kGateCalls)
      .fixed("admit_us", admitting.cpu_ms * 1e3 / kGateCalls, 4)
      .fixed("confirm_us", confirming.cpu_ms * 1e3 / kGateCalls, 4)
      .integer("looks", kLooks)
      .fixed("look_us", looking.cpu_ms * 1e3 / kLooks, 2)
      .integer("looks_a_second", std::chrono::seconds(1) / site::kLookEvery);
  return line;
}

Status run(const Files& files, std::size_t lanes, int repeats) {
  PROVISO_TRY_DONE(crypto::start());
  Bench bench;
  PROVISO_TRY_DONE(open(files, lanes, bench));
  std::uint64_t alerts = 0;
  for (int repeat = 0; repeat <= repeats; ++repeat) {
    alert::Alerter alerter(
        alerter_options(bench.authority->operating_point()), bench.list, [&alerts] {
          return AlertId::parse(concat("alert-", ++alerts)).value();
        });
    Play play(bench, alerter);
    PROVISO_TRY(const auto line, play.run());
    if (repeat > 0) std::cout << line.text() << '\n' << std::flush;
  }
  PROVISO_TRY(const auto gate, time_gate(bench));
  std::cout << gate.text() << '\n';
  return Done{};
}

}  // namespace
}  // namespace proviso::bench

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: bench_steps SITE AUTHORITY LIST MODELS LANES REPEATS\n";
    return 2;
  }
  const auto ran = proviso::bench::run(
      {argv[1], argv[2], argv[3], argv[4]}, std::stoul(argv[5]), std::stoi(argv[6]));
  if (!ran) {
    std::cerr << "bench_steps: " << ran.error().message << '\n';
    return 1;
  }
  return 0;
}
