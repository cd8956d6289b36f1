#pragma once

// What is known of one camera, for people: connecting, online, offline or ended.
//
//   offline  no frame for kOfflineAfter, whether it never gave one or stopped giving
//   ended    a recording that was read to its end, or a source that can never give a frame
//
// Threads: thread-safe. Time comes in as a parameter. Errors: none.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/core/clock.h"

namespace proviso::video {

enum class Condition : std::uint8_t { kConnecting, kOnline, kOffline, kEnded };

std::string_view to_string(Condition condition);

class CameraState {
 public:
  static constexpr std::chrono::seconds kOfflineAfter{20};

  explicit CameraState(MonotonicTime now) : since_(now) {}

  void frame_came(MonotonicTime now);
  void failed(std::string why);  // Why the last try failed; kept until a frame comes.
  void ended(std::string why);   // Final; `why` may be empty.

  Condition condition(MonotonicTime now) const;
  std::string why() const;

 private:
  mutable std::mutex mutex_;
  MonotonicTime since_;  // Of the last frame, or of the start.
  bool has_frame_ = false;
  bool ended_ = false;
  std::string why_;
};

}  // namespace proviso::video
