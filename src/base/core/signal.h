#pragma once

// Lets one thread wait until any of several producers has something for it.
//
// The consumer remembers the generation, looks at all its queues, and only then waits for the
// generation to move past what it remembered: what is raised between the look and the wait is not
// missed.
//
//   std::uint64_t seen = signal.generation();
//   while (running) {
//     for (auto& queue : queues) ...  // try_pop
//     seen = signal.wait_past(seen, deadline);
//   }
//
// Threads: thread-safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace proviso {

class Signal {
 public:
  // Moves the generation on by one and wakes everybody who waits.
  void raise();

  std::uint64_t generation() const;

  // Returns the generation as soon as it differs from `seen`, or at `deadline` whatever it is.
  std::uint64_t wait_past(std::uint64_t seen, std::chrono::steady_clock::time_point deadline);

 private:
  mutable std::mutex mutex_;
  std::condition_variable raised_;
  std::uint64_t generation_ = 0;
};

}  // namespace proviso
