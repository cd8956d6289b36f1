#pragma once

// The `track` stage: joins the faces of successive looks at one camera into tracks, so that a
// person who walks past is searched for once and not on every frame.
//
//   in       detect::Face, one span per look, looks in order of capture time, 40 to 520 ms apart
//            and uneven; whether the look was at the whole frame or only around known faces
//   out      a TrackId per face; a face that starts a track gets a new one
//   closing  a track that was looked for in vain and is unseen for longer than gap_max is closed.
//            Where nobody looked, nothing was missed: such a track stays, up to unlooked_max.
//   errors   kInvalidInput for a look from the past, kOverLimit over tracks_max; the tracker is
//            then as it was before. A box without area or that is not finite is a broken promise.
//   threads  thread-bound: one Tracker per camera
//   cost     O(tracks^2 x faces) at most, both within tracks_max
//   method   OC-SORT family (Cao et al., CVPR 2023). Faces move by more than their width between
//            looks, where overlap says nothing: a pair costs its distance from the forecast in
//            standard deviations, which grow with the time since the last look, plus change of
//            size, plus turning away from the direction last observed (OC-SORT's momentum); least
//            total cost. What is left is tried from the last observed places (its recovery).
//   crossing who is whose on the looks where two people hide each other cannot be known: those
//            sightings are marked contested (track.h), and ids hold from before to after. Measured
//            in tracker_test.cpp, with the range of speeds in which it holds.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/image/geometry.h"
#include "stages/detect/face.h"
#include "stages/track/assignment.h"
#include "stages/track/box_motion.h"
#include "stages/track/track.h"

namespace proviso::track {

struct TrackerOptions {
  std::chrono::milliseconds gap_max{1000};       // How long a face may be hidden.
  std::chrono::milliseconds unlooked_max{3000};  // Longer than the longest time between sweeps.
  std::size_t tracks_max = 256;                  // Open at once; one more is kOverLimit.
};

// Which part of the frame a look was at.
struct LookedAt {
  bool whole = true;
  std::span<const image::RectPx> regions;  // Where not whole: the expected boxes looked near.
};

struct Expected {
  TrackId id;
  image::RectPx box;
  std::uint32_t sightings = 0;
};

class Tracker {
 public:
  explicit Tracker(const TrackerOptions& options);

  // One id for each of `faces`, in their order.
  Result<std::vector<TrackId>> update(WallTime captured_at,
                                      std::span<const detect::Face> faces,
                                      const LookedAt& where);

  // Where each open track is expected at that time, for the detector's near looks.
  std::vector<Expected> predict(WallTime at) const;

  // The tracks closed since the last call, in order of closing. The caller takes them after every
  // update: what belongs to a closed track is wiped.
  std::vector<Track> take_closed();

  // Closes every track, and forgets the time of the last look: at the end of a run, and after the
  // clock was set back. Ids go on and are never used twice.
  void close_all();

  std::size_t open_count() const { return open_.size(); }
  const Track* find(TrackId id) const;  // Null unless open.

 private:
  struct OpenTrack {
    Track track;
    BoxMotion motion;
    // Where it was last seen, oldest first: the direction of this way is the track's momentum.
    std::array<image::PointPx, 3> middles;
    std::size_t observation_count = 1;
    int looks_missed = 0;  // Since it was last seen.
  };
  struct Look;  // What one look says of each open track and each face.
  using Forecasts = std::vector<BoxMotion::Forecast>;

  Forecasts forecasts(WallTime at) const;
  Look associate(WallTime at,
                 std::span<const detect::Face> faces,
                 std::span<const BoxMotion::Forecast> expected) const;
  void judge_unseen(WallTime at,
                    const LookedAt& where,
                    std::span<const BoxMotion::Forecast> expected,
                    Look& look) const;
  bool is_over(WallTime last_seen, bool was_missed, WallTime at) const;
  static void join(OpenTrack& open, WallTime at, const detect::Face& face, bool contested);
  static void mark_contested(const CostMatrix& costs, Look& look);
  TrackId start(WallTime at, const detect::Face& face);
  void close(const std::vector<bool>& ends);
  static double turning_cost(const OpenTrack& open, const detect::Face& face);
  static double likeness_cost(const OpenTrack& open,
                              const BoxMotion::Forecast& expected,
                              const detect::Face& face);
  static double recovery_cost(const OpenTrack& open, double seconds, const detect::Face& face);

  TrackerOptions options_;
  std::vector<OpenTrack> open_;
  std::vector<Track> closed_;
  std::uint64_t next_id_ = 1;
  WallTime last_look_ = WallTime::min();
};

}  // namespace proviso::track
