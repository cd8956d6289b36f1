#pragma once

// Photographs in and pictures out, through libjpeg-turbo.
//
//   in       the bytes of a whole JPEG file; grey and colour, baseline and progressive
//   out      upright BGR: the orientation that a telephone wrote into EXIF is applied
//   threads  reentrant
//   limits   below; each is checked on the file's markers before a pixel is decoded, because a
//            small file can name a huge picture or thousands of passes over it
//
// A warning of the library is a refusal: a photograph with a grey lower half is no reference.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/core/result.h"
#include "base/image/pixels.h"

namespace proviso::jpeg {

inline constexpr std::size_t kBytesMax = std::size_t{64} << 20;
// A pixel takes up to nine bytes while it is decoded: three seen, six of a progressive file's
// coefficients. Cameras of 24 megapixels fit.
inline constexpr std::int64_t kPixelsMax = 25'000'000;
inline constexpr int kMarkersMax = 4096;  // Restart markers are not counted.
inline constexpr int kScansMax = 256;
// Each scan of a progressive file passes over every pixel: a camera's photograph has about ten.
inline constexpr std::int64_t kPixelsTimesScansMax = 500'000'000;
inline constexpr int kSidePxMax = 65'500;  // Of libjpeg, for writing.

// Errors: kInvalidInput if it is empty, no JPEG, cut off, damaged, or in the inks of a printer;
//         kOverLimit    if it exceeds a limit above.
Result<image::BgrImage> decode(std::span<const std::byte> file);

// The same as planes, which is what the stages look at. Where the file holds 4:2:0 planes that stand
// upright they are taken as they are, without the way over BGR: half the time, and nothing rounded
// twice. Errors: those of decode().
Result<image::YuvImage> decode_planes(std::span<const std::byte> file);

// 4:2:0, `quality` of libjpeg from 1 to 100 (checked); `picture` is not empty (checked).
// Errors: kOverLimit if a side is longer than kSidePxMax.
Result<std::vector<std::uint8_t>> encode(const image::BgrImage& picture, int quality);

}  // namespace proviso::jpeg
