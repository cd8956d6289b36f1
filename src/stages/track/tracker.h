#pragma once

// The `track` stage: joins the faces of successive looks into tracks, so that a person who walks
// past is searched for once and not on every frame.
//
//   in   the faces of one look, looks in order of capture time, at uneven intervals
//   out  one TrackId per face, in their order; a face that starts a track gets a new one
//
// A track unseen for gap_max of capture time is closed; its id is never reused.
//
//   errors   kInvalidInput for a look from the past; kOverLimit if it would need more than
//   tracks_max
//            tracks. After an error the tracker is as it was.
//   threads  thread-bound: one Tracker per camera
//   cost     O(tracks x faces) per look, both bounded
//   method   observation-centric (OC-SORT: Cao et al., CVPR 2023): a Kalman filter of constant
//            velocity on the box's centre and width, whose velocity is taken again from the two
//            sightings around a gap; greedy association of the best pairs first, by overlap with
//            the predicted box or else by distance in face widths, because between two looks a
//            walking face may move by more than its own width

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "stages/detect/face.h"
#include "stages/track/motion_model.h"
#include "stages/track/track.h"

namespace proviso::track {

struct TrackerOptions {
  float overlap_iou_min = 0.2F;      // Of the predicted box and the face.
  float distance_widths_max = 0.8F;  // Where they do not overlap enough; face widths.
  float width_ratio_max = 1.5F;      // A face does not grow by more between two looks.
  std::chrono::milliseconds gap_max{1000};
  std::size_t tracks_max = 256;
};

class Tracker {
 public:
  explicit Tracker(TrackerOptions options) : options_(options) {}

  Result<std::vector<TrackId>> update(WallTime captured_at, std::span<const detect::Face> faces);

  // Closes what was not seen for gap_max before `now`, and gives the tracks closed since last
  // asked.
  std::vector<Track> take_closed(WallTime now);
  // All that are open, for the end of a run.
  std::vector<Track> close_all();

  // The open tracks, with where each is expected at `now`.
  std::vector<Track> open(WallTime now) const;
  std::size_t open_count() const { return open_.size(); }

 private:
  struct Open {
    Track track;
    MotionModel motion;
  };
  struct Pair {
    std::size_t open;
    std::size_t face;
    float affinity;
  };
  std::vector<Pair> pairs(WallTime captured_at, std::span<const detect::Face> faces) const;

  TrackerOptions options_;
  std::vector<Open> open_;
  std::uint64_t next_id_ = 1;
  WallTime last_update_ = WallTime::min();
};

}  // namespace proviso::track
