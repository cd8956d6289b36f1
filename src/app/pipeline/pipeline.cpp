#include "app/pipeline/pipeline.h"

#include <algorithm>
#include <memory>

#include "app/pipeline/camera_lane.h"
#include "app/pipeline/round.h"
#include "base/core/signal.h"

namespace proviso::pipeline {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kIdleWait{50};  // The gate is asked at least so often.
constexpr milliseconds kProgressEvery{1000};

using Lanes = std::vector<std::unique_ptr<CameraLane>>;

// What one run is about; the rounds below share it.
struct Run {
  const Parts& parts;
  const Outputs& outputs;
  const Lanes& lanes;
  Summary summary;
};

// The path of a face. Each step takes what the step before it left.
Status walk(Round& round) {
  PROVISO_TRY_DONE(round.detect());  // Where are faces? Only on frames that the gate has admitted.
  PROVISO_TRY_DONE(round.track());   // Who is it that we saw before? So that each counts once.
  round.assess();                    // Is the face worth comparing? Below the floor it is counted.
  PROVISO_TRY_DONE(round.embed());   // Its template, in guarded memory, for the best shots only.
  PROVISO_TRY_DONE(round.search());  // Who on the list is near? The gate is asked again before.
  round.alert();                     // Does the fused score pass, and do enough shots agree?
  round.review();                    // To the people who judge; the gate is asked a last time.
  return Done{};
}

Lanes make_lanes(const Parts& parts, std::span<const std::unique_ptr<CameraFeed>> feeds) {
  const authority::OperatingPoint point = parts.gate.authority().operating_point();
  const embed::ShotSetOptions shots{
      .shots_min = static_cast<std::size_t>(point.shots_min),
      .embeddings_max = static_cast<std::size_t>(point.embeddings_per_track_max)};
  Lanes lanes;
  for (const auto& feed : feeds) {
    const authority::AuthorisedCamera* camera = parts.gate.statement().find_camera(feed->id());
    PROVISO_CHECK(camera != nullptr);  // The gate was opened for these cameras.
    detect::PlannerOptions planner;
    planner.phase =
        planner.sweep_moving * static_cast<int>(lanes.size()) / static_cast<int>(feeds.size());
    if (camera->kind == authority::CameraKind::kRecording) {
      planner.turns_from = detect::TurnsFrom::kFirstFrame;
    }
    lanes.push_back(std::make_unique<CameraLane>(*feed, camera->zone, planner, shots));
  }
  return lanes;
}

void report(Run& run) {
  run.summary.cameras.clear();
  for (const auto& lane : run.lanes) {
    run.summary.cameras.push_back(lane->summary(run.parts.clock.monotonic()));
  }
}

// Wipes those who have left. The runner forgets the last faces once nobody's template is held.
void forget(const Parts& parts, const Lanes& lanes) {
  bool any = false;
  for (const auto& lane : lanes) {
    any = lane->forget_those_who_left(parts.clock.monotonic(), parts.alerter) || any;
  }
  const auto holds = [](const auto& lane) { return lane->has_templates(); };
  if (any && std::none_of(lanes.begin(), lanes.end(), holds)) parts.embedder.wipe();
}

// While nobody may be looked at, nobody's template is held either.
void wipe_everybody(const Parts& parts, const Lanes& lanes) {
  const auto holds = [](const auto& lane) { return lane->has_templates(); };
  const bool any = std::any_of(lanes.begin(), lanes.end(), holds);
  for (const auto& lane : lanes) lane->forget_everybody(parts.alerter);
  if (any) parts.embedder.wipe();
}

authority::Cause why_stopped(const Parts& parts, bool interrupted) {
  if (interrupted) return {.rule = "interrupted", .message = "interrupted"};
  return parts.gate.closed().value_or(
      authority::Cause{.rule = "sources-ended", .message = "sources ended"});
}

Status run_rounds(Run& run, Signal& signal, const std::stop_token& stop) {
  const Parts& parts = run.parts;
  const auto finished = [](const auto& lane) { return lane->feed.finished(); };
  auto seen = signal.generation();
  MonotonicTime reported = parts.clock.monotonic();
  while (!stop.stop_requested() && !parts.gate.closed()) {
    if (parts.gate.suspended()) wipe_everybody(parts, run.lanes);
    Round round(parts, run.outputs, run.summary);
    const bool any = round.take_frames(run.lanes);  // Video: the next frame of each, admitted.
    PROVISO_TRY_DONE(walk(round));
    forget(parts, run.lanes);  // Whoever has left is wiped.
    if (run.outputs.on_progress && parts.clock.monotonic() - reported >= kProgressEvery) {
      reported = parts.clock.monotonic();
      report(run);
      run.outputs.on_progress(run.summary);
    }
    if (any) continue;
    if (std::all_of(run.lanes.begin(), run.lanes.end(), finished)) break;
    seen = signal.wait_past(seen, std::chrono::steady_clock::now() + kIdleWait);
  }
  return Done{};
}

}  // namespace

Result<Summary> run(const Parts& parts,
                    std::vector<CameraSetup> cameras,
                    const Outputs& outputs,
                    const std::stop_token& stop) {
  PROVISO_CHECK(!cameras.empty() && cameras.size() <= kCamerasMax);
  Signal signal;
  std::vector<std::unique_ptr<CameraFeed>> feeds;
  for (CameraSetup& camera : cameras) {
    feeds.push_back(std::make_unique<CameraFeed>(
        camera.id, std::move(camera.open), camera.feed, parts.clock, signal));
  }
  const Lanes lanes = make_lanes(parts, feeds);
  for (const auto& feed : feeds) feed->start();

  Run run{.parts = parts, .outputs = outputs, .lanes = lanes, .summary = {}};
  const auto& detector = parts.detector.options();
  run.summary.face_width_px_min = detector.face_width_px_min;
  run.summary.face_width_px_looked_for = detector.face_width_px_min / 2;
  const Status ran = run_rounds(run, signal, stop);
  for (const auto& feed : feeds) feed->stop();
  for (const auto& lane : lanes) lane->forget_everybody(parts.alerter);
  parts.embedder.wipe();
  if (!ran) return ran.error();
  report(run);
  const authority::Cause cause = why_stopped(parts, stop.stop_requested());
  run.summary.stop_rule = cause.rule;
  run.summary.stop_reason = cause.message;
  return std::move(run.summary);
}

}  // namespace proviso::pipeline
