#pragma once

// `--site DIR`: the site that a command works for.
//
// Threads: main thread.

#include <CLI/CLI.hpp>
#include <string>

#include "app/site/site.h"
#include "base/core/clock.h"

namespace proviso::commands {

// Default: the environment variable PROVISO_SITE, else ./site.
CLI::Option* add_site_option(CLI::App& command, std::string& folder);

// The time in whole seconds, as documents carry it.
WallTime now_in_seconds();

}  // namespace proviso::commands
