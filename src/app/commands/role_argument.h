#pragma once

// `--role ROLE[:DAYS]`: a role from now on, for so many days.
//
// Errors: kInvalidInput naming what was typed. Threads: values.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/officers/officer.h"

namespace proviso::commands {

inline constexpr int kRoleDaysDefault = 365;

Result<officers::RoleGrant> parse_role_argument(std::string_view typed, WallTime now);

// In the order that a certificate has them. Errors: also for a role typed twice.
Result<std::vector<officers::RoleGrant>> parse_role_arguments(std::span<const std::string> typed,
                                                              WallTime now);

// "constable, sergeant, ..." for --help.
std::string rank_words();
std::string role_words();

}  // namespace proviso::commands
