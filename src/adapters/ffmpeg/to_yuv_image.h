#pragma once

// A decoder's frame as planes of the path: lent where the pixels are 8-bit 4:2:0 already, converted
// by libswscale where they are not, turned upright by the stream's rotation.
//
// Errors: kOverLimit over the frame limits; kUnavailable if the picture cannot be converted.
// Threads: thread-bound; one converter per source, which keeps its scaler between frames.

#include "adapters/ffmpeg/handles.h"
#include "base/core/result.h"
#include "base/image/pixels.h"

namespace proviso::ffmpeg {

class YuvConverter {
 public:
  // `quarter_turns` clockwise, 0 to 3.
  Result<image::YuvImage> convert(FrameHandle frame, int quarter_turns);

 private:
  Result<FrameHandle> convert_format(const AVFrame& frame);
  Scaler scaler_;
};

}  // namespace proviso::ffmpeg
