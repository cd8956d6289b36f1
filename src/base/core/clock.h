#pragma once

// The two times of the system, and the clock that gives them as a parameter, so that a test or a
// simulation can hand in its own.
//
//   WallTime       UTC, microseconds since 1970; may be set back or forward by anybody.
//   MonotonicTime  never goes back, counts while the machine sleeps (CLOCK_BOOTTIME); no calendar.
//
// Threads: SystemClock and FakeClock are thread-safe.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace proviso {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

struct BootClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using MonotonicTime = BootClock::time_point;

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  Clock(Clock&&) = delete;
  Clock& operator=(Clock&&) = delete;
  virtual ~Clock() = default;

  virtual WallTime wall() const = 0;
  virtual MonotonicTime monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wall() const override;
  MonotonicTime monotonic() const override;
};

// Stands still until told; for tests and the seeded simulation.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(WallTime start) : wall_us_(start.time_since_epoch().count()) {}

  WallTime wall() const override;
  MonotonicTime monotonic() const override;

  void advance(std::chrono::microseconds by);    // Both times move.
  void step_wall(std::chrono::microseconds by);  // Somebody sets the clock: wall time alone.

 private:
  std::atomic<std::int64_t> wall_us_;
  std::atomic<std::int64_t> monotonic_us_{1};
};

// RFC 3339 in UTC: "2026-11-24T08:30:00Z" (whole seconds) or with six digits of fraction.
std::string to_rfc3339(WallTime time);
// Errors: kInvalidInput for anything but "YYYY-MM-DDTHH:MM:SS[.ffffff]Z" between 1970 and 2105.
Result<WallTime> parse_rfc3339(std::string_view text);

}  // namespace proviso
