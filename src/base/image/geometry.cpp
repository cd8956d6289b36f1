#include "base/image/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/core/check.h"

namespace proviso::image {

float area_px2(const RectPx& rect) {
  return std::max(rect.width, 0.0F) * std::max(rect.height, 0.0F);
}

float overlap_iou(const RectPx& a, const RectPx& b) {
  const RectPx shared{
      .x = std::max(a.x, b.x),
      .y = std::max(a.y, b.y),
      .width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x),
      .height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y),
  };
  const float shared_px2 = area_px2(shared);
  const float union_px2 = area_px2(a) + area_px2(b) - shared_px2;
  // Rounding of the corners can make the shared area a little larger than either box.
  return union_px2 > 0 ? std::min(shared_px2 / union_px2, 1.0F) : 0.0F;
}

PointPx centre(const RectPx& rect) {
  return {rect.x + rect.width / 2, rect.y + rect.height / 2};
}

bool contains(const ZonePolygon& zone, PointPx point, SizePx frame) {
  PROVISO_CHECK(frame.width > 0 && frame.height > 0);
  const double x_permille = point.x * 1000.0 / frame.width;
  const double y_permille = point.y * 1000.0 / frame.height;
  bool inside = false;
  for (std::size_t i = 0; i < zone.corners.size(); ++i) {
    const auto& from = zone.corners[i];
    const auto& to = zone.corners[(i + 1) % zone.corners.size()];
    const bool crosses_row = (from.y_permille > y_permille) != (to.y_permille > y_permille);
    if (!crosses_row) continue;
    const double along = (y_permille - from.y_permille) / (to.y_permille - from.y_permille);
    if (x_permille < from.x_permille + along * (to.x_permille - from.x_permille)) inside = !inside;
  }
  return inside;
}

float Similarity::scale() const {
  return std::hypot(a, b);
}

Similarity fit_similarity(std::span<const PointPx> from, std::span<const PointPx> to) {
  PROVISO_CHECK(from.size() == to.size() && from.size() >= 2);
  const auto count = static_cast<double>(from.size());
  double from_x = 0;
  double from_y = 0;
  double to_x = 0;
  double to_y = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    from_x += from[i].x / count;
    from_y += from[i].y / count;
    to_x += to[i].x / count;
    to_y += to[i].y / count;
  }
  double dot = 0;
  double cross = 0;
  double spread = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double x = from[i].x - from_x;
    const double y = from[i].y - from_y;
    dot += x * (to[i].x - to_x) + y * (to[i].y - to_y);
    cross += x * (to[i].y - to_y) - y * (to[i].x - to_x);
    spread += x * x + y * y;
  }
  PROVISO_CHECK(std::ranges::any_of(
      from, [&](PointPx p) { return p.x != from.front().x || p.y != from.front().y; }));
  // In the plane, Umeyama's singular values reduce to these two sums.
  const double a = dot / spread;
  const double b = cross / spread;
  return {.a = static_cast<float>(a),
          .b = static_cast<float>(b),
          .tx = static_cast<float>(to_x - a * from_x + b * from_y),
          .ty = static_cast<float>(to_y - b * from_x - a * from_y)};
}

}  // namespace proviso::image
