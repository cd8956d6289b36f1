#pragma once

// Asks at the terminal for what the answers of an authority lack, one question after another, each
// until its answer will do.
//
// Errors: kInvalidInput without a terminal, naming everything that must be answered, and when the
//         input ends. Threads: main thread.

#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/policy/policy.h"

namespace proviso::commands {

// True if somebody was asked anything.
Result<bool> complete(Value::Object& answers, const policy::Policy& policy);

}  // namespace proviso::commands
