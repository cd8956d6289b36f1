#include "adapters/ffmpeg/hardware.h"

#include <array>
#include <filesystem>

#include "base/core/check.h"

extern "C" {
#include <libavutil/hwcontext.h>
#include <libavutil/pixdesc.h>
}

namespace proviso::ffmpeg {
namespace {

struct Kind {
  AVHWDeviceType type;
  AVPixelFormat format;
  const char* node;  // Absent: no such device, and no library is loaded to find that out.
};
constexpr std::array kKinds{Kind{AV_HWDEVICE_TYPE_VAAPI, AV_PIX_FMT_VAAPI, "/dev/dri"},
                            Kind{AV_HWDEVICE_TYPE_CUDA, AV_PIX_FMT_CUDA, "/dev/nvidiactl"}};

bool can_decode(const AVCodec& codec, AVHWDeviceType type) {
  for (int n = 0; const AVCodecHWConfig* config = avcodec_get_hw_config(&codec, n); ++n) {
    if (config->device_type == type &&
        (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0) {
      return true;
    }
  }
  return false;
}

// Of the formats that the decoder offers, the device's, else the first that is none of a device.
AVPixelFormat choose_format(AVCodecContext* decoder, const AVPixelFormat* offered) {
  AVPixelFormat in_software = AV_PIX_FMT_NONE;
  for (const AVPixelFormat* format = offered; *format != AV_PIX_FMT_NONE; ++format) {
    for (const Kind& kind : kKinds) {
      const auto* device = reinterpret_cast<const AVHWDeviceContext*>(decoder->hw_device_ctx->data);
      if (*format == kind.format && device->type == kind.type) return *format;
    }
    const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(*format);
    const bool is_in_memory = about != nullptr && (about->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0;
    if (is_in_memory && in_software == AV_PIX_FMT_NONE) in_software = *format;
  }
  return in_software;
}

}  // namespace

std::optional<std::string> attach_hardware(AVCodecContext& decoder, const AVCodec& codec) {
  for (const Kind& kind : kKinds) {
    std::error_code error;
    if (!std::filesystem::exists(kind.node, error) || !can_decode(codec, kind.type)) continue;
    AVBufferRef* device = nullptr;
    if (av_hwdevice_ctx_create(&device, kind.type, nullptr, nullptr, 0) < 0) continue;
    decoder.hw_device_ctx = device;  // Freed with the decoder.
    decoder.get_format = choose_format;
    return av_hwdevice_get_type_name(kind.type);
  }
  return std::nullopt;
}

FrameHandle download(const AVFrame& frame) {
  FrameHandle downloaded(av_frame_alloc());
  PROVISO_CHECK(downloaded != nullptr);
  if (av_hwframe_transfer_data(downloaded.get(), &frame, 0) < 0 ||
      av_frame_copy_props(downloaded.get(), &frame) < 0) {
    return nullptr;
  }
  return downloaded;
}

}  // namespace proviso::ffmpeg
