#include "base/core/signal.h"

namespace proviso {

void Signal::raise() {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
  }
  raised_.notify_all();
}

std::uint64_t Signal::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

std::uint64_t Signal::wait_past(std::uint64_t seen,
                                std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  raised_.wait_until(lock, deadline, [&] { return generation_ != seen; });
  return generation_;
}

}  // namespace proviso
