#include "adapters/ffmpeg/to_yuv_image.h"

#include <utility>

#include "base/core/concat.h"
#include "base/image/orient.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace proviso::ffmpeg {
namespace {

constexpr std::uint8_t kNeutral = 128;

image::YuvMatrix matrix_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    // BT.2020 and SMPTE 240M have no matrix of their own here; BT.709 is the nearest.
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
    case AVCOL_SPC_SMPTE240M: return image::YuvMatrix::kBt709;
    case AVCOL_SPC_UNSPECIFIED:
      return frame.height >= kHdHeightPx ? image::YuvMatrix::kBt709 : image::YuvMatrix::kBt601;
    default: return image::YuvMatrix::kBt601;
  }
}

bool is_grey(const AVPixFmtDescriptor& format) {
  constexpr std::uint64_t kNotGrey = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL;
  return format.nb_components <= 2 && (format.flags & kNotGrey) == 0;  // With or without alpha.
}

bool is_full_range_by_format(int format) {
  return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P ||
         format == AV_PIX_FMT_YUVJ444P || format == AV_PIX_FMT_YUVJ440P ||
         format == AV_PIX_FMT_YUVJ411P;
}

}  // namespace

Status check_size(image::SizePx size, int quarter_turns) {
  if (quarter_turns % 2 != 0) std::swap(size.width, size.height);
  if (size.width >= 1 && size.height >= 1 && size.width <= image::kFrameWidthMax &&
      size.height <= image::kFrameHeightMax) {
    return Done{};
  }
  return Error{ErrorCode::kOverLimit,
               concat("pictures of ",
                      size.width,
                      "x",
                      size.height,
                      ", the limit is ",
                      image::kFrameWidthMax,
                      "x",
                      image::kFrameHeightMax,
                      "; set the camera to smaller ones")};
}

YuvConverter::Colours YuvConverter::colours_of(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0) {
    return {.matrix = image::YuvMatrix::kBt601, .range = image::YuvRange::kLimited};
  }
  const bool is_full = is_full_range_by_format(frame.format) ||
                       frame.color_range == AVCOL_RANGE_JPEG ||
                       (is_grey(*format) && frame.color_range != AVCOL_RANGE_MPEG);
  return {.matrix = matrix_of(frame),
          .range = is_full ? image::YuvRange::kFull : image::YuvRange::kLimited};
}

image::YuvImage YuvConverter::lend(FrameHandle frame, const Colours& colours) {
  image::YuvImage image;
  image.size = {frame->width, frame->height};
  image.y = {frame->data[0], frame->linesize[0]};
  image.u = {frame->data[1], frame->linesize[1]};
  image.v = {frame->data[2], frame->linesize[2]};
  image.matrix = colours.matrix;
  image.range = colours.range;
  image.owner = std::shared_ptr<const AVFrame>(frame.release(), FreeFrame{});
  return image;
}

image::YuvImage YuvConverter::lend_grey(FrameHandle frame, const Colours& colours) {
  const auto width = static_cast<std::size_t>((frame->width + 1) / 2);
  const auto height = static_cast<std::size_t>((frame->height + 1) / 2);
  if (neutral_ == nullptr || neutral_->size() != width * height) {
    neutral_ = std::make_shared<const NeutralChroma>(width * height, kNeutral);
  }
  image::YuvImage image = lend(std::move(frame), colours);
  image.u = {neutral_->data(), static_cast<std::ptrdiff_t>(width)};
  image.v = image.u;
  image.owner = std::make_shared<
      const std::pair<std::shared_ptr<const void>, std::shared_ptr<const NeutralChroma>>>(
      std::move(image.owner), neutral_);
  return image;
}

Result<FrameHandle> YuvConverter::convert_format(const AVFrame& frame, const Colours& colours) {
  const Form form{.size = {frame.width, frame.height}, .format = frame.format, .colours = colours};
  if (scaler_ == nullptr || form != scaler_form_) {
    scaler_.reset(sws_getContext(frame.width,
                                 frame.height,
                                 static_cast<AVPixelFormat>(frame.format),
                                 frame.width,
                                 frame.height,
                                 AV_PIX_FMT_YUV420P,
                                 SWS_BILINEAR,
                                 nullptr,
                                 nullptr,
                                 nullptr));
    scaler_form_ = form;
    const int* matrix = sws_getCoefficients(
        colours.matrix == image::YuvMatrix::kBt709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    const int is_full = colours.range == image::YuvRange::kFull ? 1 : 0;
    constexpr int kUnchanged = 1 << 16;  // Contrast and saturation, in 16.16.
    if (scaler_ != nullptr) {
      sws_setColorspaceDetails(
          scaler_.get(), matrix, is_full, matrix, is_full, 0, kUnchanged, kUnchanged);
    }
  }
  FrameHandle converted(av_frame_alloc());
  PROVISO_CHECK(converted != nullptr);
  converted->format = AV_PIX_FMT_YUV420P;
  converted->width = frame.width;
  converted->height = frame.height;
  if (scaler_ == nullptr || av_frame_get_buffer(converted.get(), 0) < 0 ||
      sws_scale(scaler_.get(),
                frame.data,
                frame.linesize,
                0,
                frame.height,
                converted->data,
                converted->linesize) != frame.height) {
    return Error{ErrorCode::kUnavailable,
                 "the format of the pictures cannot be converted; set the camera to 8-bit 4:2:0"};
  }
  return converted;
}

Result<image::YuvImage> YuvConverter::convert(FrameHandle frame, int quarter_turns) {
  PROVISO_TRY_DONE(check_size({frame->width, frame->height}, quarter_turns));
  const Colours colours = colours_of(*frame);
  const bool is_top_down = frame->linesize[0] > 0;
  image::YuvImage image;
  if (is_top_down &&
      (frame->format == AV_PIX_FMT_YUV420P || frame->format == AV_PIX_FMT_YUVJ420P)) {
    image = lend(std::move(frame), colours);
  } else if (is_top_down && frame->format == AV_PIX_FMT_GRAY8) {
    image = lend_grey(std::move(frame), colours);
  } else {
    PROVISO_TRY(auto converted, convert_format(*frame, colours));
    image = lend(std::move(converted), colours);
  }
  return quarter_turns == 0 ? image : image::rotate(image, quarter_turns);
}

}  // namespace proviso::ffmpeg
