#include "app/commands/progress_bar.h"

#include <unistd.h>

#include <iostream>
#include <string>

#include "base/core/check.h"

namespace proviso::commands {

void show_progress(std::string_view what, std::size_t done, std::size_t all, std::size_t every) {
  constexpr std::size_t kCells = 30;
  PROVISO_CHECK(all > 0 && every > 0);
  if (isatty(STDERR_FILENO) != 1 || (done % every != 0 && done != all)) return;
  const std::size_t full = done * kCells / all;
  std::cerr << "\r\033[K" << what << " [" << std::string(full, '#')
            << std::string(kCells - full, '.') << "] " << done << " of " << all
            << (done == all ? "\n" : "") << std::flush;
}

}  // namespace proviso::commands
