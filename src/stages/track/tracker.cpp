#include "stages/track/tracker.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace proviso::track {
namespace {

float distance_widths(const image::RectPx& a, const image::RectPx& b) {
  const image::PointPx p = image::centre(a);
  const image::PointPx q = image::centre(b);
  return std::hypot(p.x - q.x, p.y - q.y) / std::max(1.0F, std::min(a.width, b.width));
}

}  // namespace

std::vector<Tracker::Pair> Tracker::pairs(WallTime captured_at,
                                          std::span<const detect::Face> faces) const {
  std::vector<Pair> pairs;
  for (std::size_t o = 0; o < open_.size(); ++o) {
    const image::RectPx predicted = open_[o].motion.predict(captured_at);
    const float last_width = open_[o].track.last_face.box.width;
    for (std::size_t f = 0; f < faces.size(); ++f) {
      const image::RectPx& box = faces[f].box;
      const float ratio = box.width / std::max(1.0F, last_width);
      if (ratio > options_.width_ratio_max || ratio < 1 / options_.width_ratio_max) continue;
      const float overlap = image::overlap_iou(predicted, box);
      const float distance = distance_widths(predicted, box);
      // Overlap counts above 1, so that any pair that overlaps goes before one that is only near.
      if (overlap >= options_.overlap_iou_min) {
        pairs.push_back({.open = o, .face = f, .affinity = 1 + overlap});
      } else if (distance <= options_.distance_widths_max) {
        pairs.push_back({.open = o, .face = f, .affinity = 1 / (1 + distance)});
      }
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return a.affinity > b.affinity;
  });
  return pairs;
}

Result<std::vector<TrackId>> Tracker::update(WallTime captured_at,
                                             std::span<const detect::Face> faces) {
  if (captured_at < last_update_) {
    return Error{ErrorCode::kInvalidInput,
                 "track: a frame from before the last one; give frames in order of capture time"};
  }
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> open_of(faces.size(), kNone);
  std::vector<bool> taken(open_.size(), false);
  for (const Pair& pair : pairs(captured_at, faces)) {
    if (taken[pair.open] || open_of[pair.face] != kNone) continue;
    taken[pair.open] = true;
    open_of[pair.face] = pair.open;
  }
  const auto fresh = static_cast<std::size_t>(std::count(open_of.begin(), open_of.end(), kNone));
  if (open_.size() + fresh > options_.tracks_max) {
    return Error{ErrorCode::kOverLimit,
                 "track: " + std::to_string(open_.size() + fresh) +
                     " people at once, the limit is " + std::to_string(options_.tracks_max) +
                     "; narrow the zone of recognition"};
  }

  last_update_ = captured_at;
  std::vector<TrackId> ids;
  for (std::size_t f = 0; f < faces.size(); ++f) {
    const detect::Face& face = faces[f];
    if (open_of[f] == kNone) {
      const Track track{.id = {next_id_++},
                        .first_seen = captured_at,
                        .last_seen = captured_at,
                        .last_face = face,
                        .predicted_box = face.box,
                        .sightings = 1};
      open_.push_back({.track = track, .motion = MotionModel(face.box, captured_at)});
      ids.push_back(track.id);
      continue;
    }
    Open& open = open_[open_of[f]];
    open.motion.see(face.box, captured_at);
    open.track.last_seen = captured_at;
    open.track.last_face = face;
    open.track.predicted_box = face.box;
    ++open.track.sightings;
    ids.push_back(open.track.id);
  }
  return ids;
}

std::vector<Track> Tracker::take_closed(WallTime now) {
  std::vector<Track> closed;
  std::erase_if(open_, [&](const Open& open) {
    const bool is_over = now - open.track.last_seen > options_.gap_max;
    if (is_over) closed.push_back(open.track);
    return is_over;
  });
  return closed;
}

std::vector<Track> Tracker::close_all() {
  std::vector<Track> closed;
  for (const Open& open : open_) closed.push_back(open.track);
  open_.clear();
  return closed;
}

std::vector<Track> Tracker::open(WallTime now) const {
  std::vector<Track> tracks;
  for (const Open& open : open_) {
    tracks.push_back(open.track);
    if (now >= open.track.last_seen) tracks.back().predicted_box = open.motion.predict(now);
  }
  return tracks;
}

}  // namespace proviso::track
