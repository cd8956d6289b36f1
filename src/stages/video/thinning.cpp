#include "stages/video/thinning.h"

#include <algorithm>

namespace proviso::video {
namespace {

Thinned raised(Thinned level) {
  return level == Thinned::kNothing ? Thinned::kUnreferenced : Thinned::kBetween;
}

Thinned lowered(Thinned level) {
  return level == Thinned::kBetween ? Thinned::kUnreferenced : Thinned::kNothing;
}

}  // namespace

void Thinning::frame_came(MonotonicTime now, std::chrono::microseconds media_time) {
  const std::chrono::microseconds delay = now.time_since_epoch() - media_time;
  if (!least_ || now - window_began_ >= kWindow) {
    least_before_ = least_;
    least_ = delay;
    window_began_ = now;
  }
  least_ = std::min(*least_, delay);
  const auto least = std::min(*least_, least_before_.value_or(*least_));
  if (delay - least >= kLateMax) pressed(now);
  const bool is_calm = changed_at_ && now - *changed_at_ >= kCalm && now - pressed_at_ >= kCalm;
  if (is_calm && level_ != Thinned::kNothing) change(lowered(level_), now);
}

void Thinning::pressed(MonotonicTime now) {
  pressed_at_ = now;
  if (level_ == Thinned::kBetween) return;
  if (changed_at_ && now - *changed_at_ < kStep) return;
  change(raised(level_), now);
}

void Thinning::change(Thinned level, MonotonicTime now) {
  level_ = level;
  changed_at_ = now;
  restart();
}

void Thinning::restart() {
  least_before_.reset();
  least_.reset();
}

}  // namespace proviso::video
