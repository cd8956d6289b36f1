#pragma once

// `proviso audit witness`: brings the log's checkpoint to a witness and keeps its cosignature.
//
// Threads: main thread.

#include <CLI/CLI.hpp>

#include "app/commands/command.h"

namespace proviso::commands {

// Adds itself to `proviso audit`.
void add_audit_witness(CLI::App& audit, Exit& exit);

}  // namespace proviso::commands
