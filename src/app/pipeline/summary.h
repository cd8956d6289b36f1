#pragma once

// What a run counted, per camera and in all: plain values that app/pipeline fills and
// app/commands prints. "Faces seen" are tracks: a person who walks past counts once.
//
// Threads: values. Limit: latencies are kept for the first kLatenciesMax alerts.

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/core/id.h"
#include "stages/quality/assessment.h"

namespace proviso::pipeline {

struct CameraSummary {
  explicit CameraSummary(CameraId of) : camera(std::move(of)) {}

  CameraId camera;
  std::string state;       // "online", "offline", "ended", ... as stages/video names them.
  std::string why;         // Why it is offline or ended; empty where nothing is wrong.
  std::string peer_state;  // Whether the camera is authenticated.
  std::vector<std::string> warnings;
  bool ever_gave_a_frame = false;
  std::uint64_t frames = 0;           // Decoded and admitted.
  std::uint64_t frames_dropped = 0;   // Oldest of a full queue, because models were busy.
  std::uint64_t frames_left_out = 0;  // Before decoding, while frames were dropped or late.
  std::uint64_t frames_refused = 0;   // Not admitted by the gate.
  std::uint64_t sweeps = 0;           // Looks at the whole frame.
  std::uint64_t near_looks = 0;       // Looks around a known face.
  std::uint64_t faces_seen = 0;       // Tracks.
  std::uint64_t compared = 0;         // Tracks searched for at least once.
  std::uint64_t comparisons = 0;      // Searches.
  std::uint64_t embeddings = 0;
  std::uint64_t stale = 0;  // Shots wiped because the gate had changed since their permit.
  std::uint64_t shed = 0;   // Shots left out because a bound was reached.
  std::uint64_t alerts = 0;
  std::uint64_t updates = 0;
  std::uint64_t withheld = 0;  // Alerts that have not left, because they could not be journalled.
  // Tracks never compared, by the reason of their best look.
  std::array<std::uint64_t, quality::kReasonCount> not_compared{};
};

struct Latency {
  std::chrono::microseconds from_capture;  // Of the frame that completed the decision.
  std::chrono::microseconds from_first_usable;
};

inline constexpr std::size_t kLatenciesMax = 100'000;

struct Summary {
  std::vector<CameraSummary> cameras;
  std::vector<Latency> latencies;
  std::string stop_rule;         // "sources-ended", "interrupted", or the gate's.
  std::string stop_reason;       // The same for people.
  std::string refused_rule;      // Of the last frame that the gate refused; empty: none.
  std::uint64_t inferences = 0;  // Pictures that went through a model, of faces or of whole frames.
  int face_width_px_min = 0;
  int face_width_px_looked_for = 0;  // Smaller faces are not looked for at all.
};

// Nearest-rank percentile of `values` (copied and sorted); zero when there are none.
std::chrono::microseconds percentile(std::vector<std::chrono::microseconds> values, double rank);

}  // namespace proviso::pipeline
