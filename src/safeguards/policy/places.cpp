#include "safeguards/policy/places.h"

#include <algorithm>
#include <limits>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::policy {
namespace {

using Corner = PlacePolygon::Corner;

constexpr std::int64_t kLatitudeE7Max = 90 * kDegreeE7;
constexpr std::int64_t kLongitudeE7Max = 180 * kDegreeE7;

struct Box {
  Corner low{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max()};
  Corner high{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::min()};
};

Box box_of(const PlacePolygon& place) {
  Box box;
  for (const Corner& corner : place.corners) {
    box.low.latitude_e7 = std::min(box.low.latitude_e7, corner.latitude_e7);
    box.low.longitude_e7 = std::min(box.low.longitude_e7, corner.longitude_e7);
    box.high.latitude_e7 = std::max(box.high.latitude_e7, corner.latitude_e7);
    box.high.longitude_e7 = std::max(box.high.longitude_e7, corner.longitude_e7);
  }
  return box;
}

bool meet(const Box& a, const Box& b) {
  return a.low.latitude_e7 <= b.high.latitude_e7 && b.low.latitude_e7 <= a.high.latitude_e7 &&
         a.low.longitude_e7 <= b.high.longitude_e7 && b.low.longitude_e7 <= a.high.longitude_e7;
}

// On which side of the line from `a` to `b` the point lies: -1, 0 (on it), 1. Exact in 64 bits:
// all three lie in two boxes that meet, so no difference exceeds twice kExtentE7Max.
int side_of(const Corner& a, const Corner& b, const Corner& point) {
  const std::int64_t cross =
      (b.latitude_e7 - a.latitude_e7) * (point.longitude_e7 - a.longitude_e7) -
      (b.longitude_e7 - a.longitude_e7) * (point.latitude_e7 - a.latitude_e7);
  return (cross > 0) - (cross < 0);
}

// `point` is on the line through the edge.
bool within(const Corner& a, const Corner& b, const Corner& point) {
  return std::min(a.latitude_e7, b.latitude_e7) <= point.latitude_e7 &&
         point.latitude_e7 <= std::max(a.latitude_e7, b.latitude_e7) &&
         std::min(a.longitude_e7, b.longitude_e7) <= point.longitude_e7 &&
         point.longitude_e7 <= std::max(a.longitude_e7, b.longitude_e7);
}

bool edges_touch(const Corner& a, const Corner& b, const Corner& c, const Corner& d) {
  const int c_side = side_of(a, b, c);
  const int d_side = side_of(a, b, d);
  const int a_side = side_of(c, d, a);
  const int b_side = side_of(c, d, b);
  if (c_side * d_side < 0 && a_side * b_side < 0) return true;
  return (c_side == 0 && within(a, b, c)) || (d_side == 0 && within(a, b, d)) ||
         (a_side == 0 && within(c, d, a)) || (b_side == 0 && within(c, d, b));
}

const Corner& next(const PlacePolygon& place, std::size_t index) {
  return place.corners[(index + 1) % place.corners.size()];
}

// Even-odd rule; `point` is not on an edge.
bool contains(const PlacePolygon& place, const Corner& point) {
  bool inside = false;
  for (std::size_t n = 0; n < place.corners.size(); ++n) {
    const Corner& a = place.corners[n];
    const Corner& b = next(place, n);
    if ((a.latitude_e7 > point.latitude_e7) == (b.latitude_e7 > point.latitude_e7)) continue;
    const int side = side_of(a, b, point);
    if (b.latitude_e7 > a.latitude_e7 ? side > 0 : side < 0) inside = !inside;
  }
  return inside;
}

bool is_within_limits(const PlacePolygon& place) {
  if (place.corners.size() < PlacePolygon::kCornersMin ||
      place.corners.size() > PlacePolygon::kCornersMax) {
    return false;
  }
  const Box box = box_of(place);
  return box.low.latitude_e7 >= -kLatitudeE7Max && box.high.latitude_e7 <= kLatitudeE7Max &&
         box.low.longitude_e7 >= -kLongitudeE7Max && box.high.longitude_e7 <= kLongitudeE7Max &&
         box.high.latitude_e7 - box.low.latitude_e7 <= PlacePolygon::kExtentE7Max &&
         box.high.longitude_e7 - box.low.longitude_e7 <= PlacePolygon::kExtentE7Max;
}

// An edge and the next share their corner; they may share nothing else.
bool folds_back(const Corner& a, const Corner& b, const Corner& c) {
  return side_of(a, b, c) == 0 && (within(a, b, c) || within(b, c, a));
}

bool is_simple(const PlacePolygon& place) {
  const std::size_t count = place.corners.size();
  for (std::size_t n = 0; n < count; ++n) {
    const Corner& a = place.corners[n];
    const Corner& b = next(place, n);
    if (folds_back(a, b, next(place, n + 1))) return false;
    for (std::size_t m = n + 2; m < count; ++m) {
      const bool are_neighbours = n == 0 && m + 1 == count;
      if (!are_neighbours && edges_touch(a, b, place.corners[m], next(place, m))) return false;
    }
  }
  return true;
}

}  // namespace

Status check_place(const PlacePolygon& place, std::string_view what) {
  if (!is_within_limits(place)) {
    return Error{ErrorCode::kInvalidInput,
                 concat(what,
                        " must be a polygon of ",
                        PlacePolygon::kCornersMin,
                        " to ",
                        PlacePolygon::kCornersMax,
                        " corners [latitude, longitude] in ten-millionths of a degree, at most one "
                        "degree high and wide; found ",
                        place.corners.size(),
                        " corners; correct or divide it")};
  }
  if (!is_simple(place)) {
    return Error{ErrorCode::kInvalidInput,
                 concat(what,
                        " must be a polygon whose edges touch no edge but their neighbours; found "
                        "two that do; draw its outline once round, each corner once")};
  }
  return Done{};
}

bool touch(const PlacePolygon& a, const PlacePolygon& b) {
  PROVISO_CHECK(is_within_limits(a) && is_within_limits(b));
  if (!meet(box_of(a), box_of(b))) return false;
  for (std::size_t n = 0; n < a.corners.size(); ++n) {
    for (std::size_t m = 0; m < b.corners.size(); ++m) {
      if (edges_touch(a.corners[n], next(a, n), b.corners[m], next(b, m))) return true;
    }
  }
  return contains(a, b.corners[0]) || contains(b, a.corners[0]);
}

}  // namespace proviso::policy
