#pragma once

// For tests: a statement that keeps every rule under the policy of policy_tool.h.
//
// Threads: values. crypto::start() must have run.

#include <chrono>
#include <string>

#include "safeguards/authority/policy_tool.h"
#include "safeguards/authority/statement.h"
#include "safeguards/policy/policy.h"

namespace proviso::authority {

inline image::ZonePolygon whole_frame() {
  return {.corners = {{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}};
}

inline std::string answer(std::string_view start) {
  std::string text(start);
  while (text.size() < 120) text += " and so the reasons go on, one after another";
  return text;
}

inline Proportionality test_answers() {
  return {.aim = answer("To find people wanted on warrant for violence who come to the market"),
          .link = answer("They were seen there on four of the last six market days"),
          .less_intrusive_means = answer("Patrols with photographs were tried for two months"),
          .fair_balance = answer("The zone leaves a free way round, and signs stand before it")};
}

// From `now`, for an hour; one recording as its camera.
inline Statement test_statement(const policy::Policy& policy, WallTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  Statement statement;
  statement.reference = "test";
  statement.not_before = now;
  statement.not_after = now + std::chrono::hours(1);
  statement.author = "jo";
  statement.authorising_officer = "sam";
  statement.policy_digest = policy.digest;
  statement.use_case = {.name = "Crime Hotspot",
                        .evidence = {{"hotspot_dataset", "hotspots-2026-10"},
                                     {"hotspot_date", to_date(today - std::chrono::days(20))}}};
  statement.location = {
      .basis = LocationBasis::kCrimeHotspot,
      .evidence = {{"area", "market square"}, {"analysis_reference", "analysis-12"}}};
  statement.proportionality = test_answers();
  for (const char* id : {"dpia", "eia", "cia", "apd"}) {
    statement.documents.push_back({.id = id,
                                   .reference = std::string(id) + "-2026",
                                   .digest = made_up(id),
                                   .reviewed_on = today - std::chrono::days(10)});
  }
  statement.place_name = "Market square";
  statement.place = {.corners = {{512'000'000, -1'000'000},
                                 {512'010'000, -1'000'000},
                                 {512'010'000, -990'000},
                                 {512'000'000, -990'000}}};
  statement.notice.published = {.digest = made_up("notice"),
                                .published_at = now - std::chrono::hours(48)};
  statement.signs = {{.id = "north", .at = {512'012'000, -995'000}, .position = "Lamp post 12"}};
  statement.presence = {.officers_min = 2, .attestation_s = 3600};
  statement.cameras = {{.id = CameraId::parse("gate").value(),
                        .kind = CameraKind::kRecording,
                        .address = "gate.mp4",
                        .zone = whole_frame()}};
  statement.watchlist = made_up("watchlist");
  statement.watchlist_entries_max = 1000;
  statement.watchlist_built_at = now - std::chrono::hours(2);
  statement.model_pack = made_up("model pack");
  statement.precision = "f32";
  statement.accuracy_report = {.reference = "accuracy-2026",
                               .digest = made_up("accuracy report"),
                               .tested_entries = 1000,
                               .threshold_millionths = 450'000,
                               .reviewed_on = today - std::chrono::days(10)};
  statement.threshold_millionths = 450'000;
  return statement;
}

}  // namespace proviso::authority
