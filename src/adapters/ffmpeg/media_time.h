#pragma once

// The time of each frame since the first, from time stamps that may be missing, go back, or leap.
//
//   in       stamps in microseconds, in order of presentation
//   out      0 for the first frame, then always more than before: a stamp that goes back by less
//            than kStepBack gives the next millisecond; one that goes back by more, or forward by
//            more than kLeapMax, starts a new count (the media were joined, or are damaged)
//   threads  thread-bound; errors: none

#include <chrono>
#include <optional>

namespace proviso::ffmpeg {

class MediaTime {
 public:
  using microseconds = std::chrono::microseconds;

  static constexpr microseconds kStepBack = std::chrono::seconds(1);
  static constexpr microseconds kLeapMax = std::chrono::hours(24);
  static constexpr microseconds kStampMax = std::chrono::hours(24 * 366 * 100);  // Else no stamp.

  // `frame_time`: how long a frame lasts where nothing says it.
  explicit MediaTime(microseconds frame_time) : frame_time_(frame_time) {}

  microseconds next(std::optional<microseconds> stamp);

 private:
  microseconds frame_time_;
  std::optional<microseconds> base_;  // The stamp that is time 0.
  std::optional<microseconds> last_;
};

}  // namespace proviso::ffmpeg
