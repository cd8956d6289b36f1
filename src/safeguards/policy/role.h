#pragma once

// Who somebody is (rank) and what somebody may do (role), in the field's words. The texts stand in
// certificates, policies and authorities: docs/formats/policy.md lists them.
//
// Ranks are those of the police of England and Wales; another force maps its own onto them. An
// independent authority (a court, a judge, an independent administrative body) stands outside the
// chain: it is no officer's superior, and no officer can stand in for it.
//
// Errors: parse_...(): kInvalidInput naming the words that exist. Threads: reentrant.

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "base/core/result.h"

namespace proviso::policy {

enum class Rank : std::uint8_t {
  kPoliceStaff,
  kConstable,
  kSergeant,
  kInspector,
  kChiefInspector,
  kSuperintendent,
  kChiefSuperintendent,
  kAssistantChiefConstable,
  kDeputyChiefConstable,
  kChiefConstable,
  kIndependentAuthority,
};
inline constexpr std::size_t kRanks = 11;

enum class Role : std::uint8_t {
  kAuthor,              // Writes the application and signs it.
  kAuthorisingOfficer,  // Approves it; never the author.
  kIndependentAuthority,
  kOperator,
  kEngagementOfficer,
  kWatchlistManager,
  kSystemAdministrator,
  kReviewer,  // Signs the review after a deployment.
};
inline constexpr std::size_t kRoles = 8;

std::string_view to_text(Rank rank);  // "chief-superintendent"
std::string_view to_text(Role role);  // "authorising-officer"
Result<Rank> parse_rank(std::string_view text);
Result<Role> parse_role(std::string_view text);

// Whether somebody of rank `held` may act where `needed` is the lowest rank.
bool reaches(Rank held, Rank needed);

}  // namespace proviso::policy
