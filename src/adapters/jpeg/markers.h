#pragma once

// What the markers of a JPEG file say before a pixel of it is decoded.
//
//   in       the bytes of a file, foreign
//   out      its size and orientation, within the limits of adapters/jpeg/jpeg.h
//   threads  reentrant; one pass over the bytes, nothing allocated
//   source   ITU-T T.81 annex B; EXIF 2.32 4.6 for the orientation
//
// Orientation is EXIF's: 1 upright, to 8; 1 where the file does not say or says it wrongly.

#include <cstddef>
#include <span>

#include "base/core/result.h"
#include "base/image/geometry.h"

namespace proviso::jpeg {

struct Survey {
  image::SizePx size;  // As stored, before the orientation is applied.
  int orientation = 1;
  int scans = 0;
};

// Errors: as of decode(), without what only decoding can find.
Result<Survey> survey(std::span<const std::byte> file);

}  // namespace proviso::jpeg
