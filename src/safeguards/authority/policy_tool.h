#pragma once

// For tests: a policy with every figure and list that a rule of an authority asks for.
//
// Threads: values. crypto::start() must have run.

#include <string_view>

#include "base/crypto/digest.h"
#include "safeguards/policy/policy.h"

namespace proviso::authority {

// The digest that stands for a file which no test reads.
inline crypto::Digest made_up(std::string_view name) {
  return crypto::sha256(name);
}

inline void add_tiers(policy::Policy& policy) {
  using policy::Rank;
  using policy::Role;
  policy.tiers = {
      policy::TierRules{.signatures = {{Role::kAuthor, Rank::kConstable},
                                       {Role::kAuthorisingOfficer, Rank::kSuperintendent}},
                        .window_minutes_max = 24 * 60,
                        .statement_bytes_min = 0,
                        .countersignature = {}},
      policy::TierRules{
          .signatures = {{Role::kAuthor, Rank::kConstable},
                         {Role::kAuthorisingOfficer, Rank::kInspector}},
          .window_minutes_max = 8 * 60,
          .statement_bytes_min = 60,
          .countersignature =
              policy::Countersignature{.by = {Role::kAuthorisingOfficer, Rank::kSuperintendent},
                                       .deadline_minutes = 4 * 60,
                                       .refusal_deletes = false}},
      policy::TierRules{.signatures = {{Role::kAuthor, Rank::kConstable},
                                       {Role::kAuthorisingOfficer, Rank::kSuperintendent},
                                       {Role::kAuthorisingOfficer, Rank::kAssistantChiefConstable}},
                        .window_minutes_max = 12 * 60,
                        .statement_bytes_min = 100,
                        .countersignature = {}}};
}

// Recordings are allowed beside live cameras; no place is sensitive.
inline policy::Policy test_policy() {
  policy::Policy policy;
  policy.digest = made_up("policy");
  policy.id = "test";
  policy.title = "Policy for tests";
  policy.controller = "Test Force";
  policy.consultation = "consultation-1";
  policy.camera_kinds = {.live = true, .recording = true};
  policy.use_cases = {{.name = "Crime Hotspot",
                       .evidence = {{"hotspot_dataset", policy::EvidenceKind::kReference, 0},
                                    {"hotspot_date", policy::EvidenceKind::kDate, 90}},
                       .categories = {"wanted"}},
                      {.name = "Event PSO",
                       .evidence = {{"event", policy::EvidenceKind::kText, 0}},
                       .categories = {"wanted"}}};
  policy.categories = {{.id = "wanted",
                        .title = "Wanted on warrant",
                        .response = "Speak to the person",
                        .is_wanted_for_arrest = true}};
  policy.image_sources = {"custody"};
  policy.documents = {
      {"dpia", 365}, {"eia", 365}, {"cia", 90}, {"apd", 365}, {"accuracy-report", 365}};
  add_tiers(policy);
  policy.watchlist = {
      .vault_needed = false,
      .entries_max = 10'000,
      .tested_permille_min = 900,
      .age_h_max = 24,
      .image_age_days_max = 3650,
      .entry_age_days_max = 1,
      .category_permille_warned = 800,
      .under_18 = {policy::Role::kAuthorisingOfficer, policy::Rank::kSuperintendent}};
  policy.operating_point = {.face_width_px_min = 32,
                            .enrolment_face_width_px_min = 40,
                            .threshold_floor_millionths = 400'000,
                            .shots_min = 3,
                            .embeddings_per_track_max = 5,
                            .repeat_s_max = 60};
  policy.quality = {.yaw_degrees_max = 50,
                    .pitch_degrees_max = 35,
                    .sharpness_min_millionths = 50'000,
                    .luminance_mean_min = 20,
                    .luminance_mean_max = 235,
                    .outside_permille_max = 200};
  policy.statement = {.answer_bytes_min = 80, .similarity_warned_permille = 800};
  policy.notice = {.published_h_min = 24,
                   .exemption_allowed = true,
                   .exemption_bytes_min = 60,
                   .sign_positions_min = 1,
                   .sign_photograph_needed = false};
  policy.presence = {.officers_min = 2, .attestation_s_max = 3600};
  policy.false_alerts = {
      .rate_per_million_max = 1000,
      .confidence_permille = 950,
      .confirmed_max = 3,
      .resumed_by = {policy::Role::kAuthorisingOfficer, policy::Rank::kSuperintendent}};
  policy.adjudication = {.reviewers = 2, .look_s_min = 3, .stop_minutes_warned = 5};
  policy.review = {.due_h = 72, .signed_by = {policy::Role::kReviewer, policy::Rank::kInspector}};
  return policy;
}

}  // namespace proviso::authority
