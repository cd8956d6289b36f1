#pragma once

// The rules of the gate, each as the refusal that breaking it gives: on loaded bytes, on the clock,
// and on what changes while a run lasts. What the statement itself must say is in rules.h.
//
// docs/gate.md lists them. Threads: reentrant.

#include <chrono>
#include <optional>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/refusal.h"
#include "safeguards/authority/written_authority.h"

namespace proviso::authority {

struct RunRequest;

// The first rule that a run would break which began now; empty if it may.
std::optional<Refusal> why_not_started(const WrittenAuthority& authority,
                                       const RunRequest& request,
                                       WallTime now);

Refusal refused_window(const Statement& statement, WallTime now);
Refusal refused_clock(std::chrono::seconds step_max);
Refusal refused_clock_still(std::chrono::milliseconds still_max);
// Whether the deployment too stands halted by this rule of the gate, until a signed decision: the
// clock was set, or stood still.
bool halts_deployment(std::string_view rule);
Refusal refused_countersignature(const WrittenAuthority& authority, WallTime now);
Refusal refused_policy(const Statement& statement, const crypto::Digest& found);
Refusal refused_presence(WallTime until, WallTime now);  // Until 1970: nobody attested it.
Refusal refused_stale(std::chrono::seconds age_max);
Refusal refused_camera(const CameraId& camera);  // One that was not given to open().

}  // namespace proviso::authority
