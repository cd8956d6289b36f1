#pragma once

// Owners of FFmpeg's objects: unique_ptr with the right deleter. Only for this folder.

#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

namespace proviso::ffmpeg {

struct CloseInput {
  void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
};
struct FreeDecoder {
  void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
};
struct FreeFrame {
  void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
struct FreeScaler {
  void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
};
struct FreeDictionary {
  void operator()(AVDictionary* entries) const noexcept { av_dict_free(&entries); }
};

using Input = std::unique_ptr<AVFormatContext, CloseInput>;
using Decoder = std::unique_ptr<AVCodecContext, FreeDecoder>;
using FrameHandle = std::unique_ptr<AVFrame, FreeFrame>;
using PacketHandle = std::unique_ptr<AVPacket, FreePacket>;
using Dictionary = std::unique_ptr<AVDictionary, FreeDictionary>;
using Scaler = std::unique_ptr<SwsContext, FreeScaler>;

}  // namespace proviso::ffmpeg
