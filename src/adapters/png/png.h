#pragma once

// Photographs in PNG, through libspng.
//
//   in       the bytes of a whole PNG file: grey, palette and colour, 1 to 16 bits, interlaced or not
//   out      upright BGR, 8 bits: the orientation that an eXIf chunk says is applied, as JPEG's is
//   refused  a picture with a pixel that is not opaque: what an officer sees there, and approves,
//            depends on the viewer, and is not what is compared
//   threads  reentrant
//   limits   below; size and pixels are read from the header before a pixel is decoded
//
// A checksum that does not fit, or an end that is missing, is a refusal: as for JPEG.

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/core/result.h"
#include "base/image/pixels.h"

namespace proviso::png {

inline constexpr std::size_t kBytesMax = std::size_t{64} << 20U;
inline constexpr std::int64_t kPixelsMax = 25'000'000;  // Seven bytes each, while it is decoded.
inline constexpr std::uint32_t kSidePxMax = 65'500;     // As of JPEG.
inline constexpr std::size_t kChunkBytesMax = std::size_t{8} << 20U;  // Texts and profiles, in all.

// Whether the file begins as every PNG does.
bool is_png(std::span<const std::byte> file);

// Errors: kInvalidInput if it is no PNG, cut off, damaged, or not opaque;
//         kOverLimit    if it exceeds a limit above.
Result<image::BgrImage> decode(std::span<const std::byte> file);

}  // namespace proviso::png
