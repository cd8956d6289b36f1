#include "adapters/ffmpeg/video_writer.h"

#include <array>
#include <utility>

#include "adapters/ffmpeg/handles.h"
#include "base/core/check.h"
#include "base/core/concat.h"

extern "C" {
#include <libavutil/opt.h>
}

namespace proviso::ffmpeg {
namespace {

constexpr int kEncoderThreads = 2;  // Their number is part of the bytes.
constexpr int kKeyFrameEverySeconds = 2;

struct CloseOutput {
  void operator()(AVFormatContext* context) const noexcept {
    if (context->pb != nullptr) avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
using Output = std::unique_ptr<AVFormatContext, CloseOutput>;

Error failed(std::string_view call, int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> reason{};
  av_strerror(code, reason.data(), reason.size());
  return Error{ErrorCode::kUnavailable,
               concat("video not written: ",
                      call,
                      ": ",
                      reason.data(),
                      "; check the folder and the free space")};
}

Status check(const VideoWriterOptions& options) {
  const auto [width, height] = options.size;
  if (width < kWriterSidePxMin || height < kWriterSidePxMin || width > image::kFrameWidthMax ||
      height > image::kFrameHeightMax || width % 2 != 0 || height % 2 != 0) {
    return Error{ErrorCode::kInvalidInput,
                 concat("video size: needs even sides from ",
                        kWriterSidePxMin,
                        " to ",
                        image::kFrameWidthMax,
                        "x",
                        image::kFrameHeightMax,
                        "; found ",
                        width,
                        "x",
                        height,
                        "; choose another size")};
  }
  if (options.frames_per_s < 1 || options.frames_per_s > kFrameRateMax) {
    return Error{ErrorCode::kInvalidInput,
                 concat("frame rate: needs 1 to ",
                        kFrameRateMax,
                        " frames a second; found ",
                        options.frames_per_s,
                        "; choose another rate")};
  }
  if (options.bits_per_s < 1 || options.bits_per_s > kBitRateMax) {
    return Error{ErrorCode::kInvalidInput,
                 concat("bit rate: needs 1 to ",
                        kBitRateMax,
                        " bits a second; found ",
                        options.bits_per_s,
                        "; choose another rate")};
  }
  return Done{};
}

Result<Decoder> open_encoder(const VideoWriterOptions& options, bool global_header) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) {
    return Error{ErrorCode::kUnavailable,
                 "video not written: this FFmpeg has no libx264; install one that has"};
  }
  Decoder encoder{avcodec_alloc_context3(codec)};
  PROVISO_CHECK(encoder != nullptr);
  encoder->width = options.size.width;
  encoder->height = options.size.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = AVRational{1, options.frames_per_s};
  encoder->framerate = AVRational{options.frames_per_s, 1};
  // An average without an upper bound: with one, x264 looks at how far its other threads are, and
  // the bytes would depend on the moment.
  encoder->bit_rate = options.bits_per_s;
  encoder->gop_size = options.frames_per_s * kKeyFrameEverySeconds;
  encoder->thread_count = kEncoderThreads;
  encoder->profile = FF_PROFILE_H264_HIGH;
  encoder->colorspace = AVCOL_SPC_SMPTE170M;
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  if (global_header) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "preset", options.preset.c_str(), 0);
  av_dict_set(&settings, "profile", "high", 0);
  av_dict_set(&settings, "x264-params", "log=0", 0);
  const int code = avcodec_open2(encoder.get(), codec, &settings);
  av_dict_free(&settings);
  if (code < 0) {
    return Error{ErrorCode::kUnavailable,
                 concat("video not written: the encoder refuses preset ",
                        in_quotes(options.preset),
                        " at this size; ",
                        "choose one of x264's presets")};
  }
  return encoder;
}

}  // namespace

struct VideoWriter::Parts {
  Output output;
  Decoder encoder;
  Scaler to_yuv;
  FrameHandle frame;
  PacketHandle packet;
  AVStream* stream = nullptr;  // The output's.
  image::SizePx size;
  std::int64_t frames = 0;
  bool finished = false;
};

VideoWriter::VideoWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
VideoWriter::~VideoWriter() = default;

Result<std::unique_ptr<VideoWriter>> VideoWriter::create(const std::filesystem::path& path,
                                                         const VideoWriterOptions& options) {
  PROVISO_TRY_DONE(check(options));
  av_log_set_level(AV_LOG_QUIET);  // Its words are in our messages.
  auto parts = std::make_unique<Parts>();
  parts->size = options.size;
  AVFormatContext* made = nullptr;
  int code = avformat_alloc_output_context2(&made, nullptr, "mp4", path.c_str());
  if (code < 0) return failed("mp4", code);
  parts->output.reset(made);
  made->flags |= AVFMT_FLAG_BITEXACT;
  PROVISO_TRY(parts->encoder,
              open_encoder(options, (made->oformat->flags & AVFMT_GLOBALHEADER) != 0));
  parts->stream = avformat_new_stream(made, nullptr);
  PROVISO_CHECK(parts->stream != nullptr);
  parts->stream->time_base = parts->encoder->time_base;
  parts->stream->avg_frame_rate = parts->encoder->framerate;
  code = avcodec_parameters_from_context(parts->stream->codecpar, parts->encoder.get());
  if (code < 0) return failed("codec parameters", code);
  code = avio_open(&made->pb, path.c_str(), AVIO_FLAG_WRITE);
  if (code < 0) return failed(concat("opening ", in_quotes(path.string())), code);
  code = avformat_write_header(made, nullptr);
  if (code < 0) return failed("header", code);

  const auto [width, height] = options.size;
  parts->to_yuv.reset(sws_getContext(width,
                                     height,
                                     AV_PIX_FMT_BGR24,
                                     width,
                                     height,
                                     AV_PIX_FMT_YUV420P,
                                     SWS_BILINEAR,
                                     nullptr,
                                     nullptr,
                                     nullptr));
  parts->frame.reset(av_frame_alloc());
  parts->packet.reset(av_packet_alloc());
  PROVISO_CHECK(parts->to_yuv != nullptr && parts->frame != nullptr && parts->packet != nullptr);
  parts->frame->width = width;
  parts->frame->height = height;
  parts->frame->format = AV_PIX_FMT_YUV420P;
  code = av_frame_get_buffer(parts->frame.get(), 0);
  if (code < 0) return failed("frame", code);
  return std::unique_ptr<VideoWriter>(new VideoWriter(std::move(parts)));
}

Status VideoWriter::write(const image::BgrImage& picture) {
  PROVISO_CHECK(!parts_->finished && picture.size == parts_->size);
  AVFrame& frame = *parts_->frame;
  int code = av_frame_make_writable(&frame);
  if (code < 0) return failed("frame", code);
  const std::array<const std::uint8_t*, 1> rows{picture.pixels.data()};
  const std::array<int, 1> stride{picture.size.width * 3};
  sws_scale(parts_->to_yuv.get(),
            rows.data(),
            stride.data(),
            0,
            picture.size.height,
            frame.data,
            frame.linesize);
  frame.pts = parts_->frames++;
  code = avcodec_send_frame(parts_->encoder.get(), &frame);
  if (code < 0) return failed("encoding", code);
  return drain();
}

Status VideoWriter::drain() {
  while (true) {
    int code = avcodec_receive_packet(parts_->encoder.get(), parts_->packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return Done{};
    if (code < 0) return failed("encoding", code);
    AVPacket& packet = *parts_->packet;
    packet.duration = 1;
    av_packet_rescale_ts(&packet, parts_->encoder->time_base, parts_->stream->time_base);
    packet.stream_index = parts_->stream->index;
    code = av_interleaved_write_frame(parts_->output.get(), &packet);
    if (code < 0) return failed("writing", code);
  }
}

Status VideoWriter::finish() {
  PROVISO_CHECK(!parts_->finished);
  parts_->finished = true;
  int code = avcodec_send_frame(parts_->encoder.get(), nullptr);
  if (code < 0) return failed("encoding", code);
  PROVISO_TRY_DONE(drain());
  code = av_write_trailer(parts_->output.get());
  if (code < 0) return failed("trailer", code);
  code = avio_closep(&parts_->output->pb);
  if (code < 0) return failed("closing", code);
  return Done{};
}

}  // namespace proviso::ffmpeg
