#pragma once

// The path of a face, put together: cameras in, alerts out, in rounds.
//
// A round takes the next frame of each camera that has one, and walks the eight steps with all of
// them side by side, so that faces of several cameras are embedded and searched in one batch, each
// under its own permit. What a step needs comes in as a part; the pipeline owns threads, queues and
// the state of each camera, and reads neither configuration nor disk.
//
//   in   parts that outlive the run, cameras, and where alerts go
//   out  on_alert for each alert in order of decision; a Summary at the end
//
// The run ends when every source has ended, when the gate closes (its reason is the summary's), or
// when `stop` is requested; pending shots are then wiped. While the gate is suspended, frames are
// counted as refused, and everybody's shots are wiped at once.
// Errors: a fault of one camera ends up in its summary; kUnavailable if the models cannot run.
// Threads: run() is the rounds thread and calls on_alert and on_progress itself (docs/threads.md).
// Limits: kCamerasMax cameras; kShotsPerRoundMax embeddings a round, kShotsUnderPressureMax while a
// camera of it leaves frames out. The rest wait for their next look, so that a crowd that arrives
// at once cannot hold up the alerts of those before it.

#include <functional>
#include <stop_token>
#include <vector>

#include "app/pipeline/camera_feed.h"
#include "app/pipeline/summary.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/image/geometry.h"
#include "safeguards/authority/gate.h"
#include "stages/alert/alert.h"
#include "stages/alert/alerter.h"
#include "stages/detect/detector.h"
#include "stages/embed/embedder.h"
#include "stages/search/searcher.h"
#include "stages/video/frame.h"

namespace proviso::pipeline {

inline constexpr std::size_t kCamerasMax = authority::Statement::kCamerasMax;
inline constexpr std::size_t kShotsPerRoundMax = 8;
inline constexpr std::size_t kShotsUnderPressureMax = 4;  // 30 ms on two lanes (ADR 0007).

struct CameraSetup {
  CameraId id;
  OpenSource open;
  FeedOptions feed;
};

struct Parts {
  authority::Gate& gate;
  detect::Detector& detector;
  embed::Embedder& embedder;
  search::Searcher& searcher;
  alert::Alerter& alerter;
  const Clock& clock;
};

struct Outputs {
  // The frame on which the decision fell, for the side-by-side picture; valid for the call.
  // Returns whether the alert has left; one that has not is raised again at the next sighting.
  std::function<bool(const alert::Alert&, const video::Frame&, const Latency&)> on_alert;
  std::function<void(const Summary&)> on_progress;  // About once a second; may be empty.
};

Result<Summary> run(const Parts& parts,
                    std::vector<CameraSetup> cameras,
                    const Outputs& outputs,
                    const std::stop_token& stop);

}  // namespace proviso::pipeline
