#pragma once

// What a policy's figures may be at all: the range of every whole number, and how many of
// everything. A force chooses inside; docs/formats/policy.md carries the same table, held to this
// one by a test.
//
// Threads: constants.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace proviso::policy {

struct Limit {
  std::string_view option;  // Its path in the file; [] stands for each element.
  int min;
  int max;

  constexpr std::string_view name() const { return option.substr(option.rfind('.') + 1); }
};

inline constexpr auto kLimits = std::to_array<Limit>({
    {"use_cases[].evidence[].age_days_max", 1, 3653},
    {"categories[].imprisonment_years_min", 0, 99},
    {"documents[].age_days_max", 1, 3653},
    {"tiers.ordinary.window_minutes_max", 1, 1440},
    {"tiers.urgent.window_minutes_max", 1, 1440},
    {"tiers.urgent.statement_bytes_min", 1, 4000},
    {"tiers.urgent.countersignature.deadline_minutes", 1, 1440},
    {"tiers.sensitive-place.window_minutes_max", 1, 1440},
    {"tiers.sensitive-place.statement_bytes_min", 1, 4000},
    {"watchlist.entries_max", 1, 1'000'000},
    {"watchlist.tested_permille_min", 0, 10'000},
    {"watchlist.age_h_max", 1, 168},
    {"watchlist.image_age_days_max", 1, 36'525},
    {"watchlist.entry_age_days_max", 1, 365},
    {"watchlist.category_permille_warned", 1, 1000},
    // At 16 px the default pack finds four faces of five and recognises one of seven at 0.45: below
    // that a comparison says nothing. Above 512 px no camera would compare anybody.
    {"operating_point.face_width_px_min", 16, 512},
    {"operating_point.enrolment_face_width_px_min", 16, 512},
    // The highest impostor score in the default pack's measurements was 0.38.
    {"operating_point.threshold_floor_millionths", 400'000, 1'000'000},
    {"operating_point.shots_min", 1, 16},
    {"operating_point.embeddings_per_track_max", 1, 16},
    {"operating_point.repeat_s_max", 0, 3600},
    {"quality.yaw_degrees_max", 0, 90},
    {"quality.pitch_degrees_max", 0, 90},
    {"quality.sharpness_min_millionths", 0, 1'000'000},
    {"quality.luminance_mean_min", 0, 255},
    {"quality.luminance_mean_max", 0, 255},
    {"quality.outside_permille_max", 0, 1000},
    {"statement.answer_bytes_min", 1, 4000},
    {"statement.similarity_warned_permille", 1, 1000},
    {"notice.published_h_min", 0, 720},
    {"notice.exemption_bytes_min", 1, 4000},
    {"notice.sign_positions_min", 0, 64},
    {"presence.officers_min", 1, 64},
    {"presence.attestation_s_max", 60, 43'200},
    {"false_alerts.rate_per_million_max", 1, 10'000},
    {"false_alerts.confidence_permille", 500, 999},
    {"false_alerts.confirmed_max", 1, 100},
    {"adjudication.reviewers", 1, 4},
    {"adjudication.look_s_min", 0, 60},
    {"adjudication.stop_minutes_warned", 1, 240},
    {"review.due_h", 1, 720},
    {"retention.probe_s", 1, 30},
    {"retention.alert_h", 1, 744},
    {"retention.recording_days", 0, 31},
    {"retention.watchlist_h", 0, 24},
    {"retention.membership_index_days", 1, 3653},
    {"retention.record_days", 1, 36'525},
    {"retention.log_days", 1, 36'525},
});

// A misspelt option does not compile.
consteval Limit limit_of(std::string_view option) {
  return *std::find_if(
      kLimits.begin(), kLimits.end(), [&](const Limit& limit) { return limit.option == option; });
}

inline constexpr std::size_t kUseCasesMax = 16;
inline constexpr std::size_t kEvidenceMax = 16;  // Of one use case.
inline constexpr std::size_t kCategoriesMax = 64;
inline constexpr std::size_t kImageSourcesMax = 32;
inline constexpr std::size_t kDocumentsMax = 16;
inline constexpr std::size_t kPlacesMax = 512;
inline constexpr std::size_t kSignaturesMin = 2;
inline constexpr std::size_t kSignaturesMax = 8;

inline constexpr std::size_t kTextBytesMax = 256;  // Titles, names, responses.
inline constexpr std::size_t kEvidenceNameBytesMax = 64;

}  // namespace proviso::policy
