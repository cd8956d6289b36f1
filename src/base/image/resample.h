#pragma once

// From a decoder's planes to a model's pixels, only where a model looks.
//
// Threads: reentrant. Errors: none; a caller's box or size outside the limits is a broken promise:
// an image or output that is empty, an image with a side over kImageSidePxMax (photographs are
// larger than frames), an output larger than a frame may be, a box without area, not finite, or
// further than kReachPxMax from the origin.
// Colour: ITU-R BT.601 or BT.709 by the image's own matrix and range. A chroma sample is taken to
// lie in the middle of its four luma samples, as in JPEG; half a pixel of shift in the others.

#include <cstdint>
#include <span>

#include "base/image/geometry.h"
#include "base/image/pixels.h"

namespace proviso::image {

inline constexpr int kImageSidePxMax = 65'535;
inline constexpr float kReachPxMax = 1'000'000;

// The part `box` of `from` scaled to `to`, area-averaged when shrinking and bilinear when growing.
// What lies outside the image is black. Shape: to.width x to.height x 3, BGR.
BgrImage crop_scaled(const YuvImage& from, const RectPx& box, SizePx to);

// As above into the top left of `into`, an image of at least `to`; the rest of `into` is untouched.
void crop_scaled_into(const YuvImage& from, const RectPx& box, SizePx to, BgrImage& into);

// The luma alone, as it is coded, for measuring: to.width * to.height bytes. Outside is black.
void crop_luma_scaled(const YuvImage& from,
                      const RectPx& box,
                      SizePx to,
                      std::span<std::uint8_t> luma);

inline constexpr double kSampleSpacingPxMax = 1.5;
inline constexpr int kSamplesASideMax = 16;

// `to_from_image` maps image points to crop points; each crop pixel is sampled at its centre,
// averaged over its footprint when that is wider than kSampleSpacingPxMax: a grid of up to
// kSamplesASideMax x kSamplesASideMax bilinear samples. Outside is black.
// Of the same transform between pixel centres M, to_from_image is M(p - 0.5) + 0.5: it gives what
// OpenCV's warpAffine gives for M, up to rounding. Shape: bgr.size() == to.width * to.height * 3.
void warp_into(const YuvImage& from,
               const Similarity& to_from_image,
               SizePx to,
               std::span<std::uint8_t> bgr);

// A BGR photograph as planes, so that photographs and frames take one path: BT.601 full range, in
// one block that `owner` keeps.
YuvImage to_yuv(const BgrImage& from);

}  // namespace proviso::image
