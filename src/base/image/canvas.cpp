#include "base/image/canvas.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "base/core/check.h"
#include "base/image/plane_scaler.h"

namespace proviso::image {
namespace {

constexpr int kOpaque = 255;

// The columns or rows of a canvas that a picture reaches, and how they map into it.
struct Reach {
  int begin = 0;
  Axis axis;
};

std::optional<Reach> reach(double at, double length, int canvas_size, int picture_size) {
  const double begin = std::max(std::floor(at), 0.0);
  const double end = std::min<double>(std::ceil(at + length), canvas_size);
  if (begin >= end) return std::nullopt;
  const double step = picture_size / length;
  return Reach{.begin = static_cast<int>(begin),
               .axis = {.origin = (begin - at) * step,
                        .step = step,
                        .count_out = static_cast<int>(end - begin),
                        .count_in = picture_size,
                        .extent = static_cast<double>(picture_size)}};
}

bool is_placeable(const RectPx& where) {
  return std::isfinite(where.x) && std::isfinite(where.y) && std::isfinite(where.width) &&
         std::isfinite(where.height) && where.width > 0 && where.height > 0;
}

std::uint8_t* row_of(BgrImage& canvas, int column, int row) {
  return canvas.pixels.data() +
         (static_cast<std::size_t>(row) * static_cast<std::size_t>(canvas.size.width) +
          static_cast<std::size_t>(column)) *
             3;
}

void blend_row(const std::uint8_t* colour,
               const std::uint8_t* cover,
               int count,
               std::uint8_t* out) {
  for (int i = 0; i < count; ++i) {
    for (int channel = 0; channel < 3; ++channel, ++out, ++colour) {
      const int mixed = *colour * cover[i] + *out * (kOpaque - cover[i]);
      *out = static_cast<std::uint8_t>((mixed + kOpaque / 2) / kOpaque);
    }
  }
}

}  // namespace

void fill(BgrImage& canvas, const RectPx& where, BgrColour colour) {
  PROVISO_CHECK(is_placeable(where));
  const auto first = [](double from, int size) {
    return static_cast<int>(std::clamp<double>(std::ceil(from - 0.5), 0, size));
  };
  const int left = first(where.x, canvas.size.width);
  const int right = first(double{where.x} + where.width, canvas.size.width);
  const int top = first(where.y, canvas.size.height);
  const int bottom = first(double{where.y} + where.height, canvas.size.height);
  for (int y = top; y < bottom; ++y) {
    std::uint8_t* at = row_of(canvas, left, y);
    for (int x = left; x < right; ++x) {
      *at++ = colour.blue;
      *at++ = colour.green;
      *at++ = colour.red;
    }
  }
}

void paste_scaled(BgrImage& canvas, const BgrImage& picture, const RectPx& where) {
  const std::vector<std::uint8_t> opaque(picture.pixels.size() / 3, std::uint8_t{kOpaque});
  blend_scaled(canvas, picture, opaque, where);
}

void blend_scaled(BgrImage& canvas,
                  const BgrImage& picture,
                  std::span<const std::uint8_t> alpha,
                  const RectPx& where) {
  PROVISO_CHECK(is_placeable(where));
  PROVISO_CHECK(!alpha.empty() && alpha.size() * 3 == picture.pixels.size());
  const auto across = reach(where.x, where.width, canvas.size.width, picture.size.width);
  const auto down = reach(where.y, where.height, canvas.size.height, picture.size.height);
  if (!across || !down) return;
  PlaneScaler cover(
      {.plane = {alpha.data(), picture.size.width}, .across = across->axis, .down = down->axis});
  PlaneScaler::Input colours{
      .plane = {picture.pixels.data(), std::ptrdiff_t{3} * picture.size.width},
      .channels = 3,
      .across = across->axis,
      .down = down->axis};
  // A pixel at the edge is partly covered, but by the picture's full colour.
  colours.across.outside = Outside::kRepeated;
  colours.down.outside = Outside::kRepeated;
  PlaneScaler colour(colours);
  for (int row = 0; row < down->axis.count_out; ++row) {
    blend_row(colour.row(row),
              cover.row(row),
              across->axis.count_out,
              row_of(canvas, across->begin, down->begin + row));
  }
}

}  // namespace proviso::image
