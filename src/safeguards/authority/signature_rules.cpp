#include <algorithm>

#include "base/core/concat.h"
#include "safeguards/authority/rule_list.h"
#include "safeguards/authority/rules.h"
#include "safeguards/authority/signing.h"

namespace proviso::authority {
namespace {

std::string needed_text(const policy::SignatureNeeded& needed) {
  return concat(policy::to_text(needed.role), ", ", policy::to_text(needed.rank_min), " or above");
}

void add_place(RuleList& list, const Signing::Place& place, std::size_t number) {
  const std::string suffix = number > 1 ? concat('-', number) : std::string();
  list.add(
      concat("signature-", policy::to_text(place.needed.role), suffix),
      concat("The ", policy::to_text(place.needed.role), " has signed, and nobody signs for two."),
      place.filled_by != nullptr,
      {place.filled_by != nullptr
           ? concat(place.filled_by->id, " (", policy::to_text(place.filled_by->rank), ')')
           : place.why_not,
       needed_text(place.needed)});
}

void add_countersignature(RuleList& list,
                          const Signing::Place& place,
                          const Statement& statement,
                          WallTime now) {
  const WallTime due = statement.urgency ? statement.urgency->countersign_by : WallTime{};
  const bool is_due = now >= due;
  list.add("countersignature",
           "An urgent authority is countersigned by its deadline.",
           place.filled_by != nullptr || !is_due,
           {place.filled_by != nullptr
                ? concat(place.filled_by->id, " (", policy::to_text(place.filled_by->rank), ')')
                : concat(is_due ? "none: " : "not yet: ", place.why_not),
            concat(needed_text(place.needed), ", by ", to_rfc3339(due))});
}

}  // namespace

std::vector<Rule> signature_rules(const Statement& statement,
                                  const policy::Policy& policy,
                                  const officers::Register& officers,
                                  std::span<const note::VerifierKey> signers,
                                  WallTime now) {
  RuleList list;
  const policy::TierRules* tier = policy.find_tier(statement.tier);
  if (tier == nullptr) return {};
  const Signing signing = assign_signers(statement, *tier, officers, signers, now);
  std::vector<policy::Role> seen;
  for (const Signing::Place& place : signing.places) {
    if (place.is_countersignature) {
      add_countersignature(list, place, statement, now);
      continue;
    }
    seen.push_back(place.needed.role);
    const auto number = std::count(seen.begin(), seen.end(), place.needed.role);
    add_place(list, place, static_cast<std::size_t>(number));
  }
  const auto is_named = [&](const Signing::Place& place) {
    return place.filled_by != nullptr && place.filled_by->id == statement.authorising_officer;
  };
  const bool has_named = std::any_of(signing.places.begin(), signing.places.end(), is_named);
  list.add("authorising-officer",
           "The authorising officer whom the authority names is among those who signed.",
           has_named,
           {has_named ? statement.authorising_officer : "no signature of theirs that counts",
            statement.authorising_officer});
  return std::move(list).take();
}

}  // namespace proviso::authority
