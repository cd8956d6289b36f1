#pragma once

// The written authority's statement: what may be run, where, until when, against which list, with
// which models, at which threshold. One JSON object, integers only (docs/formats/statement.md);
// signatures come around these bytes.
//
//   errors  parse(): kInvalidInput naming the field, the value found and the value needed: unknown,
//           missing or doubled fields, wrong types, values outside their range; kOverLimit over
//           kBytesMax
//   threads values

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "base/image/geometry.h"

namespace proviso::authority {

enum class CameraKind : std::uint8_t { kLive, kRecording };

struct AuthorisedCamera {
  CameraId id;
  CameraKind kind = CameraKind::kLive;
  std::string address;      // A path, a device or an rtsp(s) URL without its password.
  image::ZonePolygon zone;  // The zone of recognition.
  friend bool operator==(const AuthorisedCamera&, const AuthorisedCamera&) = default;
};

// The figures that bind the path. Defaults are the demonstration's; they are not lawful figures.
struct OperatingPoint {
  int face_width_px_min = 32;            // Smallest face that may be compared; box width.
  int enrolment_face_width_px_min = 40;  // Smallest face that may be enrolled.
  int threshold_millionths = 450'000;    // On the fused score.
  int shots_min = 3;                     // Shots that must agree before an alert.
  int embeddings_per_track_max = 5;
  int repeat_s = 60;  // Later tracks of the same entry update the open alert.
  friend bool operator==(const OperatingPoint&, const OperatingPoint&) = default;
};

// Lowest threshold that any statement may name with this software: the highest impostor score seen
// in the default pack's measurements was 0.38 (docs/formats/statement.md).
inline constexpr int kThresholdFloorMillionths = 400'000;

struct Statement {
  static constexpr std::size_t kBytesMax = std::size_t{64} * 1024;
  static constexpr std::size_t kCamerasMax = 64;
  static constexpr std::chrono::hours kWindowMax{24};

  std::string reference;  // The deployment's; of the form of base/core/id.h.
  WallTime not_before;    // The window, [not_before, not_after).
  WallTime not_after;
  std::vector<AuthorisedCamera> cameras;
  crypto::Digest watchlist;
  std::uint64_t watchlist_entries_max = 0;
  crypto::Digest model_pack;
  OperatingPoint operating_point;

  static Result<Statement> parse(std::string_view json);
  std::string to_json() const;  // One line, keys sorted, ending in LF. parse(to_json()) == *this.
  const AuthorisedCamera* find_camera(const CameraId& id) const;  // Null if not named.
  friend bool operator==(const Statement&, const Statement&) = default;
};

}  // namespace proviso::authority
