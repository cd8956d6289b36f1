#pragma once

// The product of the `track` stage: one person over the frames of one camera.
//
// A track belongs to one camera and one deployment; its id is never reused, and it is never
// re-identified elsewhere.

#include <cstdint>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/image/geometry.h"
#include "stages/detect/face.h"

namespace proviso::track {

struct TrackId {
  std::uint64_t value = 0;
  friend auto operator<=>(TrackId, TrackId) = default;
};

struct Track {
  TrackId id;
  WallTime first_seen;
  WallTime last_seen;
  detect::Face last_face;       // As detected on the frame of last_seen.
  image::RectPx predicted_box;  // Where the motion model expects it on the frame just given.
  std::uint32_t sightings = 0;  // Detections joined so far.
  // At last sight another track might as well have had this face, as when two people cross: a shot
  // of it could be of the other person.
  bool contested = false;
};

}  // namespace proviso::track
