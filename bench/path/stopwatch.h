#pragma once

// Wall time and processor time between two moments, in milliseconds.
//
// Processor time is of all threads of the process together, so the work of the networks' threads
// counts where it was asked for, provided that nothing else of the process runs meanwhile.
// Threads: values.

#include <ctime>

namespace proviso::bench {

struct Spent {
  double cpu_ms = 0;
  double wall_ms = 0;
  Spent& operator+=(const Spent& other) {
    cpu_ms += other.cpu_ms;
    wall_ms += other.wall_ms;
    return *this;
  }
};

inline double now_ms(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

class Stopwatch {
 public:
  // What was spent since the last lap, or since construction.
  Spent lap() {
    const Stopwatch now;
    const Spent spent{.cpu_ms = now.cpu_ms_ - cpu_ms_, .wall_ms = now.wall_ms_ - wall_ms_};
    *this = now;
    return spent;
  }

 private:
  double cpu_ms_ = now_ms(CLOCK_PROCESS_CPUTIME_ID);
  double wall_ms_ = now_ms(CLOCK_MONOTONIC);
};

}  // namespace proviso::bench
