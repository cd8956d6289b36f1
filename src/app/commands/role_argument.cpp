#include "app/commands/role_argument.h"

#include <algorithm>
#include <charconv>

#include "base/core/concat.h"

namespace proviso::commands {
namespace {

template <typename Word>
std::string words(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    if (!all.empty()) all += ", ";
    all += policy::to_text(static_cast<Word>(i));
  }
  return all;
}

}  // namespace

Result<officers::RoleGrant> parse_role_argument(std::string_view typed, WallTime now) {
  const std::size_t colon = typed.find(':');
  PROVISO_TRY(const auto role, policy::parse_role(typed.substr(0, colon)));
  int days = kRoleDaysDefault;
  if (colon != std::string_view::npos) {
    const std::string_view digits = typed.substr(colon + 1);
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), days);
    if (fault != std::errc{} || end != digits.data() + digits.size()) days = 0;
  }
  if (days >= 1 && days <= officers::kRoleLifeMax.count()) {
    return officers::RoleGrant{
        .role = role, .not_before = now, .not_after = now + std::chrono::days(days)};
  }
  return Error{ErrorCode::kInvalidInput,
               concat("--role is ROLE or ROLE:DAYS with 1 to ",
                      officers::kRoleLifeMax.count(),
                      " days; found ",
                      in_quotes(typed),
                      "; write for instance author:",
                      kRoleDaysDefault)};
}

Result<std::vector<officers::RoleGrant>> parse_role_arguments(std::span<const std::string> typed,
                                                              WallTime now) {
  std::vector<officers::RoleGrant> roles;
  for (const std::string& one : typed) {
    PROVISO_TRY(const auto grant, parse_role_argument(one, now));
    if (std::ranges::find(roles, grant.role, &officers::RoleGrant::role) != roles.end()) {
      return Error{ErrorCode::kInvalidInput,
                   concat("--role gives each role once; found ",
                          policy::to_text(grant.role),
                          " twice; leave one out")};
    }
    roles.push_back(grant);
  }
  std::ranges::sort(roles, {}, [](const auto& grant) { return policy::to_text(grant.role); });
  return roles;
}

std::string rank_words() {
  return words<policy::Rank>(policy::kRanks);
}

std::string role_words() {
  return words<policy::Role>(policy::kRoles);
}

}  // namespace proviso::commands
