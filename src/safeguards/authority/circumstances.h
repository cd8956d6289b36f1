#pragma once

// What may change outside the gate while a run lasts, as it was last read: revocations, the policy
// file, the countersignature, who is present, and whether the deployment is suspended. Whoever runs
// a gate reads it at least once in kCircumstancesAgeMax and hands it over (Gate::update); a gate
// that hears nothing admits nothing.
//
// Threads: values.

#include <chrono>
#include <optional>

#include "base/core/clock.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/refusal.h"

namespace proviso::authority {

inline constexpr std::chrono::seconds kCircumstancesAgeMax{1};

struct Circumstances {
  MonotonicTime read_at;  // When the reading began.
  crypto::Digest policy;  // Of the policy file of the site.
  // Why the authority no longer holds: a signatory revoked, its deployment stopped. Final.
  std::optional<Refusal> voided;
  // Why the deployment may not go on until somebody decides.
  std::optional<Refusal> suspended;
  bool is_countersigned = false;          // Of an urgent authority.
  std::optional<WallTime> present_until;  // The end of the last attestation; empty: none.
};

}  // namespace proviso::authority
