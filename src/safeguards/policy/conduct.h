#pragma once

// The policy's figures for the list, the path and the deployment's conduct. Their ranges stand in
// limits.h, their meaning, unit, default and source beside each in policies/uk.toml.
//
// Threads: values.

#include "safeguards/policy/tier.h"

namespace proviso::policy {

struct WatchlistRules {
  bool vault_needed = false;  // Whether a list must come from a vault: two people for each entry.
  int entries_max = 0;
  int tested_permille_min = 0;  // Size of the accuracy test's list, per mille of this list's.
  int age_h_max = 0;            // From sealing to the start.
  int image_age_days_max = 0;
  int entry_age_days_max = 0;        // Since the entry was last compared with its source.
  int category_permille_warned = 0;  // One category's share above which the draft warns.
  SignatureNeeded under_18;          // Who must approve each entry of a minor.
  friend bool operator==(const WatchlistRules&, const WatchlistRules&) = default;
};

// An authority's operating point must lie inside.
struct OperatingLimits {
  int face_width_px_min = 0;
  int enrolment_face_width_px_min = 0;
  int threshold_floor_millionths = 0;
  int shots_min = 0;
  int embeddings_per_track_max = 0;
  int repeat_s_max = 0;
  friend bool operator==(const OperatingLimits&, const OperatingLimits&) = default;
};

struct QualityFloor {
  int yaw_degrees_max = 0;
  int pitch_degrees_max = 0;
  int sharpness_min_millionths = 0;
  int luminance_mean_min = 0;
  int luminance_mean_max = 0;
  int outside_permille_max = 0;
  friend bool operator==(const QualityFloor&, const QualityFloor&) = default;
};

// The four proportionality answers (aim, link, less intrusive means, fair balance).
struct StatementRules {
  int answer_bytes_min = 0;
  int similarity_warned_permille = 0;  // Against earlier authorities of the site.
  friend bool operator==(const StatementRules&, const StatementRules&) = default;
};

struct NoticeRules {
  int published_h_min = 0;         // Before the start.
  bool exemption_allowed = false;  // For a critical threat; with a reason that is published later.
  int exemption_bytes_min = 0;
  int sign_positions_min = 0;  // Each attested before the start.
  bool sign_photograph_needed = false;
  friend bool operator==(const NoticeRules&, const NoticeRules&) = default;
};

struct PresenceRules {
  int officers_min = 0;
  int attestation_s_max = 0;  // Life of one attestation; no frame after it.
  friend bool operator==(const PresenceRules&, const PresenceRules&) = default;
};

// Suspends at `confirmed_max` confirmed false alerts, or as soon as false alerts (confirmed or not)
// over faces seen lie above the rate with the interval's lower end.
struct FalseAlertRules {
  int rate_per_million_max = 0;
  int confidence_permille = 0;  // Of the two-sided interval.
  int confirmed_max = 0;
  SignatureNeeded resumed_by;
  friend bool operator==(const FalseAlertRules&, const FalseAlertRules&) = default;
};

struct AdjudicationRules {
  int reviewers = 0;  // Different people, each blind to the other.
  int look_s_min = 0;
  int stop_minutes_warned = 0;
  friend bool operator==(const AdjudicationRules&, const AdjudicationRules&) = default;
};

struct ReviewRules {
  int due_h = 0;  // After the stop. Until it is signed, no authority for the same place starts.
  SignatureNeeded signed_by;
  friend bool operator==(const ReviewRules&, const ReviewRules&) = default;
};

// How long each class is kept at most.
struct RetentionRules {
  int probe_s = 0;  // Templates of passers-by.
  int alert_h = 0;
  int recording_days = 0;  // 0: nothing is recorded.
  int watchlist_h = 0;     // After the end.
  int membership_index_days = 0;
  int record_days = 0;  // Outcomes, authorities, reports.
  int log_days = 0;
  friend bool operator==(const RetentionRules&, const RetentionRules&) = default;
};

}  // namespace proviso::policy
