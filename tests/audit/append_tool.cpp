// Appends to a journal from four threads, as fast as it goes, until it is killed.
//
//   append_tool DIR [early]    prints a line `INDEX COUNT` for each leaf that was acknowledged,
//   whose body has that
//                              COUNT; `early` prints it before the append (the control: what it
//                              says is not true yet)

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/core/concat.h"
#include "base/crypto/digest.h"
#include "safeguards/audit/journal.h"

namespace {

using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.

constexpr std::size_t kThreads = 4;

void tell(std::uint64_t index, std::uint64_t count) {
  const std::string line = concat(index, ' ', count, '\n');
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::terminate();  // Nobody listens.
}

// Until it is killed. Counts start at the size, so that each is appended at most once.
Status append(const std::filesystem::path& path, bool is_early) {
  const SystemClock clock;
  PROVISO_TRY(const auto journal, audit::Journal::open(path, clock, "site.example/log"));
  std::atomic<std::uint64_t> next = journal->size();
  const auto work = [&] {
    for (;;) {
      const std::uint64_t count = next++;
      if (is_early) tell(count, count);
      auto index = journal->append(
          "run_refused", {{"reason", "no_authority"}, {"count", static_cast<std::int64_t>(count)}});
      if (!index) {
        std::cerr << index.error().message << '\n';
        std::terminate();
      }
      if (!is_early) tell(index.value(), count);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(work);
  return Done{};
}

}  // namespace

int main(int argc, char** argv) {
  auto done = crypto::start();
  if (done && argc >= 2) done = append(argv[1], argc == 3);
  if (done) return 0;
  std::cerr << "append_tool: " << done.error().message << '\n';
  return 1;
}
