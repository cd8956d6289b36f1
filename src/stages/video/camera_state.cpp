#include "stages/video/camera_state.h"

#include <utility>

#include "base/core/check.h"

namespace proviso::video {

std::string_view to_string(Condition condition) {
  switch (condition) {
    case Condition::kConnecting: return "connecting";
    case Condition::kOnline: return "online";
    case Condition::kOffline: return "offline";
    case Condition::kEnded: return "ended";
  }
  PROVISO_CHECK(false);
}

void CameraState::frame_came(MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  since_ = now;
  has_frame_ = true;
  why_.clear();
}

void CameraState::failed(std::string why) {
  const std::lock_guard lock(mutex_);
  why_ = std::move(why);
}

void CameraState::ended(std::string why) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  why_ = std::move(why);
}

Condition CameraState::condition(MonotonicTime now) const {
  const std::lock_guard lock(mutex_);
  if (ended_) return Condition::kEnded;
  if (now - since_ >= kOfflineAfter) return Condition::kOffline;
  return has_frame_ ? Condition::kOnline : Condition::kConnecting;
}

std::string CameraState::why() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

}  // namespace proviso::video
