#pragma once

// Checks a written authority from the papers of its site: certificates, revocations and the policy,
// under the site's root key. Every rule that the gate asks for is asked again
// (safeguards/authority).
//
// A Register and a Policy come from papers whose signatures and form were checked when they were
// read. Threads: reentrant.

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"
#include "safeguards/verify/report.h"

namespace proviso::verify {

struct Papers {
  officers::Register officers;
  std::shared_ptr<const policy::Policy> policy;
};

// From a site's folder or a copy of it: officers/*.cert, officers/former/*.cert, revocations.note,
// policy.toml. No secret key is read.
// Errors: those of Register::open() and Policy::parse(); kNotFound.
Result<Papers> read_papers(const std::filesystem::path& site,
                           const note::VerifierKey& root,
                           WallTime at);

// Whether the authority could be acted on at `at`, as far as the papers say.
Report check_authority(std::string_view note, const Papers& papers, WallTime at);

}  // namespace proviso::verify
