#include "adapters/ffmpeg/media_time.h"

namespace proviso::ffmpeg {

std::chrono::microseconds MediaTime::next(std::optional<microseconds> stamp) {
  if (stamp && (*stamp > kStampMax || *stamp < -kStampMax)) stamp.reset();
  microseconds time = last_ ? *last_ + frame_time_ : microseconds{0};
  if (stamp && base_ && last_) {
    const microseconds stamped = *stamp - *base_;
    const bool is_joined = stamped < *last_ - kStepBack || stamped > *last_ + kLeapMax;
    if (is_joined) {
      base_ = *stamp - time;
    } else {
      time = stamped > *last_ ? stamped : *last_ + std::chrono::milliseconds(1);
    }
  } else if (stamp) {
    base_ = *stamp - time;
  }
  last_ = time;
  return time;
}

}  // namespace proviso::ffmpeg
