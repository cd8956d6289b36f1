#include "base/image/resample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/core/check.h"
#include "base/image/plane_scaler.h"
#include "base/image/row_kernels.h"

namespace proviso::image {
namespace {

constexpr std::uint8_t kNoChroma = 128;

bool is_input(SizePx size) {
  return size.width > 0 && size.height > 0 && size.width <= kImageSidePxMax &&
         size.height <= kImageSidePxMax;
}

bool is_output(SizePx size) {
  return size.width > 0 && size.height > 0 && size.width <= kFrameWidthMax &&
         size.height <= kFrameHeightMax;
}

bool is_within_reach(const RectPx& box) {
  const auto reachable = [](float value) { return std::abs(value) <= kReachPxMax; };
  return reachable(box.x) && reachable(box.y) && box.width > 0 && box.height > 0 &&
         reachable(box.width) && reachable(box.height);
}

std::uint8_t black_luma(YuvRange range) {
  return range == YuvRange::kFull ? 0 : 16;
}

Axis axis(double origin, double length, int count_out, int count_in) {
  return {.origin = origin,
          .step = length / count_out,
          .count_out = count_out,
          .count_in = count_in,
          .extent = static_cast<double>(count_in)};
}

PlaneScaler luma_scaler(const YuvImage& from, const RectPx& box, SizePx to) {
  return PlaneScaler({.plane = from.y,
                      .across = axis(box.x, box.width, to.width, from.size.width),
                      .down = axis(box.y, box.height, to.height, from.size.height),
                      .outside = black_luma(from.range)});
}

PlaneScaler chroma_scaler(const YuvImage& from,
                          const YuvPlane& plane,
                          const RectPx& box,
                          SizePx to) {
  const SizePx size{(from.size.width + 1) / 2, (from.size.height + 1) / 2};
  Axis across = axis(box.x / 2.0, box.width / 2.0, to.width, size.width);
  Axis down = axis(box.y / 2.0, box.height / 2.0, to.height, size.height);
  across.extent = from.size.width / 2.0;
  down.extent = from.size.height / 2.0;
  return PlaneScaler({.plane = plane, .across = across, .down = down, .outside = kNoChroma});
}

}  // namespace

BgrImage crop_scaled(const YuvImage& from, const RectPx& box, SizePx to) {
  PROVISO_CHECK(is_output(to));
  BgrImage result(to);
  crop_scaled_into(from, box, to, result);
  return result;
}

void crop_scaled_into(const YuvImage& from, const RectPx& box, SizePx to, BgrImage& into) {
  PROVISO_CHECK(is_input(from.size) && is_output(to) && is_within_reach(box));
  PROVISO_CHECK(to.width <= into.size.width && to.height <= into.size.height);
  PlaneScaler y = luma_scaler(from, box, to);
  PlaneScaler u = chroma_scaler(from, from.u, box, to);
  PlaneScaler v = chroma_scaler(from, from.v, box, to);
  const ColourWeights weights = colour_weights(from.matrix, from.range);
  const std::size_t stride_bytes = static_cast<std::size_t>(into.size.width) * 3;
  for (int row = 0; row < to.height; ++row) {
    row_kernels().bgr_from_yuv({y.row(row), u.row(row), v.row(row)},
                               weights,
                               into.pixels.data() + static_cast<std::size_t>(row) * stride_bytes,
                               to.width);
  }
}

void crop_luma_scaled(const YuvImage& from,
                      const RectPx& box,
                      SizePx to,
                      std::span<std::uint8_t> luma) {
  PROVISO_CHECK(is_input(from.size) && is_output(to) && is_within_reach(box));
  const auto width = static_cast<std::size_t>(to.width);
  PROVISO_CHECK(luma.size() == width * static_cast<std::size_t>(to.height));
  PlaneScaler y = luma_scaler(from, box, to);
  for (int row = 0; row < to.height; ++row) {
    std::memcpy(luma.data() + static_cast<std::size_t>(row) * width, y.row(row), width);
  }
}

namespace {

// BT.601 full range, sixteen fraction bits.
constexpr int kCodeBits = 16;
constexpr int kCodeHalf = 1 << (kCodeBits - 1);

struct Sum {
  int blue = 0;
  int green = 0;
  int red = 0;
};

std::uint8_t luma_of(const std::uint8_t* bgr) {
  return static_cast<std::uint8_t>((7471 * bgr[0] + 38470 * bgr[1] + 19595 * bgr[2] + kCodeHalf) >>
                                   kCodeBits);
}

std::uint8_t chroma_of(int weighted) {
  const int middle = kNoChroma << kCodeBits;
  return static_cast<std::uint8_t>(
      std::clamp((weighted + middle + kCodeHalf) >> kCodeBits, 0, 255));
}

// The mean of the up to four pixels that share the chroma sample at (column, row).
Sum mean_of_four(const BgrImage& from, int column, int row) {
  Sum sum;
  int count = 0;
  for (int y = 2 * row; y < std::min(2 * row + 2, from.size.height); ++y) {
    for (int x = 2 * column; x < std::min(2 * column + 2, from.size.width); ++x, ++count) {
      const std::uint8_t* at = from.pixels.data() + (static_cast<std::size_t>(y) *
                                                         static_cast<std::size_t>(from.size.width) +
                                                     static_cast<std::size_t>(x)) *
                                                        3;
      sum.blue += at[0];
      sum.green += at[1];
      sum.red += at[2];
    }
  }
  return {(sum.blue + count / 2) / count,
          (sum.green + count / 2) / count,
          (sum.red + count / 2) / count};
}

}  // namespace

YuvImage to_yuv(const BgrImage& from) {
  PROVISO_CHECK(is_input(from.size));
  const SizePx chroma{(from.size.width + 1) / 2, (from.size.height + 1) / 2};
  const auto luma_bytes =
      static_cast<std::size_t>(from.size.width) * static_cast<std::size_t>(from.size.height);
  const auto chroma_bytes =
      static_cast<std::size_t>(chroma.width) * static_cast<std::size_t>(chroma.height);
  PROVISO_CHECK(from.pixels.size() == luma_bytes * 3);
  auto planes = std::make_shared<std::vector<std::uint8_t>>(luma_bytes + 2 * chroma_bytes);
  std::uint8_t* y = planes->data();
  std::uint8_t* u = y + luma_bytes;
  std::uint8_t* v = u + chroma_bytes;
  for (std::size_t i = 0; i < luma_bytes; ++i) y[i] = luma_of(from.pixels.data() + 3 * i);
  std::size_t at = 0;
  for (int row = 0; row < chroma.height; ++row) {
    for (int column = 0; column < chroma.width; ++column, ++at) {
      const Sum mean = mean_of_four(from, column, row);
      u[at] = chroma_of(32768 * mean.blue - 21709 * mean.green - 11059 * mean.red);
      v[at] = chroma_of(32768 * mean.red - 27439 * mean.green - 5329 * mean.blue);
    }
  }
  return {.size = from.size,
          .y = {y, from.size.width},
          .u = {u, chroma.width},
          .v = {v, chroma.width},
          .matrix = YuvMatrix::kBt601,
          .range = YuvRange::kFull,
          .owner = std::move(planes)};
}

}  // namespace proviso::image
