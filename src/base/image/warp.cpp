#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/core/check.h"
#include "base/image/resample.h"
#include "base/image/row_kernels.h"

namespace proviso::image {
namespace {

// Positions are fixed point: sixteen fraction bits, of which the upper eight weigh the samples.
constexpr int kPositionBits = 16;
constexpr int kBlendBits = 8;
constexpr std::int64_t kPositionOne = std::int64_t{1} << kPositionBits;
constexpr std::uint8_t kNoChroma = 128;

std::int64_t fixed(double value) {
  return std::llround(std::ldexp(value, kPositionBits));
}

// Samples of an image along a straight line: where it starts and how far apart, in pixels.
struct Line {
  double x = 0;
  double y = 0;
  double step_x = 0;
  double step_y = 0;
  int count = 0;

  Line halved() const { return {x / 2, y / 2, step_x / 2, step_y / 2, count}; }
};

struct Samples {
  YuvPlane plane;
  SizePx size;
  double extent_x = 0;
  double extent_y = 0;
  std::uint8_t outside = 0;
};

[[gnu::always_inline]] inline std::uint8_t blend(
    const std::uint8_t* upper, const std::uint8_t* lower, std::ptrdiff_t right, int x, int y) {
  const int above = (upper[0] << kBlendBits) + (upper[right] - upper[0]) * x;
  const int below = (lower[0] << kBlendBits) + (lower[right] - lower[0]) * x;
  const int sum = (above << kBlendBits) + (below - above) * y;
  return static_cast<std::uint8_t>((sum + (1 << (2 * kBlendBits - 1))) >> (2 * kBlendBits));
}

int blend_weight(std::int64_t position) {
  return static_cast<int>(position >> (kPositionBits - kBlendBits)) & ((1 << kBlendBits) - 1);
}

// All four neighbours of every sample exist.
void sample_inside(const Samples& samples, const Line& line, std::uint8_t* out) {
  std::int64_t x = fixed(line.x - 0.5);
  std::int64_t y = fixed(line.y - 0.5);
  const std::int64_t step_x = fixed(line.step_x);
  const std::int64_t step_y = fixed(line.step_y);
  const std::ptrdiff_t stride = samples.plane.stride_bytes;
  for (int i = 0; i < line.count; ++i, x += step_x, y += step_y) {
    const std::uint8_t* at =
        samples.plane.data + (y >> kPositionBits) * stride + (x >> kPositionBits);
    out[i] = blend(at, at + stride, 1, blend_weight(x), blend_weight(y));
  }
}

void sample_anywhere(const Samples& samples, const Line& line, std::uint8_t* out) {
  const std::int64_t x_max = (samples.size.width - 1) * kPositionOne;
  const std::int64_t y_max = (samples.size.height - 1) * kPositionOne;
  for (int i = 0; i < line.count; ++i) {
    const double x = line.x + i * line.step_x;
    const double y = line.y + i * line.step_y;
    if (x < 0 || y < 0 || x >= samples.extent_x || y >= samples.extent_y) {
      out[i] = samples.outside;
      continue;
    }
    const std::int64_t column = std::clamp<std::int64_t>(fixed(x - 0.5), 0, x_max);
    const std::int64_t row = std::clamp<std::int64_t>(fixed(y - 0.5), 0, y_max);
    const std::uint8_t* upper = samples.plane.data +
                                (row >> kPositionBits) * samples.plane.stride_bytes +
                                (column >> kPositionBits);
    const std::uint8_t* lower = upper + (row < y_max ? samples.plane.stride_bytes : 0);
    const std::ptrdiff_t right = column < x_max ? 1 : 0;
    out[i] = blend(upper, lower, right, blend_weight(column), blend_weight(row));
  }
}

void sample(const Samples& samples, const Line& line, std::uint8_t* out) {
  // A whole sample of margin covers the rounding of the fixed-point steps.
  const auto has_neighbours = [&](double x, double y) {
    return x >= 1.5 && y >= 1.5 && x < samples.size.width - 1.5 && y < samples.size.height - 1.5;
  };
  const double last_x = line.x + (line.count - 1) * line.step_x;
  const double last_y = line.y + (line.count - 1) * line.step_y;
  const bool is_short_step = std::hypot(line.step_x, line.step_y) < kFrameWidthMax;
  if (is_short_step && has_neighbours(line.x, line.y) && has_neighbours(last_x, last_y)) {
    sample_inside(samples, line, out);
  } else {
    sample_anywhere(samples, line, out);
  }
}

// One channel of one row of the crop, each pixel the mean of `side` x `side` samples.
class RowSampler {
 public:
  RowSampler(const Samples& samples, int side, int count)
      : samples_(samples),
        side_(side),
        dense_(static_cast<std::size_t>(count) * static_cast<std::size_t>(side)),
        sums_(static_cast<std::size_t>(count)),
        row_(static_cast<std::size_t>(count)) {}

  // `line` goes through the centres of the row's pixels.
  const std::uint8_t* row(const Line& line) {
    if (side_ == 1) {
      sample(samples_, line, row_.data());
      return row_.data();
    }
    std::ranges::fill(sums_, 0U);
    for (int i = 0; i < side_; ++i) add(line, i);
    const auto area = static_cast<std::uint32_t>(side_ * side_);
    for (std::size_t i = 0; i < row_.size(); ++i) {
      row_[i] = static_cast<std::uint8_t>((sums_[i] + area / 2) / area);
    }
    return row_.data();
  }

 private:
  // The `sub_row`-th of the `side_` lines of samples inside the row of pixels.
  void add(const Line& line, int sub_row) {
    // From the centre of a pixel to its first sample; down is across turned by a quarter.
    const double across = (1.0 / side_ - 1) / 2;
    const double down = (sub_row + 0.5) / side_ - 0.5;
    sample(samples_,
           {.x = line.x + across * line.step_x - down * line.step_y,
            .y = line.y + across * line.step_y + down * line.step_x,
            .step_x = line.step_x / side_,
            .step_y = line.step_y / side_,
            .count = line.count * side_},
           dense_.data());
    const auto side = static_cast<std::size_t>(side_);
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      for (std::size_t j = 0; j < side; ++j) sums_[i] += dense_[i * side + j];
    }
  }

  Samples samples_;
  int side_;
  std::vector<std::uint8_t> dense_;
  std::vector<std::uint32_t> sums_;
  std::vector<std::uint8_t> row_;
};

// Samples no further apart than kSampleSpacingPxMax: each blends over two pixels a side.
int samples_a_side(double plane_px_per_pixel) {
  const double side = std::ceil(plane_px_per_pixel / kSampleSpacingPxMax);
  return static_cast<int>(std::clamp<double>(side, 1, kSamplesASideMax));
}

}  // namespace

void warp_into(const YuvImage& from,
               const Similarity& to_from_image,
               SizePx to,
               std::span<std::uint8_t> bgr) {
  PROVISO_CHECK(to.width > 0 && to.height > 0 && to.width <= kFrameWidthMax &&
                to.height <= kFrameHeightMax);
  PROVISO_CHECK(from.size.width > 0 && from.size.height > 0 && from.size.width <= kImageSidePxMax &&
                from.size.height <= kImageSidePxMax);
  PROVISO_CHECK(bgr.size() ==
                static_cast<std::size_t>(to.width) * static_cast<std::size_t>(to.height) * 3);
  const double a = to_from_image.a;
  const double b = to_from_image.b;
  const double norm = a * a + b * b;
  PROVISO_CHECK(norm > 0 && std::isfinite(norm));
  PROVISO_CHECK(std::isfinite(to_from_image.tx) && std::isfinite(to_from_image.ty));
  const double px_per_pixel = 1 / std::sqrt(norm);
  const double width = from.size.width;
  const double height = from.size.height;
  const SizePx chroma{(from.size.width + 1) / 2, (from.size.height + 1) / 2};
  const std::uint8_t black = from.range == YuvRange::kFull ? 0 : 16;
  const int side = samples_a_side(px_per_pixel);
  const int chroma_side = samples_a_side(px_per_pixel / 2);
  RowSampler y({from.y, from.size, width, height, black}, side, to.width);
  RowSampler u({from.u, chroma, width / 2, height / 2, kNoChroma}, chroma_side, to.width);
  RowSampler v({from.v, chroma, width / 2, height / 2, kNoChroma}, chroma_side, to.width);
  const ColourWeights weights = colour_weights(from.matrix, from.range);
  for (int row = 0; row < to.height; ++row) {
    const double across = 0.5 - to_from_image.tx;
    const double down = row + 0.5 - to_from_image.ty;
    const Line line{.x = (a * across + b * down) / norm,
                    .y = (a * down - b * across) / norm,
                    .step_x = a / norm,
                    .step_y = -b / norm,
                    .count = to.width};
    row_kernels().bgr_from_yuv(
        {y.row(line), u.row(line.halved()), v.row(line.halved())},
        weights,
        bgr.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(to.width) * 3,
        to.width);
  }
}

}  // namespace proviso::image
