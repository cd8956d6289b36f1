#pragma once

// How a photograph was held, as EXIF says it.
//
//   in       a TIFF block, foreign: what follows "Exif" in a JPEG, or the eXIf chunk of a PNG
//   out      1 upright, to 8; nothing where it does not say, or says it wrongly
//   limits   the first directory alone (the others describe a thumbnail), 512 entries of it
//   threads  reentrant; one pass, nothing allocated
//   source   EXIF 2.32 4.6

#include <cstddef>
#include <optional>
#include <span>

namespace proviso::image {

std::optional<int> exif_orientation(std::span<const std::byte> tiff);

}  // namespace proviso::image
