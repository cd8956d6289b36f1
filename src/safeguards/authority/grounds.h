#pragma once

// Why an authority may be given: the parts of a statement that say for what, on which grounds, with
// which documents, and how the public is told. Read and checked by statement.h; what the policy
// asks of them is in rules.h.
//
// Text is printable UTF-8 on one line. Threads: values.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/policy/places.h"
#include "safeguards/policy/tier.h"

namespace proviso::authority {

inline constexpr std::size_t kAnswerBytesMax = 4000;
inline constexpr std::size_t kShortTextBytesMax = 256;
inline constexpr std::size_t kEvidenceMax = 16;
inline constexpr std::size_t kDocumentsMax = 16;
inline constexpr std::size_t kSignsMax = 64;
inline constexpr std::string_view kAccuracyReportId = "accuracy-report";

// A day as YYYY-MM-DD, between 1970 and 2105. Errors: kInvalidInput for any other form.
std::string to_date(std::chrono::sys_days day);
Result<std::chrono::sys_days> parse_date(std::string_view text);

using Evidence = std::map<std::string, std::string, std::less<>>;  // By name; none is empty.

struct UseCase {
  std::string name;  // As the policy writes it: "Crime Hotspot", "Event PSO", "CNI PSO".
  Evidence evidence;
  friend bool operator==(const UseCase&, const UseCase&) = default;
};

// Where is a rule: reasonable grounds that the sought people will be there. Closed, each with the
// evidence that evidence_of() names (field/safeguards.md A4, A5).
enum class LocationBasis : std::uint8_t {
  kCrimeHotspot,
  kAccessRoute,
  kProtectiveSecurityOperation,
  kIntelligence,
};
inline constexpr LocationBasis kLocationBases[] = {LocationBasis::kCrimeHotspot,
                                                   LocationBasis::kAccessRoute,
                                                   LocationBasis::kProtectiveSecurityOperation,
                                                   LocationBasis::kIntelligence};
std::string_view to_text(LocationBasis basis);
Result<LocationBasis> parse_location_basis(std::string_view text);
std::vector<std::string_view> evidence_of(LocationBasis basis);

struct LocationGrounds {
  LocationBasis basis = LocationBasis::kCrimeHotspot;
  Evidence evidence;  // Exactly the names of evidence_of(basis).
  friend bool operator==(const LocationGrounds&, const LocationGrounds&) = default;
};

// The four questions of Bank Mellat (field/safeguards.md A7).
struct Proportionality {
  std::string aim;
  std::string link;
  std::string less_intrusive_means;
  std::string fair_balance;
  friend bool operator==(const Proportionality&, const Proportionality&) = default;
};

// An assessment that the authority stands on: DPIA, EIA, CIA, APD and what else the policy asks
// for.
struct Document {
  std::string id;  // The policy's word for it: "dpia". Each once at most.
  std::string reference;
  crypto::Digest digest;
  std::chrono::sys_days reviewed_on;
  friend bool operator==(const Document&, const Document&) = default;
};

// The test that says what may be expected at this threshold with this pack and a list of this size.
// It answers the policy's document "accuracy-report", which does not stand among the others.
struct AccuracyReport {
  std::string reference;
  crypto::Digest digest;
  std::uint64_t tested_entries = 0;
  int threshold_millionths = 0;  // The lowest that was tested.
  std::chrono::sys_days reviewed_on;
  friend bool operator==(const AccuracyReport&, const AccuracyReport&) = default;
};

struct Urgency {
  std::string reason;
  WallTime countersign_by;  // Without a countersignature the authority ends here.
  friend bool operator==(const Urgency&, const Urgency&) = default;
};

struct PublishedNotice {
  crypto::Digest digest;
  WallTime published_at;
  friend bool operator==(const PublishedNotice&, const PublishedNotice&) = default;
};

// The public is told beforehand, or the authority says why not.
struct Notice {
  std::optional<PublishedNotice> published;
  std::string exemption;  // The reason; empty exactly where there is a notice.
  friend bool operator==(const Notice&, const Notice&) = default;
};

struct Sign {
  std::string id;  // Of the form of base/core/id.h.
  policy::PlacePolygon::Corner at;
  std::string position;  // "Lamp post 12, corner of North End".
  friend bool operator==(const Sign&, const Sign&) = default;
};

// Officers at the cameras, said again by one of them before `attestation_s` is over.
struct PresenceRequirement {
  int officers_min = 2;
  int attestation_s = 3600;
  friend bool operator==(const PresenceRequirement&, const PresenceRequirement&) = default;
};

}  // namespace proviso::authority
