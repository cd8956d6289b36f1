#pragma once

// Who may sign which event of a deployment (docs/formats/deployment.md has the table).
//
// Errors: kNotAuthorised: no role, a revoked key, a rank below the policy's. Threads: reentrant.

#include "base/core/result.h"
#include "safeguards/deployment/deployment.h"
#include "safeguards/deployment/event.h"
#include "safeguards/officers/register.h"

namespace proviso::deployment {

// Whose signature it is; null if it does not verify, or is of nobody certified.
const officers::Officer* signer_of(const RecordedEvent& recorded,
                                   const officers::Register& officers);

Status check_signer(const officers::Officer& signer, const Event& event, const Terms& terms);

// Whether the event lets something go on that would else stand: it lapses with its signer's key.
bool gives_leave(EventKind kind);

}  // namespace proviso::deployment
