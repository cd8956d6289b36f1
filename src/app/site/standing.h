#pragma once

// What a deployment stands on, read from the site's folder: who may act, the policy, the written
// authority, and the deployment's record.
//
//   errors   those of reading and of each part's verification; an authority that does not hold is
//            kNotAuthorised, naming the rule
//   threads  reentrant

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/site/site.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/authority/circumstances.h"
#include "safeguards/authority/written_authority.h"
#include "safeguards/deployment/deployment.h"
#include "safeguards/policy/policy.h"

namespace proviso::site {

Result<std::shared_ptr<const policy::Policy>> read_policy(const Site& site);
// The note's bytes. Errors: kNotFound where there is none.
Result<std::string> read_authority(const std::filesystem::path& file);

// A statement as it was signed, whether or not it holds now: for what ends a deployment.
struct SignedStatement {
  authority::Statement statement;
  crypto::Digest digest;  // Of the note's text.
};
Result<SignedStatement> statement_of(std::string_view note_bytes);

// What the record says against going on. `over` is final; `suspended` waits for a decision.
struct Hindrances {
  std::optional<authority::Refusal> over;
  std::optional<authority::Refusal> suspended;
};
Hindrances hindrances_of(const deployment::Deployment& deployment);

// A deployment of the site whose place touches this one and that is not reviewed; empty where there
// is none. One whose authority is gone counts: its place cannot be told.
// Errors: those of reading the site.
Result<std::string> unreviewed_at(const Site& site,
                                  const authority::Statement& statement,
                                  const policy::Policy& policy,
                                  const officers::Register& officers);

// Another deployment of the site that is opened and not over, and whose authority names the same
// list; empty where there is none. Errors: those of reading the site.
Result<std::string> other_with_list(const Site& site,
                                    const authority::Statement& statement,
                                    const policy::Policy& policy,
                                    const officers::Register& officers);

}  // namespace proviso::site
