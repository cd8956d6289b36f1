#pragma once

// The two forms of pixels on the path of a face.
//
//   YuvImage   what a decoder gives: 8-bit planar 4:2:0, borrowed planes kept alive by `owner`
//   BgrImage   what a model takes: 8-bit interleaved B, G, R, rows without padding, owned
//
// A frame is never converted whole: boxes and crops of it are (base/image/resample.h), so cost
// follows faces and not frames. Limits: kFrameWidthMax x kFrameHeightMax.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/image/geometry.h"

namespace proviso::image {

inline constexpr int kFrameWidthMax = 7680;
inline constexpr int kFrameHeightMax = 4320;

enum class YuvMatrix : std::uint8_t { kBt601, kBt709 };
enum class YuvRange : std::uint8_t { kLimited, kFull };

struct YuvPlane {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride_bytes = 0;
};

// Chroma planes are (width + 1) / 2 by (height + 1) / 2. Upright: rotation is already applied.
struct YuvImage {
  SizePx size;
  YuvPlane y;
  YuvPlane u;
  YuvPlane v;
  YuvMatrix matrix = YuvMatrix::kBt601;
  YuvRange range = YuvRange::kLimited;
  std::shared_ptr<const void> owner;  // Keeps the planes alive: a decoder's frame or a vector.
};

struct BgrImage {
  SizePx size;
  std::vector<std::uint8_t> pixels;  // size.width * size.height * 3

  BgrImage() = default;
  explicit BgrImage(SizePx of)
      : size(of),
        pixels(static_cast<std::size_t>(of.width) * static_cast<std::size_t>(of.height) * 3) {}
};

}  // namespace proviso::image
