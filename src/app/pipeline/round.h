#pragma once

// One round: the next frame of each camera that has one, taken through the steps side by side.
// Each step is one call of app/pipeline/pipeline.cpp and reads what the step before it left.
//
// Threads: of the rounds thread alone. Errors: kUnavailable if the models cannot run; a frame that
// the gate refuses is counted and goes no further.

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "app/pipeline/camera_lane.h"
#include "app/pipeline/pipeline.h"
#include "app/pipeline/quality_floor.h"
#include "safeguards/authority/permit.h"
#include "stages/video/frame.h"

namespace proviso::pipeline {

class Round {
 public:
  Round(const Parts& parts, const Outputs& outputs, Summary& summary)
      : parts_(parts),
        outputs_(outputs),
        summary_(summary),
        floor_(quality_floor(parts.gate.authority().policy())) {}

  bool take_frames(std::span<const std::unique_ptr<CameraLane>> lanes);
  Status detect();
  Status track();
  void assess();
  Status embed();
  Status search();
  void alert();
  void review();

 private:
  struct Look {
    CameraLane* lane;
    video::Frame frame;
    authority::LivePermit permit;
    detect::Plan plan;
    std::vector<detect::Face> faces;
    std::vector<track::TrackId> ids;
  };
  struct Shot {
    Look* look;
    std::size_t face;
    Person* person;
    quality::Assessment assessment;
  };
  struct Found {
    Shot shot;
    std::vector<search::Candidate> candidates;
    std::vector<std::vector<double>> shot_scores;
  };
  struct Decision {
    Look* look;
    alert::Alert alert;
  };

  void admit(CameraLane& lane, video::Frame frame);
  std::vector<std::vector<double>> scores_of_shots(
      const Person& person, std::span<const search::Candidate> candidates) const;

  const Parts& parts_;
  const Outputs& outputs_;
  Summary& summary_;
  const quality::QualityOptions floor_;
  std::deque<Look> looks_;  // A deque: shots point into it.
  std::vector<Shot> shots_;
  std::vector<Found> found_;
  std::vector<Decision> decisions_;
};

}  // namespace proviso::pipeline
