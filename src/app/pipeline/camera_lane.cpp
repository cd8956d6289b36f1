#include "app/pipeline/camera_lane.h"

#include <algorithm>
#include <utility>

namespace proviso::pipeline {

Person& CameraLane::person(track::TrackId id) {
  const auto [place, is_new] = people_.try_emplace(
      id, Person{.shots = embed::ShotSet(shots_), .best = std::nullopt, .compared = false});
  if (is_new) ++counts.faces_seen;
  return place->second;
}

std::vector<detect::KnownFace> CameraLane::known_faces(WallTime now) const {
  std::vector<detect::KnownFace> known;
  for (const track::Expected& expected : tracker.predict(now)) {
    const track::Track* track = tracker.find(expected.id);
    PROVISO_CHECK(track != nullptr);  // predict() gives open tracks only.
    const auto found = people_.find(expected.id);
    const bool wants = found == people_.end() || found->second.shots.is_open();
    known.push_back(
        {.expected_box = expected.box, .last_seen = track->last_seen, .wants_shots = wants});
  }
  return known;
}

bool CameraLane::close(const std::vector<track::Track>& closed, alert::Alerter& alerter) {
  bool had_templates = false;
  for (const track::Track& track : closed) {
    const auto found = people_.find(track.id);
    if (found == people_.end()) continue;
    const Person& person = found->second;
    had_templates = had_templates || person.shots.embedded() > 0;
    if (person.compared) {
      ++counts.compared;
    } else if (person.best) {
      ++counts.not_compared.at(static_cast<std::size_t>(person.best->reason));
    }
    people_.erase(found);
    alerter.track_closed(feed.id(), track.id);
  }
  return had_templates;
}

void CameraLane::frame_came(const video::Frame& frame) {
  last_captured_at_ = frame.key.captured_at;
  last_arrived_at_ = frame.arrived_at;
}

bool CameraLane::forget_those_who_left(MonotonicTime now, alert::Alerter& alerter) {
  for (auto& [id, person] : people_) person.shots.expire(last_captured_at_);
  const bool is_silent = feed.finished() || now - last_arrived_at_ >= kSilentAfter;
  if (is_silent) tracker.close_all();
  return close(tracker.take_closed(), alerter);
}

void CameraLane::forget_everybody(alert::Alerter& alerter) {
  tracker.close_all();
  close(tracker.take_closed(), alerter);
}

CameraSummary CameraLane::summary(MonotonicTime now) const {
  CameraSummary summary = counts;
  summary.state = to_string(feed.state().condition(now));
  summary.why = feed.state().why();
  summary.peer_state = feed.peer_state();
  summary.warnings = feed.warnings();
  summary.ever_gave_a_frame = feed.ever_gave_a_frame();
  summary.frames_dropped = feed.dropped();
  summary.frames_left_out = feed.left_out();
  return summary;
}

bool CameraLane::has_templates() const {
  return std::any_of(people_.begin(), people_.end(), [](const auto& entry) {
    return entry.second.shots.size() > 0;
  });
}

}  // namespace proviso::pipeline
