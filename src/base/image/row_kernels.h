#pragma once

// The inner loops of scaling and of colour, one row at a time. Two sets that give the same bytes:
// portable, and AVX2 where the processor has it (chosen once, at run time).
//
// Threads: reentrant. Errors: none. Rows hold at least `count` samples.

#include <array>
#include <cstdint>

#include "base/image/pixels.h"

namespace proviso::image {

// Fixed point of the conversion: luma has 13 fraction bits, chroma 12.
struct ColourWeights {
  std::int16_t black = 0;  // Luma that is black.
  std::int16_t luma = 0;
  std::int16_t red_from_v = 0;
  std::int16_t green_from_u = 0;  // Subtracted.
  std::int16_t green_from_v = 0;  // Subtracted.
  std::int16_t blue_from_u = 0;
};

// ITU-R BT.601-7 2.5 and BT.709-6 3; within one of the exact value, black and white exact.
ColourWeights colour_weights(YuvMatrix matrix, YuvRange range);

struct YuvRows {
  const std::uint8_t* y = nullptr;
  const std::uint8_t* u = nullptr;
  const std::uint8_t* v = nullptr;
};

// One sample of a scaled row: up to four neighbours from `first` on, and what is added for the
// outside and for rounding. Values and weights have 7 and 14 fraction bits.
struct FourTaps {
  std::int32_t first = 0;
  std::int32_t added = 0;
  std::array<std::int16_t, 4> weights{};
};
inline constexpr int kTapsBits = 21;

struct RowKernels {
  // out[i] = average of the four samples at 2i and 2i + 1 of both rows, rounded half up.
  void (*halve)(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* out, int count);
  // sums[i] += row[i] * weight
  void (*accumulate)(const std::uint8_t* row, std::uint16_t weight, std::uint32_t* sums, int count);
  // out[i] = (taps[i].added + four values x weights) >> kTapsBits; reads four values for each.
  void (*weigh_four)(const std::int16_t* values,
                     const FourTaps* taps,
                     std::uint8_t* out,
                     int count);
  // out[3i..] = blue, green, red of the i-th samples.
  void (*bgr_from_yuv)(const YuvRows& rows,
                       const ColourWeights& weights,
                       std::uint8_t* out,
                       int count);
};

const RowKernels& portable_row_kernels();
const RowKernels& row_kernels();

}  // namespace proviso::image
