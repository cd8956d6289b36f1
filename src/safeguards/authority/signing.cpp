#include "safeguards/authority/signing.h"

#include <algorithm>

#include "base/core/concat.h"

namespace proviso::authority {
namespace {

using officers::Officer;

class Assignment {
 public:
  Assignment(const Statement& statement,
             const officers::Register& officers,
             WallTime now,
             Signing& signing)
      : statement_(statement), officers_(officers), now_(now), signing_(signing) {}

  // Kuhn's augmenting paths: who was placed stays placed, perhaps elsewhere.
  void place(const Officer& officer) {
    std::vector<bool> tried(signing_.places.size(), false);
    augment(officer, tried);
  }

  // Empty where the officer's signature does for the place.
  std::string why_not(const Signing::Place& place, const Officer& officer) const {
    const bool is_author = officer.id == statement_.author;
    if (is_author != (place.needed.role == policy::Role::kAuthor)) {
      return is_author ? concat(officer.id, " is the author")
                       : concat("the author is ", statement_.author, ", not ", officer.id);
    }
    if (!policy::reaches(officer.rank, place.needed.rank_min)) {
      return concat(officer.id, "'s rank is ", policy::to_text(officer.rank));
    }
    const Status may = officers_.may_act(officer, place.needed.role, now_);
    return may ? std::string() : may.error().message;
  }

 private:
  bool augment(const Officer& officer, std::vector<bool>& tried) {
    for (std::size_t i = 0; i < signing_.places.size(); ++i) {
      Signing::Place& place = signing_.places[i];
      if (tried[i] || !why_not(place, officer).empty()) continue;
      tried[i] = true;
      if (place.filled_by == nullptr || augment(*place.filled_by, tried)) {
        place.filled_by = &officer;
        return true;
      }
    }
    return false;
  }

  const Statement& statement_;
  const officers::Register& officers_;
  const WallTime now_;
  Signing& signing_;
};

}  // namespace

Signing assign_signers(const Statement& statement,
                       const policy::TierRules& tier,
                       const officers::Register& officers,
                       std::span<const note::VerifierKey> signers,
                       WallTime now) {
  Signing signing;
  for (const policy::SignatureNeeded& needed : tier.signatures) {
    signing.places.push_back({.needed = needed, .filled_by = nullptr, .why_not = {}});
  }
  if (tier.countersignature) {
    signing.places.push_back({.needed = tier.countersignature->by,
                              .is_countersignature = true,
                              .filled_by = nullptr,
                              .why_not = {}});
  }
  for (const note::VerifierKey& signer : signers) {
    const Officer* officer = officers.find(signer);
    if (officer == nullptr || std::ranges::count(signing.officers, officer) > 0) continue;
    signing.officers.push_back(officer);
  }
  std::stable_partition(
      signing.officers.begin(), signing.officers.end(), [&](const Officer* officer) {
        return officer->id == statement.authorising_officer;
      });

  Assignment assignment(statement, officers, now, signing);
  for (const Officer* officer : signing.officers) assignment.place(*officer);
  for (Signing::Place& place : signing.places) {
    if (place.filled_by != nullptr) continue;
    for (const Officer* officer : signing.officers) {
      std::string reason = assignment.why_not(place, *officer);
      if (reason.empty()) reason = concat(officer->id, " fills another place");
      place.why_not += concat(place.why_not.empty() ? "" : "; ", reason);
    }
    if (place.why_not.empty()) place.why_not = "nobody has signed";
  }
  return signing;
}

}  // namespace proviso::authority
