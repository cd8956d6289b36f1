#pragma once

// Does anything move? A coarse look at the luma of a frame, so that an empty street costs nothing
// but its decoding.
//
//   in       frames of one camera, in order, 5 to 60 a second
//   out      whether the means of two neighbouring blocks differ from a background that follows
//   within a few
//            frames, by more than what those blocks do when nothing happens. Asked of every frame:
//            what happens between two looks must not be lost (the planner remembers it).
//   blocks   16x16, over every fourth row: a face of 32 px covers one wholly wherever it stands
//   noise    mean deviation of each block from its background, learnt as it goes and bounded, so
//            that a busy street cannot teach the gate that movement is noise
//   errors   none. What this misses, the sweep of a still picture finds within its interval.
//   threads  thread-bound, one per camera
//   cost     about 0.1 ms for 1920x1080: a quarter of its luma is read

#include <cstdint>
#include <vector>

#include "base/image/pixels.h"

namespace proviso::detect {

class Motion {
 public:
  static constexpr int kBlockPx = 16;

  // The first frame, and one of another size, counts as moving.
  bool moves(const image::YuvImage& pixels);

 private:
  struct Block {
    float background = 0;  // Mean luma, following.
    float noise = 0;       // Mean deviation from it, in luma steps.
    bool changed = false;  // On the frame at hand.
  };
  bool has_neighbours_changed() const;

  image::SizePx size_;
  std::vector<Block> blocks_;
  std::vector<float> means_;  // Of the frame at hand.
};

}  // namespace proviso::detect
