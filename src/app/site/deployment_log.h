#pragma once

// The deployment's record in the journal: each event that somebody signed becomes an entry, once,
// with the hash of its line. The command that took the step enters it; what a command was cut off
// from entering, the next run of the deployment does.
//
// Errors: those of audit::Journal. Threads: thread-bound; one log a journal.

#include <set>
#include <string>
#include <string_view>

#include "app/site/site.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/audit/journal.h"

namespace proviso::site {

class DeploymentLog {
 public:
  // Reads which lines stand in the journal already.
  static Result<DeploymentLog> open(const Site& site, audit::Journal& journal);

  // Enters those lines of the record that are not in it. `authority`: the hash of its text.
  Status enter(std::string_view record, const crypto::Digest& authority);

 private:
  explicit DeploymentLog(audit::Journal& journal) : journal_(&journal) {}
  audit::Journal* journal_;
  std::set<crypto::Digest> entered_;
};

// For a command that makes no other entries: opens the journal and catches up.
Status enter_record(const Site& site,
                    std::string_view record,
                    const crypto::Digest& authority,
                    const Clock& clock);

}  // namespace proviso::site
