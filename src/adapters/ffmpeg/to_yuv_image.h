#pragma once

// A decoder's frame as planes of the path: lent where the pixels are 8-bit 4:2:0 or grey already,
// converted by libswscale where they are not, turned upright.
//
//   colour   matrix and range are the frame's own and are never changed on the way, but RGB, which
//            becomes BT.601, limited. Unmarked: BT.709 from kHdHeightPx on, else BT.601; limited,
//            but grey, which FFmpeg keeps in full range
//   errors   kOverLimit over the frame limits, as it stands upright; kUnavailable if libswscale
//            cannot read the format
//   threads  thread-bound; one converter per source, which keeps its scaler between frames

#include <cstdint>
#include <memory>
#include <vector>

#include "adapters/ffmpeg/handles.h"
#include "base/core/result.h"
#include "base/image/pixels.h"

namespace proviso::ffmpeg {

inline constexpr int kHdHeightPx = 720;  // From here on, unmarked video is BT.709 by custom.

// Of a picture of that size, once it stands upright. Errors: kOverLimit.
Status check_size(image::SizePx size, int quarter_turns);

class YuvConverter {
 public:
  // `quarter_turns` clockwise, 0 to 3. The frame lies in main memory.
  Result<image::YuvImage> convert(FrameHandle frame, int quarter_turns);

 private:
  struct Colours {
    image::YuvMatrix matrix = image::YuvMatrix::kBt601;
    image::YuvRange range = image::YuvRange::kLimited;
    friend bool operator==(const Colours&, const Colours&) = default;
  };
  struct Form {
    image::SizePx size;
    int format = -1;
    Colours colours;
    friend bool operator==(const Form&, const Form&) = default;
  };
  using NeutralChroma = std::vector<std::uint8_t>;

  static Colours colours_of(const AVFrame& frame);
  static image::YuvImage lend(FrameHandle frame, const Colours& colours);
  image::YuvImage lend_grey(FrameHandle frame, const Colours& colours);
  Result<FrameHandle> convert_format(const AVFrame& frame, const Colours& colours);

  Scaler scaler_;
  Form scaler_form_;  // What scaler_ was made for.
  std::shared_ptr<const NeutralChroma> neutral_;
};

}  // namespace proviso::ffmpeg
