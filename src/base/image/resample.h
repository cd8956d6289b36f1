#pragma once

// From a decoder's planes to a model's pixels, only where a model looks.
//
// Threads: reentrant. Errors: none; a caller's box or size outside the limits is a broken promise.
// Colour: ITU-R BT.601 or BT.709 by the image's own matrix and range.

#include "base/image/geometry.h"
#include "base/image/pixels.h"

namespace proviso::image {

// The part `box` of `from` scaled to `to`, area-averaged when shrinking and bilinear when growing.
// What lies outside the image is black. Shape: to.width x to.height x 3, BGR.
BgrImage crop_scaled(const YuvImage& from, const RectPx& box, SizePx to);

// As above into the top left of `into`, an image of at least `to`; the rest of `into` is untouched.
void crop_scaled_into(const YuvImage& from, const RectPx& box, SizePx to, BgrImage& into);

// `to_from_image` maps image points to crop points; each crop pixel is sampled at its centre,
// averaged over its footprint when the face is larger than the crop. Outside is black.
void warp_into(const YuvImage& from, const Similarity& to_from_image, SizePx to,
               std::span<std::uint8_t> bgr);

// A BGR photograph as planes, so that photographs and frames take one path (BT.601 full range).
YuvImage to_yuv(const BgrImage& from);

}  // namespace proviso::image
