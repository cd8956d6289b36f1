#pragma once

// Upright pixels from a camera held sideways: a video's rotation metadata, a photograph's EXIF.
//
//   in       an image and how many quarter turns clockwise bring it upright; any integer, modulo 4
//   out      an image that owns its pixels
//   threads  reentrant; errors: none
//
// Chroma of an odd width or height moves by up to half a chroma sample when it is turned: the
// planes are turned as they are, not resampled.

#include "base/image/pixels.h"

namespace proviso::image {

YuvImage rotate(const YuvImage& from, int quarter_turns);
BgrImage rotate(const BgrImage& from, int quarter_turns);

// Left becomes right.
BgrImage mirror(const BgrImage& from);

// `orientation` is EXIF's, 1 to 8 (checked): base/image/exif.h.
BgrImage upright(BgrImage stored, int orientation);

}  // namespace proviso::image
