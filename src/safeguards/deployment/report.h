#pragma once

// The cancellation report that a stop drafts (field/safeguards.md A1): every figure of the
// deployment from its record, and the questions that only people can answer. Markdown.
//
// Every rate stands with both its counts. Threads: reentrant.

#include <string>

#include "safeguards/deployment/deployment.h"

namespace proviso::deployment {

std::string cancellation_report(const Deployment& deployment,
                                const Terms& terms,
                                std::string_view stop_reason);

}  // namespace proviso::deployment
