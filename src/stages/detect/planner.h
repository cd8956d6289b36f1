#pragma once

// Decides, frame by frame, where the detector looks, so that cost follows people and not frames.
//
//   in   the frame's time, whether anything moves on it, and the known faces with what they need
//   out  a sweep of the whole frame, looks near known faces, or nothing
//
//   sweep    on the first frame; every sweep_moving while something moves; every sweep_still
//            otherwise, so that a still picture delays a new face by no more than that
//   near     a face that still wants shots, every near_wanted; another, every near_settled
//   instead  where a sweep costs no more than the near looks that are due (small pictures), it is
//            taken in their place
//
// Threads: thread-bound, one per camera. Errors: none; frames come in order of capture time.

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "base/core/clock.h"
#include "base/image/geometry.h"

namespace proviso::detect {

struct PlannerOptions {
  // Measured on one core: a sweep of 960x544 18 ms, a near look 1.2 ms, decoding 1080p 5 ms a
  // frame.
  std::chrono::milliseconds sweep_moving{400};
  std::chrono::milliseconds sweep_still{2000};
  std::chrono::milliseconds near_wanted{80};
  std::chrono::milliseconds near_settled{320};
  std::chrono::milliseconds phase{0};  // Delays the second sweep, so that cameras take turns.
};

struct KnownFace {
  image::RectPx expected_box;
  WallTime last_seen;
  bool wants_shots = false;
};

struct Plan {
  bool sweep = false;
  std::vector<image::RectPx> near;
  bool is_nothing() const { return !sweep && near.empty(); }
};

class Planner {
 public:
  explicit Planner(PlannerOptions options) : options_(options) {}

  // `sweep_input` is the network input of a sweep over this frame.
  Plan plan(WallTime captured_at,
            bool is_moving,
            image::SizePx sweep_input,
            std::span<const KnownFace> known);

 private:
  PlannerOptions options_;
  std::optional<WallTime> last_sweep_;
  std::optional<WallTime> last_near_;
  bool is_first_interval_ = true;
};

}  // namespace proviso::detect
