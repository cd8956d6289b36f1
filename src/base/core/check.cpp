#include "base/core/check.h"

#include <cstdio>
#include <cstdlib>

namespace proviso {

void check_failed(const char* condition, std::source_location where) {
  static_cast<void>(std::fprintf(
      stderr, "%s:%u: check failed: %s\n", where.file_name(), where.line(), condition));
  std::abort();
}

}  // namespace proviso
