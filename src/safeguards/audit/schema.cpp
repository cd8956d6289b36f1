#include <array>

#include "safeguards/audit/leaf.h"

namespace proviso::audit {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array kFields = std::to_array<FieldRule>({
    {"alert", FieldForm::kId},
    {"attestation", FieldForm::kCode},
    {"authority", FieldForm::kDigest},
    {"backup", FieldForm::kDigest},
    {"camera", FieldForm::kId},
    {"cameras", FieldForm::kIds},
    {"capture_from", FieldForm::kTime},
    {"capture_to", FieldForm::kTime},
    {"captured_at", FieldForm::kTime},
    {"certificate", FieldForm::kDigest},
    {"count", FieldForm::kCount},
    {"deadline", FieldForm::kTime},
    {"decision", FieldForm::kDigest},
    {"deployment", FieldForm::kId},
    {"earlier", FieldForm::kDigest},
    {"entries", FieldForm::kCount},
    {"entry", FieldForm::kId},
    {"finding", FieldForm::kCode},
    {"found", FieldForm::kCount},
    {"frames", FieldForm::kCount},
    {"key", FieldForm::kKey},
    {"model_pack", FieldForm::kDigest},
    {"needed", FieldForm::kCount},
    {"not_after", FieldForm::kTime},
    {"not_before", FieldForm::kTime},
    {"officer", FieldForm::kId},
    {"officers", FieldForm::kIds},
    {"others", FieldForm::kIds},
    {"outcome", FieldForm::kCode},
    {"policy", FieldForm::kDigest},
    {"reason", FieldForm::kCode},
    {"reasons", FieldForm::kCodes},
    {"report", FieldForm::kDigest},
    {"review", FieldForm::kDigest},
    {"revocations", FieldForm::kDigest},
    {"role", FieldForm::kCode},
    {"roles", FieldForm::kCodes},
    {"score_millionths", FieldForm::kCount},
    {"shots", FieldForm::kCount},
    {"tier", FieldForm::kCode},
    {"urgent", FieldForm::kFlag},
    {"valid_until", FieldForm::kTime},
    {"watchlist", FieldForm::kDigest},
});

constexpr std::array<std::string_view, 5> kAlert{
    "alert", "authority", "camera", "deployment", "entry"};
constexpr std::array<std::string_view, 3> kAttestation{"attestation", "deployment", "officer"};
constexpr std::array<std::string_view, 3> kBackup{"backup", "entries", "officer"};
constexpr std::array<std::string_view, 5> kConflictSeen{
    "entry", "finding", "officer", "others", "score_millionths"};
constexpr std::array<std::string_view, 1> kCount{"count"};
constexpr std::array<std::string_view, 2> kDeletion{"count", "report"};
constexpr std::array<std::string_view, 2> kDeploymentAuthority{"authority", "deployment"};
constexpr std::array<std::string_view, 2> kDeploymentEntry{"deployment", "entry"};
constexpr std::array<std::string_view, 2> kDeploymentReason{"deployment", "reason"};
constexpr std::array<std::string_view, 2> kDeploymentReport{"deployment", "report"};
constexpr std::array<std::string_view, 3> kEntryActivated{"decision", "entry", "officers"};
constexpr std::array<std::string_view, 2> kEntryErased{"entry", "reason"};
constexpr std::array<std::string_view, 2> kEntryOfficer{"entry", "officer"};
constexpr std::array<std::string_view, 3> kEntryRequested{"decision", "entry", "officer"};
constexpr std::array<std::string_view, 3> kErasureOrdered{"entry", "officer", "reason"};
constexpr std::array<std::string_view, 4> kFrameRefused{"camera", "count", "deployment", "reason"};
constexpr std::array<std::string_view, 2> kListDestroyed{"reason", "watchlist"};
constexpr std::array<std::string_view, 2> kListSealed{"entries", "watchlist"};
constexpr std::array<std::string_view, 1> kOfficer{"officer"};
constexpr std::array<std::string_view, 2> kOfficerCertified{"certificate", "officer"};
constexpr std::array<std::string_view, 2> kOfficerReason{"officer", "reason"};
constexpr std::array<std::string_view, 2> kOfficerRevoked{"officer", "revocations"};
constexpr std::array<std::string_view, 3> kOutcome{"alert", "deployment", "outcome"};
constexpr std::array<std::string_view, 1> kPolicy{"policy"};
constexpr std::array<std::string_view, 1> kReason{"reason"};
constexpr std::array<std::string_view, 3> kReview{"deployment", "officer", "review"};
constexpr std::array<std::string_view, 5> kRunStarted{
    "authority", "cameras", "deployment", "model_pack", "watchlist"};
constexpr std::array<std::string_view, 3> kSigned{"authority", "deployment", "officer"};
constexpr std::array<std::string_view, 2> kResumed{"decision", "deployment"};

constexpr std::array kKinds = std::to_array<KindRule>({
    {"alert_raised", Names{kAlert}},
    {"alert_withheld", Names{kAlert}},
    {"attestation", Names{kAttestation}},
    {"authority_signed", Names{kSigned}},
    {"cancellation_drafted", Names{kDeploymentReport}},
    {"conflict_seen", Names{kConflictSeen}},
    {"deletion_certified", Names{kDeletion}},
    {"deployment_opened", Names{kDeploymentAuthority}},
    {"deployment_refused", Names{kDeploymentReason}},
    {"deployment_started", Names{kDeploymentAuthority}},
    {"deployment_stopped", Names{kDeploymentReason}},
    {"entry_activated", Names{kEntryActivated}},
    {"entry_compared", Names{kEntryOfficer}},
    {"entry_erased", Names{kEntryErased}},
    {"entry_refused", Names{kReason}},
    {"entry_requested", Names{kEntryRequested}},
    {"entry_viewed", Names{kEntryOfficer}},
    {"entry_withdrawn", Names{kDeploymentEntry}},
    {"erasure_ordered", Names{kErasureOrdered}},
    {"frame_refused", Names{kFrameRefused}},
    {"list_destroyed", Names{kListDestroyed}},
    {"list_sealed", Names{kListSealed}},
    {"officer_certified", Names{kOfficerCertified}},
    {"officer_refused", Names{kOfficerReason}},
    {"officer_revoked", Names{kOfficerRevoked}},
    {"outcome_recorded", Names{kOutcome}},
    {"policy_adopted", Names{kPolicy}},
    {"review_signed", Names{kReview}},
    {"run_refused", Names{kReason}},
    {"run_resumed", Names{kResumed}},
    {"run_started", Names{kRunStarted}},
    {"run_stopped", Names{kDeploymentReason}},
    {"run_suspended", Names{kDeploymentReason}},
    {"traces_forgotten", Names{kCount}},
    {"vault_backed_up", Names{kBackup}},
    {"vault_made", Names{kOfficer}},
    {"vault_restored", Names{kBackup}},
});

}  // namespace

std::span<const FieldRule> field_rules() {
  return kFields;
}

std::span<const KindRule> kind_rules() {
  return kKinds;
}

}  // namespace proviso::audit
