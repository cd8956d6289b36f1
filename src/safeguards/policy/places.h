#pragma once

// Places on the ground, and whether two of them touch: sensitive places stand in the policy, the
// deployment's place in its authority, and where they meet another signature is needed.
//
//   unit   WGS 84, ten-millionths of a degree (about 1 cm), as integers: latitude first
//   shape  a closed, simple polygon (no edge crosses or touches another but its neighbours), in
//          either direction, of 3 to kCornersMax corners and at most one degree high and wide; so
//          none spans a pole or the 180th meridian
//
// Edges are straight in latitude and longitude. Everything is exact: no rounding, no distances; a
// place that must keep its distance is drawn with it.
//
// Errors: check_place(): kInvalidInput. touch() takes checked polygons (PROVISO_CHECK).
// Threads: reentrant. Cost: touch() of polygons whose boxes meet is corners x corners.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso::policy {

inline constexpr std::int64_t kDegreeE7 = 10'000'000;

struct PlacePolygon {
  struct Corner {
    std::int64_t latitude_e7 = 0;   // -90 to 90 degrees.
    std::int64_t longitude_e7 = 0;  // -180 to 180 degrees.
    friend bool operator==(const Corner&, const Corner&) = default;
  };
  static constexpr std::size_t kCornersMin = 3;
  static constexpr std::size_t kCornersMax = 128;
  static constexpr std::int64_t kExtentE7Max = kDegreeE7;

  std::vector<Corner> corners;
  friend bool operator==(const PlacePolygon&, const PlacePolygon&) = default;
};

// `what` names the place in the message ("policy.places[2]").
Status check_place(const PlacePolygon& place, std::string_view what);

// Whether they share a point; a shared corner or edge is enough, and so is one inside the other.
bool touch(const PlacePolygon& a, const PlacePolygon& b);

}  // namespace proviso::policy
