#pragma once

// A photograph's bytes as what the stages look at.
//
//   in       the bytes of a JPEG or PNG file, told by their first bytes
//   out      its planes, upright
//   errors   those of adapters/jpeg and adapters/png
//   threads  reentrant

#include <cstddef>
#include <filesystem>
#include <span>

#include "base/core/result.h"
#include "base/image/pixels.h"

namespace proviso::enrolment {

Result<image::YuvImage> decode_planes(std::span<const std::byte> file);

// Whether a file of a folder is meant: .jpg, .jpeg or .png, in letters of either case.
bool has_photograph_ending(const std::filesystem::path& file);

}  // namespace proviso::enrolment
