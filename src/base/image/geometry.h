#pragma once

// Points, sizes and boxes on an image. Unit: pixels of that image; x to the right, y down, origin
// at the outer corner of the first pixel, so the centre of the first pixel is (0.5, 0.5). A
// detector or model that counts from pixel centres converts at its own border.

#include <array>
#include <span>
#include <vector>

namespace proviso::image {

struct PointPx {
  float x = 0;
  float y = 0;
};

struct SizePx {
  int width = 0;
  int height = 0;
  friend bool operator==(SizePx, SizePx) = default;
};

struct RectPx {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
};

// Order: right eye, left eye (the person's own), nose tip, right and left corner of the mouth, as
// YuNet gives them: the person's right eye is on the left of the image.
using FivePoints = std::array<PointPx, 5>;

float area_px2(const RectPx& rect);
// Intersection over union, in [0, 1]. Two empty boxes do not overlap: 0.
float overlap_iou(const RectPx& a, const RectPx& b);
PointPx centre(const RectPx& rect);

// A closed polygon in per-mille of the frame's width and height: 3 to 64 corners, each in 0..1000.
struct ZonePolygon {
  struct Corner {
    int x_permille = 0;
    int y_permille = 0;
    friend bool operator==(const Corner&, const Corner&) = default;
  };
  static constexpr std::size_t kCornersMax = 64;
  std::vector<Corner> corners;
  friend bool operator==(const ZonePolygon&, const ZonePolygon&) = default;
};

// Even-odd rule; a point on an edge may fall either way.
bool contains(const ZonePolygon& zone, PointPx point, SizePx frame);

// p' = (a x - b y + tx, b x + a y + ty): rotation, uniform scale and shift, never a mirror.
struct Similarity {
  float a = 1;
  float b = 0;
  float tx = 0;
  float ty = 0;
  PointPx operator()(PointPx p) const { return {a * p.x - b * p.y + tx, b * p.x + a * p.y + ty}; }
  float scale() const;
};

// Least squares without reflection: Umeyama, IEEE PAMI 13(4), 1991. `from` and `to` have the same
// size of at least 2 with not all points equal (checked).
Similarity fit_similarity(std::span<const PointPx> from, std::span<const PointPx> to);

}  // namespace proviso::image
