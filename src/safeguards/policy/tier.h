#pragma once

// How an authority comes about: tiers, and who must sign under each.
//
// Threads: values.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "safeguards/policy/role.h"

namespace proviso::policy {

enum class Tier : std::uint8_t { kOrdinary, kUrgent, kSensitivePlace };
inline constexpr std::size_t kTiers = 3;

std::string_view to_text(Tier tier);  // "ordinary", "urgent", "sensitive-place"
// Errors: kInvalidInput.
Result<Tier> parse_tier(std::string_view text);

// One signature: somebody who holds `role` at signing, of at least `rank_min`.
struct SignatureNeeded {
  Role role = Role::kAuthor;
  Rank rank_min = Rank::kConstable;
  friend bool operator==(const SignatureNeeded&, const SignatureNeeded&) = default;
};

struct Countersignature {
  SignatureNeeded by;
  int deadline_minutes = 0;      // After the start. Without it the run stops by itself then.
  bool refusal_deletes = false;  // A refusal deletes inputs, results and outputs too.
  friend bool operator==(const Countersignature&, const Countersignature&) = default;
};

struct TierRules {
  // Each by another person with another key. Always two or more: one author, and one who approves.
  std::vector<SignatureNeeded> signatures;
  int window_minutes_max = 0;
  int statement_bytes_min = 0;  // Urgent: its reason. Sensitive place: expression and assembly.
  std::optional<Countersignature> countersignature;  // Of the urgent tier, and only of it.
  friend bool operator==(const TierRules&, const TierRules&) = default;
};

}  // namespace proviso::policy
