#pragma once

// The written authority's statement: what may be run, why, where, until when, against which list,
// with which models, at which threshold, and who answers for it. The body of the signed note of
// docs/formats/authority.md; integers only. A statement says what is asked for: whether it was
// granted is a WrittenAuthority's to say.
//
//   errors  parse_body(): kInvalidInput naming the field, the value found and the value needed:
//           unknown, missing or doubled fields, wrong types, values outside their range, bytes that
//           are not the canonical ones; kOverLimit over kBytesMax
//   threads values

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "base/image/geometry.h"
#include "safeguards/authority/grounds.h"
#include "safeguards/policy/places.h"
#include "safeguards/policy/tier.h"

namespace proviso::authority {

enum class CameraKind : std::uint8_t { kLive, kRecording };

struct AuthorisedCamera {
  CameraId id;
  CameraKind kind = CameraKind::kLive;
  std::string address;      // A path, a device or an rtsp(s) URL without its password.
  image::ZonePolygon zone;  // The zone of recognition.
  friend bool operator==(const AuthorisedCamera&, const AuthorisedCamera&) = default;
};

// Lowest threshold that any statement may name with this software: the highest impostor score seen
// in the default pack's measurements was 0.38 (docs/formats/authority.md).
inline constexpr int kThresholdFloorMillionths = 400'000;

struct Statement {
  static constexpr std::size_t kBytesMax = std::size_t{64} * 1024;
  static constexpr std::size_t kCamerasMax = 64;
  static constexpr std::chrono::hours kWindowMax{24};
  static constexpr std::string_view kTypeLine = "proviso/authority/v1";

  std::string reference;  // The deployment's; of the form of base/core/id.h.
  WallTime not_before;    // The window, [not_before, not_after).
  WallTime not_after;
  policy::Tier tier = policy::Tier::kOrdinary;
  std::optional<Urgency> urgency;  // With the urgent tier, and only there.
  std::string author;              // Ids of officers; two different people.
  std::string authorising_officer;
  crypto::Digest policy_digest;

  UseCase use_case;
  LocationGrounds location;
  Proportionality proportionality;
  std::string expression_and_assembly;  // May be empty; needed where a sensitive place is touched.
  std::vector<Document> documents;

  std::string place_name;
  policy::PlacePolygon place;
  Notice notice;
  std::vector<Sign> signs;
  PresenceRequirement presence;

  std::vector<AuthorisedCamera> cameras;
  crypto::Digest watchlist;
  std::uint64_t watchlist_entries_max = 0;
  WallTime watchlist_built_at;
  crypto::Digest model_pack;
  std::string precision;  // Of the pack's networks: "f32", "f16", "bf16"; "mixed".
  AccuracyReport accuracy_report;
  int threshold_millionths = kThresholdFloorMillionths;

  // The body of a signed note: kTypeLine, LF, one line of canonical JSON, LF. Anything else is
  // refused: parse_body(text)->to_body() == text for every text that is taken.
  static Result<Statement> parse_body(std::string_view text);
  std::string to_body() const;

  const AuthorisedCamera* find_camera(const CameraId& id) const;  // Null if not named.
  friend bool operator==(const Statement&, const Statement&) = default;
};

}  // namespace proviso::authority
