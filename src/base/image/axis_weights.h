#pragma once

// How each sample of one axis of a scaled picture is mixed from the samples of the original.
//
//   in       output i covers [origin + i * step, origin + (i + 1) * step) of the original, in its
//            samples from its outer edge; the original reaches from 0 to `extent`
//   out      per output a run of neighbouring inputs with weights, and the weight of what lies
//            outside; together exactly kWeightOne, so a flat colour stays that colour
//   method   step >= 1: average over the covered length; step < 1: linear between the two nearest
//            centres, the outermost ones repeated up to the edge
//   threads  reentrant; errors: none
//
// `extent` is in (count_in - 1, count_in]: the last chroma sample of an odd width is half covered.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proviso::image {

inline constexpr int kWeightBits = 14;
inline constexpr std::uint32_t kWeightOne = 1U << kWeightBits;

enum class Outside : std::uint8_t {
  kEmpty,     // Its weight is reported.
  kRepeated,  // The outermost sample goes on for ever: its weight is theirs.
};

struct Axis {
  double origin = 0;
  double step = 1;
  int count_out = 0;
  int count_in = 0;
  double extent = 0;
  Outside outside = Outside::kEmpty;

  // Every output is exactly `factor` inputs, all of them inside.
  bool is_whole(int factor) const;
};

struct AxisWeights {
  struct Run {
    int first = 0;
    int count = 0;
    std::size_t weights_at = 0;
    std::uint32_t outside = 0;
  };
  std::vector<Run> runs;
  std::vector<std::uint16_t> weights;
  // All inputs that any run uses; begin == end if none.
  int begin = 0;
  int end = 0;
};

AxisWeights weigh(const Axis& axis);

}  // namespace proviso::image
