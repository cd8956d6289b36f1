#pragma once

// `proviso vault backup` and `restore`: the vault's rows as they stand, sealed in the age format to
// named recipients (docs/formats/vault-backup.md).
//
// Threads: main thread.

#include <CLI/CLI.hpp>

#include "app/commands/command.h"

namespace proviso::commands {

// Adds both to the group `vault`.
void add_vault_backup(CLI::App& group, Exit& exit);

}  // namespace proviso::commands
