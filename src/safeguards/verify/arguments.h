#pragma once

// The command line of proviso-verify. It has no parser of anybody else's: what checks the system is
// to be small enough to be read.
//
// Errors: kInvalidInput saying what is wrong with the line.
// Threads: reentrant.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso::verify {

inline constexpr std::string_view kUsage =
    "usage: proviso-verify log DIR --key VKEY [--pinned CHECKPOINT] [--json]\n"
    "       proviso-verify evidence FILE --key VKEY [--json]\n"
    "       proviso-verify consistency OLD NEW --key VKEY [--json]\n"
    "       proviso-verify authority NOTE --key ROOT --site DIR [--at TIME] [--json]\n"
    "\n"
    "  DIR         a log: the directory with `checkpoint` and `tile`\n"
    "  OLD         a checkpoint that somebody kept      NEW   the log's directory\n"
    "  FILE        evidence, as `proviso audit prove` writes it\n"
    "  VKEY        the log's key, or a file with it; take it from elsewhere than the log\n"
    "  NOTE        a written authority             ROOT  the site's root key, as VKEY\n"
    "  --site      the site's folder or a copy: officers, revocations.note, policy.toml\n"
    "  --at        when it is to count, such as 2026-11-24T08:30:00Z; now, if not given\n"
    "  --pinned    the log must still begin with this checkpoint\n"
    "  --json      one JSON line instead of text\n"
    "\n"
    "exit: 0 all is proven, 1 it is not, 2 the line is wrong, 3 a fault of this program\n";

struct Arguments {
  std::string command;
  std::vector<std::string> operands;
  std::map<std::string, std::string, std::less<>> options;  // --key VKEY under "key".
  bool as_json = false;
};

Result<Arguments> parse_arguments(std::span<const char* const> arguments);

}  // namespace proviso::verify
