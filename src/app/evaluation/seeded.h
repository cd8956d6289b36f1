#pragma once

// Random numbers that are the same on every machine: SplitMix64 (Steele et al., OOPSLA 2014), whose
// bits, unlike those of the standard distributions, are the same everywhere.
//
// Threads: one generator belongs to one thread. Errors: none. Not for secrets.

#include <cstdint>

namespace proviso::evaluation {

class Seeded {
 public:
  explicit Seeded(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }
  // In [from, to).
  double between(double from, double to) {
    return from + (to - from) * static_cast<double>(next() >> 11U) * 0x1.0p-53;
  }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }

 private:
  std::uint64_t state_;
};

}  // namespace proviso::evaluation
