#pragma once

// The product of the `detect` stage: one face on one frame, in the frame's own pixels.

#include "base/image/geometry.h"

namespace proviso::detect {

struct Face {
  image::RectPx box;
  image::FivePoints points;
  float confidence = 0;  // [0, 1]: sqrt(cls * obj) of YuNet.
};

}  // namespace proviso::detect
