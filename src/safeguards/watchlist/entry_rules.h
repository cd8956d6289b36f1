#pragma once

// What a policy asks of an entry, all faults at once, so that a form or an import can name every
// one: who may be listed (B5, B7, B9), from which images (B5, B6), until when (B8).
//
// Works on an entry that is not complete yet: an empty field that must be filled is a fault.
// Who may sign is approved_entry.h. Threads: reentrant.

#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/policy/policy.h"
#include "safeguards/watchlist/entry.h"

namespace proviso::watchlist {

struct EntryFault {
  std::string field;  // As in the text: "images[1].source".
  std::string found;
  std::string needed;
  friend bool operator==(const EntryFault&, const EntryFault&) = default;
};

// In the order of the fields; empty where the entry meets the policy at `now`.
std::vector<EntryFault> faults_of(const Entry& entry, const policy::Policy& policy, WallTime now);

// Errors: kInvalidInput naming every fault.
Status check(const Entry& entry, const policy::Policy& policy, WallTime now);

}  // namespace proviso::watchlist
