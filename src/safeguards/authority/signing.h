#pragma once

// Who of those that signed fills which of the signatures that a tier needs: each signature by
// another person. The author fills the author's and no other; the authorising officer whom the
// statement names is placed before others.
//
// Threads: reentrant.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "safeguards/authority/statement.h"
#include "safeguards/authority/written_authority.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"

namespace proviso::authority {

struct Signing {
  struct Place {
    policy::SignatureNeeded needed;
    bool is_countersignature = false;
    const officers::Officer* filled_by = nullptr;
    std::string why_not;  // What kept each signer out; empty where it is filled.
  };
  std::vector<Place> places;  // In the policy's order; the countersignature last.
  std::vector<const officers::Officer*> officers;  // Who signed, whether or not it counts.
};

// `signers` are keys of the register whose signatures verified. The register must outlive the
// answer.
Signing assign_signers(const Statement& statement,
                       const policy::TierRules& tier,
                       const officers::Register& officers,
                       std::span<const note::VerifierKey> signers,
                       WallTime now);

}  // namespace proviso::authority
