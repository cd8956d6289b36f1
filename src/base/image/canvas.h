#pragma once

// Composing pictures: the side-by-side picture of an alert, and simulated crowds.
//
//   in       a canvas and what goes onto it; a rectangle in the canvas's pixels, which may have
//            fractions and may reach over the edges: what lies outside is cut away
//   threads  reentrant, one writer of a canvas at a time; errors: none
//
// A rectangle without area or that is not finite is a broken promise.

#include <cstdint>
#include <span>

#include "base/image/pixels.h"

namespace proviso::image {

struct BgrColour {
  std::uint8_t blue = 0;
  std::uint8_t green = 0;
  std::uint8_t red = 0;
};

// Pixels whose centre lies in `where` take `colour`.
void fill(BgrImage& canvas, const RectPx& where, BgrColour colour);

// `picture` scaled to fill `where`: area-averaged when shrinking, bilinear when growing.
void paste_scaled(BgrImage& canvas, const BgrImage& picture, const RectPx& where);

// As above, mixed in by `alpha`: one byte for each pixel of `picture`, 0 keeps the canvas, 255
// covers it.
void blend_scaled(BgrImage& canvas,
                  const BgrImage& picture,
                  std::span<const std::uint8_t> alpha,
                  const RectPx& where);

}  // namespace proviso::image
