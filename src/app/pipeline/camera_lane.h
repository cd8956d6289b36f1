#pragma once

// What the rounds thread keeps of one camera between two rounds: where to look, who is there, and
// their shots. Wiping a person is erasing them here.
//
// Threads: of the rounds thread alone. Errors: none.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/pipeline/camera_feed.h"
#include "app/pipeline/summary.h"
#include "stages/alert/alerter.h"
#include "stages/detect/motion.h"
#include "stages/detect/planner.h"
#include "stages/embed/shot_set.h"
#include "stages/quality/assessment.h"
#include "stages/track/tracker.h"

namespace proviso::pipeline {

struct Person {
  embed::ShotSet shots;
  std::optional<quality::Assessment> best;  // The best look so far, for the reason counted.
  bool compared = false;
};

class CameraLane {
 public:
  CameraLane(CameraFeed& of,
             const image::ZonePolygon& zone_of_recognition,
             detect::PlannerOptions planner_options,
             embed::ShotSetOptions shots)
      : feed(of),
        zone(zone_of_recognition),
        planner(planner_options),
        counts(of.id()),
        shots_(shots) {}

  Person& person(track::TrackId id);
  std::vector<detect::KnownFace> known_faces(WallTime now) const;
  void frame_came(const video::Frame& frame);
  // Wipes the people whose tracks have ended, all of them where no frame has come for kSilentAfter;
  // true if any of them had a template.
  bool forget_those_who_left(MonotonicTime now, alert::Alerter& alerter);
  void forget_everybody(alert::Alerter& alerter);
  bool has_templates() const;
  CameraSummary summary(MonotonicTime now) const;

  static constexpr std::chrono::seconds kSilentAfter{2};

  CameraFeed& feed;
  const image::ZonePolygon& zone;
  detect::Planner planner;
  detect::Motion motion;
  track::Tracker tracker{track::TrackerOptions{}};
  CameraSummary counts;

 private:
  bool close(const std::vector<track::Track>& closed, alert::Alerter& alerter);

  embed::ShotSetOptions shots_;
  WallTime last_captured_at_;
  MonotonicTime last_arrived_at_;
  std::map<track::TrackId, Person> people_;
};

}  // namespace proviso::pipeline
