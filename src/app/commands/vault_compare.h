#pragma once

// Compares a vault with the records that its entries came from, read as an import reads them: who
// stands there as the source has them counts as compared now (row B3 of the survey).
//
//   out       a line each: same, changed, new (the vault has not got it), gone (the source has not
//             got it any more) or faulty; leaves `entry_compared`
//   errors    those of find_requests() and of the vault; kInvalidInput where not all are the same
//   threads   main thread

#include <string>

#include "app/commands/vault_desk.h"

namespace proviso::commands {

Status compare_with_source(VaultDesk& desk, const std::string& source, bool as_json);

}  // namespace proviso::commands
