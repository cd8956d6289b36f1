#include "safeguards/policy/role.h"

#include "safeguards/policy/words.h"

namespace proviso::policy {
namespace {

constexpr std::array<std::string_view, kRanks> kRankWords{
    "police-staff",
    "constable",
    "sergeant",
    "inspector",
    "chief-inspector",
    "superintendent",
    "chief-superintendent",
    "assistant-chief-constable",
    "deputy-chief-constable",
    "chief-constable",
    "independent-authority",
};

constexpr std::array<std::string_view, kRoles> kRoleWords{
    "author",
    "authorising-officer",
    "independent-authority",
    "lfr-operator",
    "engagement-officer",
    "watchlist-manager",
    "system-administrator",
    "reviewer",
};

}  // namespace

std::string_view to_text(Rank rank) {
  return word_of(kRankWords, rank);
}

std::string_view to_text(Role role) {
  return word_of(kRoleWords, role);
}

Result<Rank> parse_rank(std::string_view text) {
  return parse_word<Rank>(kRankWords, text, "a rank");
}

Result<Role> parse_role(std::string_view text) {
  return parse_word<Role>(kRoleWords, text, "a role");
}

bool reaches(Rank held, Rank needed) {
  const bool outside = held == Rank::kIndependentAuthority || needed == Rank::kIndependentAuthority;
  return outside ? held == needed : held >= needed;
}

}  // namespace proviso::policy
