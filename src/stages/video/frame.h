#pragma once

// The product of the `video` stage: one frame of one camera.
//
// captured_at is the server's clock when the frame arrived (a recording: opening time plus PTS);
// camera_time is what the camera itself said, where it said anything. Pixels are upright.
// Ownership: pixels are shared and immutable; the decoder's buffer lives until the last holder.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/image/pixels.h"
#include "safeguards/authority/permit.h"

namespace proviso::video {

struct Frame {
  authority::FrameKey key;
  std::optional<WallTime> camera_time;
  std::chrono::microseconds media_time{0};  // Since the source was opened, by its own time stamps.
  MonotonicTime arrived_at;                 // For latency.
  image::YuvImage pixels;
};

}  // namespace proviso::video
