#pragma once

// PROVISO_CHECK states a promise between our own functions. It stays on in release builds: a
// process that broke a promise stops before it can raise a wrong alert.

#include <source_location>

namespace proviso {

[[noreturn]] void check_failed(const char* condition, std::source_location where);

}  // namespace proviso

#define PROVISO_CHECK(condition)      \
  ((condition) ? static_cast<void>(0) \
               : ::proviso::check_failed(#condition, std::source_location::current()))
