#pragma once

// Does anything move? A coarse look at the luma of a frame, so that an empty street costs nothing
// but its decoding.
//
//   in   frames of one camera, in order
//   out  whether some block has changed since the last look by more than the picture's own noise
//
// A block is kBlockPx wide; its mean is taken over every fourth pixel of every fourth row. The
// noise is the median change over all blocks, learnt as it goes. A face of 32 px that walks covers
// several blocks. What this misses, Planner's sweep of a still picture finds within its interval.
// Threads: thread-bound, one per camera. Errors: none. Cost: about 0.1 ms for 1920x1080.

#include <cstdint>
#include <vector>

#include "base/image/pixels.h"

namespace proviso::detect {

class Motion {
 public:
  static constexpr int kBlockPx = 16;

  // The first frame, and one of another size, counts as moving. A quarter of a second may lie
  // between two looks: the comparison is with the last look that was taken.
  bool moves(const image::YuvImage& pixels);

 private:
  std::vector<float> block_means(const image::YuvImage& pixels) const;

  image::SizePx size_;
  std::vector<float> background_;  // Mean luma per block, following slowly.
  std::vector<float> change_;      // Scratch.
  float noise_ = 1;                // Median change of a still block, in luma steps.
};

}  // namespace proviso::detect
