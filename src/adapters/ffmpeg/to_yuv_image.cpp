#include "adapters/ffmpeg/to_yuv_image.h"

#include "base/core/concat.h"
#include "base/image/orient.h"

namespace proviso::ffmpeg {
namespace {

constexpr int kHdHeightPx = 720;  // From here on an unmarked video is BT.709 by custom.

image::YuvMatrix matrix_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709: return image::YuvMatrix::kBt709;
    case AVCOL_SPC_UNSPECIFIED:
      return frame.height >= kHdHeightPx ? image::YuvMatrix::kBt709 : image::YuvMatrix::kBt601;
    default: return image::YuvMatrix::kBt601;
  }
}

bool is_lendable(int format) {
  return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P;
}

}  // namespace

Result<FrameHandle> YuvConverter::convert_format(const AVFrame& frame) {
  FrameHandle converted(av_frame_alloc());
  PROVISO_CHECK(converted != nullptr);
  converted->format = AV_PIX_FMT_YUV420P;
  converted->width = frame.width;
  converted->height = frame.height;
  scaler_.reset(sws_getCachedContext(scaler_.release(),
                                     frame.width,
                                     frame.height,
                                     static_cast<AVPixelFormat>(frame.format),
                                     frame.width,
                                     frame.height,
                                     AV_PIX_FMT_YUV420P,
                                     SWS_BILINEAR,
                                     nullptr,
                                     nullptr,
                                     nullptr));
  if (scaler_ == nullptr || av_frame_get_buffer(converted.get(), 0) < 0 ||
      sws_scale(scaler_.get(),
                frame.data,
                frame.linesize,
                0,
                frame.height,
                converted->data,
                converted->linesize) != frame.height) {
    return Error{ErrorCode::kUnavailable, "video: the picture's format cannot be converted"};
  }
  converted->colorspace = AVCOL_SPC_SMPTE170M;  // What libswscale makes by default.
  converted->color_range = AVCOL_RANGE_MPEG;
  return converted;
}

Result<image::YuvImage> YuvConverter::convert(FrameHandle frame, int quarter_turns) {
  if (frame->width < 1 || frame->height < 1 || frame->width > image::kFrameWidthMax ||
      frame->height > image::kFrameHeightMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("video: a frame of ",
                        frame->width,
                        "x",
                        frame->height,
                        ", the limit is ",
                        image::kFrameWidthMax,
                        "x",
                        image::kFrameHeightMax,
                        "; set the camera to a smaller picture")};
  }
  if (!is_lendable(frame->format)) {
    PROVISO_TRY(frame, convert_format(*frame));
  }
  const bool full = frame->format == AV_PIX_FMT_YUVJ420P || frame->color_range == AVCOL_RANGE_JPEG;
  image::YuvImage image;
  image.size = {frame->width, frame->height};
  image.y = {frame->data[0], frame->linesize[0]};
  image.u = {frame->data[1], frame->linesize[1]};
  image.v = {frame->data[2], frame->linesize[2]};
  image.matrix = matrix_of(*frame);
  image.range = full ? image::YuvRange::kFull : image::YuvRange::kLimited;
  image.owner = std::shared_ptr<const AVFrame>(frame.release(), FreeFrame{});
  return quarter_turns == 0 ? image : image::rotate(image, quarter_turns);
}

}  // namespace proviso::ffmpeg
