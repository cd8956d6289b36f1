#include <algorithm>

#include "base/core/concat.h"
#include "safeguards/policy/policy_reader.h"

namespace proviso::policy {
namespace {

constexpr std::array<Role, 3> kSignatories{
    Role::kAuthor, Role::kAuthorisingOfficer, Role::kIndependentAuthority};

// One author, and somebody else who approves: nobody authorises his own application.
Status check_signatures(const FieldReader& reader, const std::vector<SignatureNeeded>& needed) {
  const auto authors = std::count_if(needed.begin(), needed.end(), [](const SignatureNeeded& one) {
    return one.role == Role::kAuthor;
  });
  if (authors == 1) return Done{};
  return reader.refused("signatures", "one author and at least one who approves");
}

Result<std::vector<SignatureNeeded>> signatures_of(FieldReader& reader) {
  PROVISO_TRY(auto readers,
              reader.objects("signatures", {.min = kSignaturesMin, .max = kSignaturesMax}));
  std::vector<SignatureNeeded> signatures;
  for (FieldReader& one : readers) {
    PROVISO_TRY(const auto signature, signature_of(one, kSignatories));
    PROVISO_TRY_DONE(one.finish());
    signatures.push_back(signature);
  }
  PROVISO_TRY_DONE(check_signatures(reader, signatures));
  return signatures;
}

Result<Countersignature> countersignature_of(FieldReader reader) {
  Countersignature countersignature;
  PROVISO_TRY(countersignature.by, signature_of(reader, kApprovers));
  PROVISO_TRY(countersignature.deadline_minutes,
              whole_of(reader, limit_of("tiers.urgent.countersignature.deadline_minutes")));
  PROVISO_TRY(countersignature.refusal_deletes, reader.boolean("refusal_deletes"));
  PROVISO_TRY_DONE(reader.finish());
  return countersignature;
}

Result<TierRules> ordinary_of(FieldReader reader) {
  TierRules rules;
  PROVISO_TRY(rules.signatures, signatures_of(reader));
  PROVISO_TRY(rules.window_minutes_max,
              whole_of(reader, limit_of("tiers.ordinary.window_minutes_max")));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Error longer_than_ordinary(const FieldReader& reader) {
  return reader.refused("window_minutes_max", "at most the ordinary tier's");
}

// Fewer or lower signatures at first, for a shorter time, and a higher one that must follow.
Result<TierRules> urgent_of(FieldReader reader, const TierRules& ordinary) {
  TierRules rules;
  PROVISO_TRY(rules.signatures, signatures_of(reader));
  PROVISO_TRY(rules.window_minutes_max,
              whole_of(reader, limit_of("tiers.urgent.window_minutes_max")));
  if (rules.window_minutes_max > ordinary.window_minutes_max) return longer_than_ordinary(reader);
  PROVISO_TRY(rules.statement_bytes_min,
              whole_of(reader, limit_of("tiers.urgent.statement_bytes_min")));
  PROVISO_TRY(auto countersignature, reader.object("countersignature"));
  PROVISO_TRY(rules.countersignature, countersignature_of(std::move(countersignature)));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

// Whether whoever satisfies `sensitive` has satisfied `ordinary` too.
bool covers(const TierRules& sensitive, const TierRules& ordinary) {
  return std::ranges::all_of(ordinary.signatures, [&](const SignatureNeeded& needed) {
    return std::ranges::any_of(sensitive.signatures, [&](const SignatureNeeded& given) {
      return given.role == needed.role && reaches(given.rank_min, needed.rank_min);
    });
  });
}

Result<TierRules> sensitive_of(FieldReader reader, const TierRules& ordinary) {
  TierRules rules;
  PROVISO_TRY(rules.signatures, signatures_of(reader));
  if (rules.signatures.size() <= ordinary.signatures.size() || !covers(rules, ordinary)) {
    return reader.refused("signatures", "those of the ordinary tier and at least one more");
  }
  PROVISO_TRY(rules.window_minutes_max,
              whole_of(reader, limit_of("tiers.sensitive-place.window_minutes_max")));
  if (rules.window_minutes_max > ordinary.window_minutes_max) return longer_than_ordinary(reader);
  PROVISO_TRY(rules.statement_bytes_min,
              whole_of(reader, limit_of("tiers.sensitive-place.statement_bytes_min")));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

}  // namespace

Result<std::array<std::optional<TierRules>, kTiers>> tiers_of(FieldReader& reader) {
  std::array<std::optional<TierRules>, kTiers> tiers;
  const auto slot_of = [&tiers](Tier tier) -> std::optional<TierRules>& {
    return tiers[static_cast<std::size_t>(tier)];
  };
  PROVISO_TRY(auto own, reader.object("tiers"));
  PROVISO_TRY(auto ordinary_reader, own.object(to_text(Tier::kOrdinary)));
  PROVISO_TRY(const TierRules ordinary, ordinary_of(std::move(ordinary_reader)));
  slot_of(Tier::kOrdinary) = ordinary;
  if (own.has(to_text(Tier::kUrgent))) {
    PROVISO_TRY(auto urgent, own.object(to_text(Tier::kUrgent)));
    PROVISO_TRY(slot_of(Tier::kUrgent), urgent_of(std::move(urgent), ordinary));
  }
  if (own.has(to_text(Tier::kSensitivePlace))) {
    PROVISO_TRY(auto sensitive, own.object(to_text(Tier::kSensitivePlace)));
    PROVISO_TRY(slot_of(Tier::kSensitivePlace), sensitive_of(std::move(sensitive), ordinary));
  }
  PROVISO_TRY_DONE(own.finish());
  return tiers;
}

}  // namespace proviso::policy
