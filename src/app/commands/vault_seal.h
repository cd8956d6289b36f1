#pragma once

// Freezes those who may be looked for into a list for one deployment: chosen by category, each held
// anew to two signatures, expiry and freshness, locked under the vault's keys and one of the list's
// own (app/vault/locked_list.h). What the list consists of is said before anybody signs for it.
//
//   errors   those of the vault; kInvalidInput for a category or use case that the policy has not,
//            and where nobody is left
//   threads  main thread

#include <string>
#include <vector>

#include "app/commands/vault_desk.h"

namespace proviso::commands {

struct SealOptions {
  std::string output;
  std::string use_case;                 // Its categories; empty: see below.
  std::vector<std::string> categories;  // Empty, and no use case: all.
};

Status seal_list(VaultDesk& desk, const SealOptions& options);

}  // namespace proviso::commands
