#pragma once

// The policy: one TOML file that a force publishes and that is the configuration of the
// safeguards. Its SHA-256 is its name; every authority names it, so no run can use another.
//
//   in      the file's bytes; docs/formats/policy.md. Every option must be written, unknown ones
//           are refused, and no figure can be laxer than what this software was measured for
//   out     an immutable value; figures are checked against their ranges, lists against each other
//   units   in the names: px, h, minutes, s, days, bytes, millionths, permille
//   errors  parse(): kInvalidInput naming the option, the value found and the value needed;
//           kOverLimit over kBytesMax
//   threads values

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/policy/conduct.h"
#include "safeguards/policy/places.h"
#include "safeguards/policy/tier.h"

namespace proviso::policy {

// What an authority must say for its use case (rows A4, A5).
enum class EvidenceKind : std::uint8_t { kText, kReference, kDate };
std::string_view to_text(EvidenceKind kind);

struct Evidence {
  std::string name;  // A field name: [a-z0-9_].
  EvidenceKind kind = EvidenceKind::kText;
  int age_days_max = 0;  // Of a date, before the start; 0 for the other kinds.
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

struct UseCase {
  std::string name;  // Verbatim, as records are published: "Crime Hotspot".
  std::vector<Evidence> evidence;
  std::vector<std::string> categories;  // Ids of those that its list may hold.
  friend bool operator==(const UseCase&, const UseCase&) = default;
};

// Who may be on a list (rows A6, B5, B7, B9).
struct Category {
  std::string id;
  std::string title;
  std::string response;               // Shown with the alert.
  bool is_wanted_for_arrest = false;  // Published counts keep them apart.
  bool under_18 = false;              // Whether a minor may be listed at all.
  bool needs_offence = false;         // An entry must name its offence...
  int imprisonment_years_min = 0;     // ...whose maximum sentence is at least this.
  friend bool operator==(const Category&, const Category&) = default;
};

// A document that the authority pins by hash, with the date of its last review (row A8).
struct DocumentNeeded {
  std::string id;  // "dpia", "eia", "cia", "apd", "accuracy-report", "fria", ...
  int age_days_max = 0;
  friend bool operator==(const DocumentNeeded&, const DocumentNeeded&) = default;
};

enum class PlaceKind : std::uint8_t { kProtest, kWorship, kSchool, kHealth };
std::string_view to_text(PlaceKind kind);

struct SensitivePlace {
  std::string id;
  std::string name;
  PlaceKind kind = PlaceKind::kProtest;
  PlacePolygon polygon;
  friend bool operator==(const SensitivePlace&, const SensitivePlace&) = default;
};

struct CameraKinds {
  bool live = false;           // Wherever it stands.
  bool live_loopback = false;  // Streams of this very machine (127.x.x.x, [::1]): demonstrations.
  bool recording = false;
  friend bool operator==(const CameraKinds&, const CameraKinds&) = default;
};

struct Policy {
  static constexpr std::size_t kBytesMax = std::size_t{256} * 1024;

  crypto::Digest digest;  // SHA-256 of the file's bytes: the policy's name.
  std::string id;         // "uk"
  std::string title;
  std::string controller;    // Who answers for it.
  std::string consultation;  // Of this very version (row F5).
  CameraKinds camera_kinds;

  std::vector<UseCase> use_cases;
  std::vector<Category> categories;
  std::vector<std::string> image_sources;
  std::vector<DocumentNeeded> documents;
  std::vector<SensitivePlace> places;
  std::array<std::optional<TierRules>, kTiers> tiers;  // By Tier. Absent: not to be had.

  WatchlistRules watchlist;
  OperatingLimits operating_point;
  QualityFloor quality;
  StatementRules statement;
  NoticeRules notice;
  PresenceRules presence;
  FalseAlertRules false_alerts;
  AdjudicationRules adjudication;
  ReviewRules review;
  RetentionRules retention;

  static Result<Policy> parse(std::string_view toml);

  // Null where the policy has none of that name.
  const UseCase* find_use_case(std::string_view name) const;
  const Category* find_category(std::string_view id) const;
  const TierRules* find_tier(Tier tier) const;
  bool allows_image_source(std::string_view source) const;
  // The sensitive places that `place` touches, in the policy's order.
  std::vector<const SensitivePlace*> places_touching(const PlacePolygon& place) const;
  bool allows_live_at(std::string_view address) const;  // As the authority writes it.
  bool allows_recording() const { return camera_kinds.recording; }

  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace proviso::policy
