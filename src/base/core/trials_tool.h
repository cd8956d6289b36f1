#pragma once

// For tests: how many of many random trials a run takes. `./dev test --full` takes all of them; the
// default a fifth, and says so.
//
// Threads: reentrant, as long as nobody changes the environment.

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace proviso::testing_tools {

inline bool is_full_run() {
  const char* const full = std::getenv("PROVISO_FULL");  // NOLINT(concurrency-mt-unsafe)
  return full != nullptr && std::string_view(full) == "1";
}

inline int trials(int all) {
  constexpr int kShareByDefault = 5;
  const int taken = is_full_run() ? all : all / kShareByDefault;
  std::cout << "ran " << taken << " of " << all << " seeds\n";
  return taken;
}

}  // namespace proviso::testing_tools
