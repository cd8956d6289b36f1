#pragma once

// Decides, frame by frame, where the detector looks, so that cost follows people and not frames.
//
//   in   the frame's time, whether anything moves on it, and the known faces with what they need;
//        asked of every frame, because a movement on one is remembered until the next sweep
//   out  a sweep of the whole frame, looks near known faces, or nothing
//
//   sweep    on the first frame; once a turn of sweep_moving if something moved since the last;
//            sweep_still after the last in any case, so that a movement which the gate misses
//            delays a new face by no more than that. Turns of a live camera are cut from the time
//            of day, shifted by `phase`, so that cameras with different phases never sweep together
//            for long; those of a recording from its first frame, so that it gives the same twice.
//   near     faces that still want shots, every near_wanted; the others, every near_settled unless
//            a sweep comes soon after: it shows them too. One that is hidden is looked for no
//            oftener.
//   instead  where a sweep costs no more than the near looks that are due, and these are more than
//            kNearCheap (crowds), or they are more than the detector takes, it is taken in their
//            place
//   points   a sweep's are coarse, so that a face that wants shots is looked at near first: two
//            turns do not follow each other while one does, however far apart frames are. Only a
//            sweep in place of near looks gives shots.
//
// A clock that was set back counts as a first frame.
// Threads: thread-bound, one per camera. Errors: none.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/core/clock.h"
#include "base/image/geometry.h"

namespace proviso::detect {

enum class TurnsFrom : std::uint8_t { kTimeOfDay, kFirstFrame };

struct PlannerOptions {
  // Measured on one core: a sweep of 960x544 18 ms, a near look 1.2 ms, decoding 1080p 5 ms a
  // frame, an embedding 15 ms.
  std::chrono::milliseconds sweep_moving{500};  // A walker crosses 5 face widths in it.
  std::chrono::milliseconds sweep_still{2000};
  std::chrono::milliseconds near_wanted{80};    // Every second frame at 25 a second: new pose.
  std::chrono::milliseconds near_settled{320};  // Enough to keep the track.
  std::chrono::milliseconds phase{0};           // 0 to sweep_moving; another for each camera.
  TurnsFrom turns_from = TurnsFrom::kTimeOfDay;
};

struct KnownFace {
  image::RectPx expected_box;
  WallTime last_seen;
  bool wants_shots = false;
};

inline constexpr std::size_t kNearCheap = 8;  // Near looks that are cheap on any picture.

struct Plan {
  bool sweep = false;
  bool in_place_of_near = false;  // The sweep.
  std::vector<image::RectPx> near;
  bool is_nothing() const { return !sweep && near.empty(); }
};

class Planner {
 public:
  explicit Planner(PlannerOptions options);

  // `sweep_input` is the network input of a sweep over this frame.
  Plan plan(WallTime captured_at,
            bool is_moving,
            image::SizePx sweep_input,
            std::span<const KnownFace> known);

 private:
  WallTime turn_of(WallTime time) const;  // When the turn that `time` lies in began.
  WallTime next_sweep(WallTime last_sweep) const;
  std::vector<image::RectPx> near_due(WallTime captured_at,
                                      WallTime next_sweep,
                                      std::span<const KnownFace> known);

  PlannerOptions options_;
  WallTime origin_;  // Of the turns.
  std::optional<WallTime> last_sweep_;
  WallTime last_near_wanted_;
  WallTime last_near_settled_;
  bool moved_since_sweep_ = false;
  bool last_was_turn_ = false;
};

}  // namespace proviso::detect
