#include "safeguards/authority/written_authority.h"

#include <algorithm>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "safeguards/authority/refusal.h"
#include "safeguards/authority/rules.h"
#include "safeguards/authority/signing.h"

namespace proviso::authority {
namespace {

Status first_unmet(std::span<const Rule> rules) {
  const auto unmet = std::ranges::find(rules, false, &Rule::met);
  if (unmet == rules.end()) return Done{};
  return Refusal{.rule = unmet->id,
                 .found = concat(unmet->text, " Found: ", unmet->found),
                 .needed = concat("needed: ", unmet->needed),
                 .next = "`proviso authority check` lists every rule"}
      .to_error();
}

}  // namespace

Result<std::shared_ptr<const WrittenAuthority>> WrittenAuthority::verify(
    std::string_view note_bytes,
    const officers::Register& officers,
    std::shared_ptr<const policy::Policy> policy,
    WallTime now) {
  PROVISO_CHECK(policy != nullptr);
  PROVISO_TRY(const auto note, note::Note::parse(note_bytes));
  PROVISO_TRY(const auto signers, note::verify(note, officers.keys()));
  PROVISO_TRY(auto statement, Statement::parse_body(note.text));
  PROVISO_TRY_DONE(first_unmet(content_rules(statement, *policy)));
  PROVISO_TRY_DONE(first_unmet(signature_rules(statement, *policy, officers, signers, now)));

  std::shared_ptr<WrittenAuthority> authority(new WrittenAuthority);
  const Signing signing =
      assign_signers(statement, *policy->find_tier(statement.tier), officers, signers, now);
  for (const Signing::Place& place : signing.places) {
    if (place.filled_by == nullptr) continue;
    authority->countersigned_ |= place.is_countersignature;
    authority->signatories_.push_back({.officer = place.filled_by->id,
                                       .role = place.needed.role,
                                       .rank = place.filled_by->rank,
                                       .key = place.filled_by->key});
  }
  authority->statement_ = std::move(statement);
  authority->policy_ = std::move(policy);
  authority->digest_ = crypto::sha256(note.text);
  authority->note_bytes_ = std::string(note_bytes);
  return std::shared_ptr<const WrittenAuthority>(std::move(authority));
}

std::optional<WallTime> WrittenAuthority::countersign_deadline() const {
  if (!statement_.urgency || countersigned_) return std::nullopt;
  return statement_.urgency->countersign_by;
}

WallTime WrittenAuthority::ends_at() const {
  return std::min(statement_.not_after, countersign_deadline().value_or(statement_.not_after));
}

OperatingPoint WrittenAuthority::operating_point() const {
  return authority::operating_point(*policy_, statement_.threshold_millionths);
}

OperatingPoint operating_point(const policy::Policy& policy, int threshold_millionths) {
  const policy::OperatingLimits& limits = policy.operating_point;
  return {.face_width_px_min = limits.face_width_px_min,
          .enrolment_face_width_px_min = limits.enrolment_face_width_px_min,
          .threshold_millionths = threshold_millionths,
          .shots_min = limits.shots_min,
          .embeddings_per_track_max = limits.embeddings_per_track_max,
          .repeat_s = limits.repeat_s_max};
}

}  // namespace proviso::authority
