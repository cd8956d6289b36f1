#include "adapters/ffmpeg/source.h"

#include <array>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <optional>

#include "adapters/ffmpeg/handles.h"
#include "adapters/ffmpeg/to_yuv_image.h"
#include "base/core/concat.h"

extern "C" {
#include <libavdevice/avdevice.h>
#include <libavutil/display.h>
}

namespace proviso::ffmpeg {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr double kFrameRateGuess = 25;
constexpr double kFrameRateMax = 1000;
constexpr microseconds kCutTolerance{500'000};

// Tells FFmpeg's blocking calls when to give up.
struct Deadline {
  std::atomic<bool> interrupted{false};
  std::atomic<steady_clock::rep> at{0};

  void set(std::chrono::milliseconds from_now) {
    at.store((steady_clock::now() + from_now).time_since_epoch().count());
  }
  bool is_over() const {
    return interrupted.load() || steady_clock::now().time_since_epoch().count() >= at.load();
  }
  static int check(void* deadline) { return static_cast<const Deadline*>(deadline)->is_over(); }
};

std::string reason(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

Error no_video(const std::string& name, std::string_view why) {
  return {ErrorCode::kInvalidInput,
          concat("no video in ", name, ": ", why, "; give a video file or a camera's stream")};
}

// Text and art that FFmpeg would draw as pictures: a document is no camera.
bool is_text(AVCodecID codec) {
  return codec == AV_CODEC_ID_ANSI || codec == AV_CODEC_ID_XBIN || codec == AV_CODEC_ID_IDF ||
         codec == AV_CODEC_ID_BINTEXT;
}

int quarter_turns_of(const AVStream& stream) {
  const auto* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
  if (matrix == nullptr) return 0;
  // NOLINTNEXTLINE(*-reinterpret-cast): FFmpeg's side data are bytes of this matrix.
  const double anticlockwise =
      av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
  if (!std::isfinite(anticlockwise)) return 0;
  const auto turns = static_cast<int>(std::lround(-anticlockwise / 90));
  return ((turns % 4) + 4) % 4;
}

class FfmpegSource final : public video::Source {
 public:
  FfmpegSource(const video::Address& address, const SourceOptions& options, const Clock& clock)
      : address_(address), options_(options), clock_(clock) {}

  Status start() {
    deadline_.set(options_.open_deadline);
    PROVISO_TRY_DONE(open_input());
    PROVISO_TRY_DONE(open_decoder());
    opened_wall_ = clock_.wall();
    return Done{};
  }

  Result<std::variant<video::Frame, video::EndOfStream>> next() override {
    deadline_.set(options_.read_deadline);
    while (true) {
      FrameHandle frame(av_frame_alloc());
      PROVISO_CHECK(frame != nullptr);
      const int received = avcodec_receive_frame(decoder_.get(), frame.get());
      if (received == 0) {
        PROVISO_TRY(auto made, frame_of(std::move(frame)));
        return std::variant<video::Frame, video::EndOfStream>(std::move(made));
      }
      if (received == AVERROR_EOF) return std::variant<video::Frame, video::EndOfStream>(end());
      if (received != AVERROR(EAGAIN)) PROVISO_TRY_DONE(count_bad(received));
      PROVISO_TRY_DONE(feed());
    }
  }

  void interrupt() override { deadline_.interrupted.store(true); }

  std::string peer_state() const override {
    if (!options_.peer_state.empty()) return options_.peer_state;
    switch (address_.transport) {
      case video::Transport::kFile: return "recording";
      case video::Transport::kDevice: return "local device";
      case video::Transport::kRtsp: return "camera not authenticated (plain RTSP)";
      case video::Transport::kRtsps: return "camera not authenticated (no CA or fingerprint)";
    }
    PROVISO_CHECK(false);
  }

 private:
  std::string url() const {
    if (address_.transport == video::Transport::kFile) return "file:" + address_.text;
    if (address_.transport == video::Transport::kDevice) return address_.text;
    const std::string& base = options_.reach_at.empty() ? address_.text : options_.reach_at;
    if (address_.user.empty()) return base;
    constexpr std::string_view kScheme = "rtsp://";
    return concat(kScheme, address_.user, ":", address_.password, "@", base.substr(kScheme.size()));
  }

  Dictionary open_settings() const {
    AVDictionary* settings = nullptr;
    av_dict_set_int(&settings, "probesize", kProbeBytesMax, 0);
    if (address_.transport == video::Transport::kFile) {
      av_dict_set(&settings, "protocol_whitelist", "file", 0);
    } else if (address_.is_live() && address_.transport != video::Transport::kDevice) {
      av_dict_set(&settings, "protocol_whitelist", "rtsp,rtp,tcp", 0);
      av_dict_set(&settings, "rtsp_transport", "tcp", 0);
      av_dict_set(&settings, "allowed_media_types", "video", 0);
      const microseconds timeout = options_.read_deadline;
      av_dict_set_int(&settings, "timeout", timeout.count(), 0);
    }
    return Dictionary(settings);
  }

  Status open_input() {
    const AVInputFormat* format = nullptr;
    if (address_.transport == video::Transport::kFile) {
      std::error_code error;
      if (!std::filesystem::is_regular_file(address_.text, error)) {
        return Error{ErrorCode::kNotFound,
                     concat("camera ",
                            options_.camera.text(),
                            ": no file ",
                            address_.text,
                            "; check the path")};
      }
    } else if (address_.transport == video::Transport::kDevice) {
      avdevice_register_all();
      format = av_find_input_format("v4l2");
    } else if (address_.transport == video::Transport::kRtsps && options_.reach_at.empty()) {
      return Error{ErrorCode::kInvalidInput,
                   concat("camera ",
                          options_.camera.text(),
                          ": rtsps:// needs the verified TLS pump; give its loopback address")};
    }
    AVFormatContext* context = avformat_alloc_context();
    PROVISO_CHECK(context != nullptr);
    context->interrupt_callback = {.callback = Deadline::check, .opaque = &deadline_};
    AVDictionary* settings = open_settings().release();
    const int opened = avformat_open_input(&context, url().c_str(), format, &settings);
    av_dict_free(&settings);
    if (opened < 0) return open_failed(opened);  // FFmpeg has freed the context.
    input_.reset(context);
    const int found = avformat_find_stream_info(context, nullptr);
    return found < 0 ? open_failed(found) : Status(Done{});
  }

  Status open_failed(int code) const {
    if (deadline_.is_over() || code == AVERROR_EXIT || code == AVERROR(ETIMEDOUT)) {
      return Error{ErrorCode::kUnavailable,
                   concat("camera ",
                          options_.camera.text(),
                          ": no answer within ",
                          options_.open_deadline.count(),
                          " ms; check address and network")};
    }
    switch (code) {
      case AVERROR_HTTP_UNAUTHORIZED:
      case AVERROR_HTTP_FORBIDDEN:
        return Error{ErrorCode::kInvalidInput,
                     concat("camera ",
                            options_.camera.text(),
                            ": user or password refused; correct them in the address")};
      case AVERROR_HTTP_NOT_FOUND:
        return Error{ErrorCode::kInvalidInput,
                     concat("camera ",
                            options_.camera.text(),
                            ": no such stream (404); correct the path in the address")};
      case AVERROR_INVALIDDATA:
      case AVERROR_EOF: return no_video(address_.text, "not a media file");
      default:
        return Error{address_.transport == video::Transport::kFile ? ErrorCode::kInvalidInput
                                                                   : ErrorCode::kUnavailable,
                     concat("camera ",
                            options_.camera.text(),
                            ": cannot open ",
                            address_.text,
                            ": ",
                            reason(code),
                            "; check that it is there and answers")};
    }
  }

  Status open_decoder() {
    const AVCodec* codec = nullptr;
    stream_ = av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (stream_ < 0 || codec == nullptr) return no_video(address_.text, "no video stream");
    const AVStream& stream = *input_->streams[stream_];
    const AVCodecParameters& parameters = *stream.codecpar;
    if (is_text(parameters.codec_id)) return no_video(address_.text, "it is text");
    if (parameters.width > image::kFrameWidthMax || parameters.height > image::kFrameHeightMax) {
      return Error{ErrorCode::kOverLimit,
                   concat("camera ",
                          options_.camera.text(),
                          ": ",
                          parameters.width,
                          "x",
                          parameters.height,
                          ", the limit is ",
                          image::kFrameWidthMax,
                          "x",
                          image::kFrameHeightMax,
                          "; set it to a smaller picture")};
    }
    for (unsigned n = 0; n < input_->nb_streams; ++n) {
      if (static_cast<int>(n) != stream_) input_->streams[n]->discard = AVDISCARD_ALL;
    }
    decoder_.reset(avcodec_alloc_context3(codec));
    PROVISO_CHECK(decoder_ != nullptr);
    if (avcodec_parameters_to_context(decoder_.get(), &parameters) < 0) {
      return no_video(address_.text, "its parameters are broken");
    }
    decoder_->thread_count = options_.decoder_threads;
    decoder_->thread_type = FF_THREAD_SLICE;
    decoder_->max_pixels = std::int64_t{image::kFrameWidthMax} * image::kFrameHeightMax;
    if (const int opened = avcodec_open2(decoder_.get(), codec, nullptr); opened < 0) {
      return no_video(address_.text, reason(opened));
    }
    time_base_ = stream.time_base;
    quarter_turns_ = quarter_turns_of(stream);
    const double rate =
        av_q2d(av_guess_frame_rate(input_.get(), input_->streams[stream_], nullptr));
    const double usable = rate > 0 && rate <= kFrameRateMax ? rate : kFrameRateGuess;
    frame_time_ = microseconds(std::llround(1e6 / usable));
    return Done{};
  }

  // One packet into the decoder. At the end of the media, the flush.
  Status feed() {
    PacketHandle packet(av_packet_alloc());
    PROVISO_CHECK(packet != nullptr);
    const int read = av_read_frame(input_.get(), packet.get());
    if (read == AVERROR(EAGAIN)) return Done{};
    if (read < 0) return end_of_reading(read);
    if (packet->stream_index != stream_) return Done{};
    const int sent = avcodec_send_packet(decoder_.get(), packet.get());
    if (sent < 0 && sent != AVERROR(EAGAIN)) return count_bad(sent);
    bad_in_a_row_ = 0;
    return Done{};
  }

  Status end_of_reading(int code) {
    if (deadline_.is_over() || (address_.is_live() && code != AVERROR_EOF)) {
      return Error{ErrorCode::kUnavailable,
                   concat("camera ",
                          options_.camera.text(),
                          ": no data within ",
                          options_.read_deadline.count(),
                          " ms (",
                          reason(code),
                          ")")};
    }
    if (address_.is_live()) {
      return Error{
          ErrorCode::kUnavailable,
          concat("camera ", options_.camera.text(), ": the stream was ended by the camera")};
    }
    if (code != AVERROR_EOF) damage_ = reason(code);
    avcodec_send_packet(decoder_.get(), nullptr);
    return Done{};
  }

  Status count_bad(int code) {
    damage_ = reason(code);
    if (++bad_in_a_row_ <= kBadPacketsMax) return Done{};
    return Error{ErrorCode::kUnavailable,
                 concat("camera ",
                        options_.camera.text(),
                        ": more than ",
                        kBadPacketsMax,
                        " broken packets in a row: ",
                        damage_)};
  }

  microseconds media_time_of(const AVFrame& frame) {
    std::optional<microseconds> stamped;
    if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
      const std::int64_t us =
          av_rescale_q(frame.best_effort_timestamp, time_base_, AVRational{1, 1'000'000});
      if (!first_stamp_) first_stamp_ = microseconds(us);
      stamped = microseconds(us) - *first_stamp_;
    }
    if (!last_media_time_) return microseconds{0};
    return stamped && *stamped > *last_media_time_ ? *stamped : *last_media_time_ + frame_time_;
  }

  Result<video::Frame> frame_of(FrameHandle frame) {
    const microseconds media_time = media_time_of(*frame);
    last_media_time_ = media_time;
    const WallTime captured_at = address_.is_live() ? clock_.wall() : opened_wall_ + media_time;
    std::optional<WallTime> camera_time;
    if (input_->start_time_realtime != AV_NOPTS_VALUE && input_->start_time_realtime > 0) {
      camera_time = WallTime(microseconds(input_->start_time_realtime) + media_time);
    }
    PROVISO_TRY(auto pixels, converter_.convert(std::move(frame), quarter_turns_));
    return video::Frame{
        .key = {.camera = options_.camera, .sequence = ++sequence_, .captured_at = captured_at},
        .camera_time = camera_time,
        .media_time = media_time,
        .arrived_at = clock_.monotonic(),
        .pixels = std::move(pixels)};
  }

  video::EndOfStream end() const {
    const microseconds seen = last_media_time_.value_or(microseconds{0}) + frame_time_;
    const bool is_short =
        input_->duration != AV_NOPTS_VALUE && microseconds(input_->duration) - seen > kCutTolerance;
    if (damage_.empty() && !is_short) return {};
    return {.warning = concat(address_.text,
                              " is cut or damaged: ",
                              sequence_,
                              " frames were read",
                              damage_.empty() ? "" : " (",
                              damage_,
                              damage_.empty() ? "" : ")")};
  }

  const video::Address address_;
  const SourceOptions options_;
  const Clock& clock_;
  Deadline deadline_;  // Outlives input_, which looks at it.
  Input input_;
  Decoder decoder_;
  YuvConverter converter_;
  int stream_ = -1;
  int quarter_turns_ = 0;
  int bad_in_a_row_ = 0;
  std::string damage_;
  AVRational time_base_{1, 1'000'000};
  microseconds frame_time_{40'000};
  WallTime opened_wall_;
  std::optional<microseconds> first_stamp_;
  std::optional<microseconds> last_media_time_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

Result<std::unique_ptr<video::Source>> open(const video::Address& address,
                                            const SourceOptions& options,
                                            const Clock& clock) {
  av_log_set_level(AV_LOG_QUIET);  // Its words would carry addresses with passwords.
  auto source = std::make_unique<FfmpegSource>(address, options, clock);
  PROVISO_TRY_DONE(source->start());
  return std::unique_ptr<video::Source>(std::move(source));
}

}  // namespace proviso::ffmpeg
