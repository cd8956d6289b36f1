#include "stages/track/tracker.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "stages/track/assignment.h"

namespace proviso::track {
namespace {

constexpr double kNever = 30;  // Above every cost of a pair that may be joined.
// Squared distance in standard deviations: 99.7 % of true pairs lie within (two dimensions).
constexpr double kDistanceMax = 11.8;
constexpr double kSizeDistanceMax = 9;
constexpr double kContestedWithin = 6;   // Exchanged, less likely by no more than exp(3).
constexpr double kTurningWeight = 2;     // Of a complete turn back, in the same unit.
constexpr double kDirectionMinFw = 0.3;  // A shorter way has no direction, only jitter.

// From the last observed place: how far a face that did not move as forecast may have come.
constexpr double kReachFw = 0.5;
constexpr double kReachFwPerS = 6;
constexpr double kReachFwMax = 3;
constexpr double kReachSizeRatioMax = 1.6;

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

bool is_sound(const image::RectPx& box) {
  return std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.width) &&
         std::isfinite(box.height) && box.width > 0 && box.height > 0;
}

bool is_within(const image::RectPx& region, image::PointPx point) {
  return point.x >= region.x && point.x <= region.x + region.width && point.y >= region.y &&
         point.y <= region.y + region.height;
}

double distance_px(image::PointPx a, image::PointPx b) {
  return std::hypot(static_cast<double>(a.x) - b.x, static_cast<double>(a.y) - b.y);
}

bool was_looked_at(const LookedAt& where, image::PointPx expected) {
  return where.whole || std::any_of(where.regions.begin(), where.regions.end(), [&](const auto& r) {
           return is_within(r, expected);
         });
}

}  // namespace

struct Tracker::Look {
  std::vector<std::size_t> face_of_track;  // kNobody: not seen.
  std::vector<std::size_t> track_of_face;  // kNobody: somebody new.
  std::size_t newcomers = 0;
  std::vector<bool> contested;  // Joined, but another track might as well have this face.
  std::vector<bool> missed;     // Looked for in vain.
  std::vector<bool> ends;
};

Tracker::Tracker(const TrackerOptions& options) : options_(options) {
  PROVISO_CHECK(options_.tracks_max > 0 && options_.gap_max <= options_.unlooked_max);
}

double Tracker::turning_cost(const OpenTrack& open, const detect::Face& face) {
  const image::PointPx first = open.middles.front();
  const image::PointPx last = open.middles[open.observation_count - 1];
  const image::PointPx now = image::centre(face.box);
  const double direction_min_px = kDirectionMinFw * face.box.width;
  const double before_px = distance_px(first, last);
  const double after_px = distance_px(last, now);
  if (before_px < direction_min_px || after_px < direction_min_px) return 0;
  const double dot = (last.x - first.x) * (now.x - last.x) + (last.y - first.y) * (now.y - last.y);
  const double angle = std::acos(std::clamp(dot / (before_px * after_px), -1.0, 1.0));
  return kTurningWeight * angle / std::numbers::pi;
}

// Minus twice the log likelihood that the track gave this face, up to a constant.
double Tracker::likeness_cost(const OpenTrack& open,
                              const BoxMotion::Forecast& expected,
                              const detect::Face& face) {
  const image::PointPx there = image::centre(expected.box);
  const image::PointPx here = image::centre(face.box);
  const double dx = static_cast<double>(here.x) - there.x;
  const double dy = static_cast<double>(here.y) - there.y;
  const double distance = dx * dx / expected.x_variance_px2 + dy * dy / expected.y_variance_px2;
  const double growth = std::log(static_cast<double>(face.box.width) / expected.box.width);
  const double size_distance = growth * growth / expected.log_width_variance;
  if (distance > kDistanceMax || size_distance > kSizeDistanceMax) return kNever;
  const double width_px2 = static_cast<double>(expected.box.width) * expected.box.width;
  // A track that knows its place well has more right to a face there than one that hardly does.
  const double spread =
      std::log(expected.x_variance_px2 / width_px2) + std::log(expected.y_variance_px2 / width_px2);
  return std::min(distance + size_distance + spread + turning_cost(open, face), kNever - 1);
}

double Tracker::recovery_cost(const OpenTrack& open, double seconds, const detect::Face& face) {
  const image::RectPx& last = open.track.last_face.box;
  const double reach_fw = std::min(kReachFw + kReachFwPerS * seconds, kReachFwMax);
  const double distance_fw = distance_px(image::centre(last), image::centre(face.box)) / last.width;
  const double growth = std::abs(std::log(static_cast<double>(face.box.width) / last.width));
  if (distance_fw > reach_fw || growth > std::log(kReachSizeRatioMax)) return kNever;
  return distance_fw / reach_fw;
}

Tracker::Forecasts Tracker::forecasts(WallTime at) const {
  Forecasts expected;
  expected.reserve(open_.size());
  for (const OpenTrack& open : open_) {
    expected.push_back(open.motion.forecast(seconds_between(open.track.last_seen, at)));
  }
  return expected;
}

Tracker::Look Tracker::associate(WallTime at,
                                 std::span<const detect::Face> faces,
                                 std::span<const BoxMotion::Forecast> expected) const {
  Look look{.face_of_track = std::vector<std::size_t>(open_.size(), kNobody),
            .track_of_face = std::vector<std::size_t>(faces.size(), kNobody),
            .newcomers = faces.size(),
            .contested = std::vector<bool>(open_.size(), false),
            .missed = std::vector<bool>(open_.size(), false),
            .ends = std::vector<bool>(open_.size(), false)};
  for (const bool recovering : {false, true}) {
    CostMatrix costs(open_.size(), faces.size(), kNever);
    for (std::size_t t = 0; t < open_.size(); ++t) {
      const OpenTrack& open = open_[t];
      const WallTime last_seen = open.track.last_seen;
      if (look.face_of_track[t] != kNobody || is_over(last_seen, open.looks_missed > 0, at)) {
        continue;
      }
      for (std::size_t f = 0; f < faces.size(); ++f) {
        if (look.track_of_face[f] != kNobody) continue;
        costs.at(t, f) = recovering ? recovery_cost(open, seconds_between(last_seen, at), faces[f])
                                    : likeness_cost(open, expected[t], faces[f]);
      }
    }
    const std::vector<std::size_t> assigned = least_cost_assignment(costs);
    for (std::size_t t = 0; t < open_.size(); ++t) {
      if (assigned[t] == kNobody || costs.at(t, assigned[t]) >= kNever) continue;
      look.face_of_track[t] = assigned[t];
      look.track_of_face[assigned[t]] = t;
      --look.newcomers;
    }
    mark_contested(costs, look);
    if (look.newcomers == 0) break;
  }
  return look;
}

// Two people cross, one hides the other, and the one face seen may be either's; or two faces are
// so close that exchanging them is hardly less likely.
void Tracker::mark_contested(const CostMatrix& costs, Look& look) {
  for (std::size_t t = 0; t < costs.rows; ++t) {
    const std::size_t own = look.face_of_track[t];
    if (own == kNobody) continue;
    for (std::size_t rival = 0; rival < costs.rows; ++rival) {
      if (rival == t || costs.at(rival, own) >= kNever) continue;
      const std::size_t others = look.face_of_track[rival];
      double as_joined = costs.at(t, own);
      double exchanged = costs.at(rival, own);
      if (others != kNobody) {
        as_joined += costs.at(rival, others);
        exchanged += costs.at(t, others);
      }
      if (exchanged - as_joined < kContestedWithin) look.contested[t] = true;
    }
  }
}

void Tracker::judge_unseen(WallTime at,
                           const LookedAt& where,
                           std::span<const BoxMotion::Forecast> expected,
                           Look& look) const {
  for (std::size_t t = 0; t < open_.size(); ++t) {
    if (look.face_of_track[t] != kNobody) continue;
    look.missed[t] = was_looked_at(where, image::centre(expected[t].box));
    look.ends[t] =
        is_over(open_[t].track.last_seen, look.missed[t] || open_[t].looks_missed > 0, at);
  }
}

bool Tracker::is_over(WallTime last_seen, bool was_missed, WallTime at) const {
  const auto unseen = at - last_seen;
  return (was_missed && unseen > options_.gap_max) || unseen > options_.unlooked_max;
}

void Tracker::join(OpenTrack& open, WallTime at, const detect::Face& face, bool contested) {
  open.motion.observe(
      face.box, seconds_between(open.track.last_seen, at), open.looks_missed, contested);
  open.looks_missed = 0;
  open.track.last_seen = at;
  open.track.last_face = face;
  ++open.track.sightings;
  open.track.contested = contested;
  if (open.observation_count == open.middles.size()) {
    std::shift_left(open.middles.begin(), open.middles.end(), 1);
    --open.observation_count;
  }
  open.middles[open.observation_count++] = image::centre(face.box);
}

TrackId Tracker::start(WallTime at, const detect::Face& face) {
  const TrackId id{next_id_++};
  open_.push_back({.track = {.id = id,
                             .first_seen = at,
                             .last_seen = at,
                             .last_face = face,
                             .predicted_box = face.box,
                             .sightings = 1},
                   .motion = BoxMotion(face.box),
                   .middles = {image::centre(face.box)}});
  return id;
}

void Tracker::close(const std::vector<bool>& ends) {
  std::size_t kept = 0;
  for (std::size_t t = 0; t < open_.size(); ++t) {
    if (t < ends.size() && ends[t]) {
      closed_.push_back(open_[t].track);
    } else {
      open_[kept++] = open_[t];
    }
  }
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(kept), open_.end());
}

Result<std::vector<TrackId>> Tracker::update(WallTime captured_at,
                                             std::span<const detect::Face> faces,
                                             const LookedAt& where) {
  for (const detect::Face& face : faces) PROVISO_CHECK(is_sound(face.box));
  if (captured_at < last_look_) {
    return Error{ErrorCode::kInvalidInput,
                 concat("track: a look from ",
                        to_rfc3339(captured_at),
                        " after one from ",
                        to_rfc3339(last_look_),
                        ", needed in order of time; if the clock was set back, close all tracks")};
  }
  if (faces.size() > options_.tracks_max) {
    return Error{ErrorCode::kOverLimit,
                 concat("track: ",
                        faces.size(),
                        " faces on one frame, at most ",
                        options_.tracks_max,
                        "; leave out the least confident")};
  }
  const Forecasts expected = forecasts(captured_at);
  Look look = associate(captured_at, faces, expected);
  judge_unseen(captured_at, where, expected, look);
  const auto ending = std::count(look.ends.begin(), look.ends.end(), true);
  const std::size_t staying = open_.size() - static_cast<std::size_t>(ending);
  if (staying + look.newcomers > options_.tracks_max) {
    return Error{ErrorCode::kOverLimit,
                 concat("track: ",
                        staying,
                        " open tracks and ",
                        look.newcomers,
                        " new faces, at most ",
                        options_.tracks_max,
                        "; point the camera at fewer people")};
  }

  last_look_ = captured_at;
  for (std::size_t t = 0; t < look.face_of_track.size(); ++t) {
    open_[t].track.predicted_box = expected[t].box;
    if (look.missed[t]) ++open_[t].looks_missed;
    if (look.face_of_track[t] != kNobody) {
      join(open_[t], captured_at, faces[look.face_of_track[t]], look.contested[t]);
    }
  }
  std::vector<TrackId> ids;
  ids.reserve(faces.size());
  for (std::size_t f = 0; f < faces.size(); ++f) {
    const std::size_t t = look.track_of_face[f];
    ids.push_back(t != kNobody ? open_[t].track.id : start(captured_at, faces[f]));
  }
  close(look.ends);
  return ids;
}

std::vector<Expected> Tracker::predict(WallTime at) const {
  std::vector<Expected> expected;
  expected.reserve(open_.size());
  for (const OpenTrack& open : open_) {
    expected.push_back({.id = open.track.id,
                        .box = open.motion.forecast(seconds_between(open.track.last_seen, at)).box,
                        .sightings = open.track.sightings});
  }
  return expected;
}

std::vector<Track> Tracker::take_closed() {
  return std::exchange(closed_, {});
}

void Tracker::close_all() {
  for (const OpenTrack& open : open_) closed_.push_back(open.track);
  open_.clear();
  last_look_ = WallTime::min();
}

const Track* Tracker::find(TrackId id) const {
  const auto found = std::find_if(
      open_.begin(), open_.end(), [&](const OpenTrack& open) { return open.track.id == id; });
  return found == open_.end() ? nullptr : &found->track;
}

}  // namespace proviso::track
