#pragma once

// One plane of samples scaled row by row, so that only the rows in work are in the cache.
//
//   in       samples of one channel, or of several interleaved; two axes
//   (base/image/axis_weights.h) out      rows of across.count_out * channels samples threads  one
//   object, one thread; errors: none
//
// Nothing is copied where the output is the input, and a shrink by two in both directions has a
// path of its own: they are what a full frame needs.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/image/axis_weights.h"
#include "base/image/pixels.h"
#include "base/image/row_kernels.h"

namespace proviso::image {

class PlaneScaler {
 public:
  struct Input {
    YuvPlane plane;
    int channels = 1;
    Axis across;
    Axis down;
    std::uint8_t outside = 0;  // The value of what lies outside.
  };

  explicit PlaneScaler(const Input& input);

  // Row `index` of the output; valid until the next call.
  const std::uint8_t* row(int index);

 private:
  enum class Path : std::uint8_t { kCopy, kHalve, kWeigh };

  const std::uint8_t* input_row(int index) const {
    return input_.plane.data + index * input_.plane.stride_bytes;
  }
  void weigh_down(int index);
  void weigh_across();
  void lay_out_taps();

  Input input_;
  Path path_ = Path::kWeigh;
  AxisWeights across_;
  AxisWeights down_;
  std::vector<std::uint32_t> sums_;  // One input row, weighed down, kWeightBits of fraction.
  std::vector<std::int16_t> means_;  // The same with seven bits of fraction.
  std::vector<FourTaps> taps_;       // Of across_ where it has at most four a sample, else empty.
  std::vector<std::uint8_t> row_;
};

}  // namespace proviso::image
