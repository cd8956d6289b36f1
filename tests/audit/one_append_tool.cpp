// Appends one leaf to the journal in DIR, which is a log, and says whether it was acknowledged.
//
//   one_append_tool DIR     prints the index; or fails with the reason on stderr

#include <iostream>

#include "base/crypto/digest.h"
#include "safeguards/audit/journal.h"

int main(int argc, char** argv) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  if (argc != 2 || !crypto::start()) return 2;
  const SystemClock clock;
  const auto journal = audit::Journal::open(argv[1], clock, "site.example/log");
  if (!journal) {
    std::cerr << journal.error().message << '\n';
    return 1;
  }
  const auto index = journal.value()->append("run_refused", {{"reason", "no_authority"}});
  if (!index) {
    std::cerr << index.error().message << '\n';
    return 1;
  }
  std::cout << index.value() << std::endl;  // NOLINT(performance-avoid-endl): said before the exit.
  return std::cout ? 0 : 3;
}
