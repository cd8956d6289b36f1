#pragma once

// What every command shares: how it is added to the command line, how it ends, and how it says why.
//
//   exit codes   0 done, 1 refused or not found, 2 usage, 3 fault
//   messages     on stderr, one line: the rule, the value found, the value needed, the next step
//
// Threads: main thread.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/core/result.h"

namespace proviso::commands {

enum class Exit : std::uint8_t { kDone = 0, kRefused = 1, kUsage = 2, kFault = 3 };

// Says the error. Whatever an Error names lies outside the program, so it is a refusal; a fault is
// an exception or a failed check of our own.
Exit refuse(const Error& error);
void warn(std::string_view text);

// What a subcommand does when it is called: `act`, whose Error is said, leaves its code in `exit`.
template <typename Settings>
auto calling(Status (*act)(const Settings&), std::shared_ptr<const Settings> settings, Exit& exit) {
  return [act, settings = std::move(settings), &exit] {
    const Status status = act(*settings);
    exit = status ? Exit::kDone : refuse(status.error());
  };
}

// Each adds its subcommand; when it runs, it leaves its exit code in `exit`.
void add_site(CLI::App& app, Exit& exit);
void add_officer(CLI::App& app, Exit& exit);
void add_policy(CLI::App& app, Exit& exit);
void add_audit(CLI::App& app, Exit& exit);
void add_models(CLI::App& app, Exit& exit);
void add_watchlist(CLI::App& app, Exit& exit);
void add_vault(CLI::App& app, Exit& exit);
void add_authority(CLI::App& app, Exit& exit);
void add_deployment(CLI::App& app, Exit& exit);
void add_watch(CLI::App& app, Exit& exit);
void add_demo(CLI::App& app, Exit& exit);
void add_simulate(CLI::App& app, Exit& exit);
void add_evaluate(CLI::App& app, Exit& exit);

}  // namespace proviso::commands
