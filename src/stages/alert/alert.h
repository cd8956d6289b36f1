#pragma once

// The product of the `alert` stage: a possible match, for people to judge. It is not an
// identification, and its score is raw: never a percentage.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/image/geometry.h"
#include "stages/track/track.h"

namespace proviso::alert {

enum class Kind : std::uint8_t {
  kNew,     // First alert of this entry, or a later one linked to an earlier by `linked_to`.
  kUpdate,  // The same entry again within repeat_s: same id, new shots, camera, time.
};

struct Alert {
  AlertId id;
  Kind kind = Kind::kNew;
  std::optional<AlertId> linked_to;
  EntryId entry;
  CameraId camera;
  track::TrackId track;
  WallTime captured_at;      // Of the frame that completed the decision.
  WallTime first_usable_at;  // Of the track's first usable shot.
  double score = 0;          // Fused.
  double threshold = 0;
  std::uint32_t shots_agreeing = 0;
  image::RectPx box;  // On the frame that completed the decision.
};

}  // namespace proviso::alert
