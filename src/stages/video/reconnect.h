#pragma once

// When to try a camera again: after 1 s five times, 5 s five times, 10 s ten times, then every
// 60 s, also when it was down at start. A good frame starts the schedule again.
//
// Threads: thread-bound. Errors: none.

#include <chrono>
#include <cstdint>

namespace proviso::video {

class Reconnect {
 public:
  // How long to wait before the next try; each call is one failed try.
  std::chrono::seconds next_wait();
  void reset() { failures_ = 0; }

 private:
  std::uint64_t failures_ = 0;
};

}  // namespace proviso::video
