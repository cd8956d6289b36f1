#pragma once

// What every reader of photographs says of one that is over a limit.
//
// Threads: reentrant.

#include <cstdint>
#include <string_view>

#include "base/core/result.h"

namespace proviso::image {

// `what` is of the photograph: "pixels", "bytes".
Error over_limit(std::string_view what, std::int64_t found, std::int64_t most);

}  // namespace proviso::image
