#pragma once

// How much of a camera's video is decoded: all of it, unless the machine cannot keep up. Pictures
// that would be dropped after decoding are better left out before it, where they cost nothing.
//
//   in     how late each frame is by its own time stamps, and whether a frame had to be dropped
//   out    the level for Source::thin(): one more at once when the camera is pressed, at most one
//          every kStep; one less after kCalm without pressure
//   late   a frame's delay is measured against the least delay of the last kWindow to twice as
//          much and since the last change of level, so that neither the camera's clock, the way to
//          it nor the decoder's own holding back counts; pressed from kLateMax on
//
// Threads: thread-bound, one per camera. Time comes in as a parameter. Errors: none.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/core/clock.h"

namespace proviso::video {

// What the decoder leaves out. A stream without such pictures (most cameras send none) is decoded
// whole at every level.
enum class Thinned : std::uint8_t {
  kNothing,
  kUnreferenced,  // Pictures that no other needs.
  kBetween,       // Those too that are predicted from a picture before and one after.
};

class Thinning {
 public:
  static constexpr std::chrono::milliseconds kLateMax{200};
  static constexpr std::chrono::milliseconds kStep{1'000};
  static constexpr std::chrono::seconds kCalm{30};
  static constexpr std::chrono::seconds kWindow{30};

  // A frame came: `now` is when, `media_time` its own time.
  void frame_came(MonotonicTime now, std::chrono::microseconds media_time);
  void frame_dropped(MonotonicTime now) { pressed(now); }
  // The stream begins anew: what was known of its delay is void, the level stays.
  void restart();

  Thinned level() const { return level_; }

 private:
  void pressed(MonotonicTime now);
  void change(Thinned level, MonotonicTime now);

  Thinned level_ = Thinned::kNothing;
  std::optional<MonotonicTime> changed_at_;
  MonotonicTime pressed_at_;
  std::optional<std::chrono::microseconds> least_before_;  // Of the window before this one.
  std::optional<std::chrono::microseconds> least_;
  MonotonicTime window_began_;
};

}  // namespace proviso::video
