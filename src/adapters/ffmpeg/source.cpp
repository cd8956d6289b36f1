#include "adapters/ffmpeg/source.h"

#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <optional>
#include <thread>

#include "adapters/ffmpeg/handles.h"
#include "adapters/ffmpeg/hardware.h"
#include "adapters/ffmpeg/media_time.h"
#include "adapters/ffmpeg/opened_input.h"
#include "adapters/ffmpeg/orientation.h"
#include "adapters/ffmpeg/to_yuv_image.h"
#include "adapters/ffmpeg/watch.h"
#include "base/core/concat.h"

extern "C" {
#include <libavutil/parseutils.h>
}

namespace proviso::ffmpeg {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr double kFrameRateGuess = 25;
constexpr double kUsableFrameRateMax = 1000;
constexpr microseconds kCutTolerance = milliseconds(500);
constexpr milliseconds kCloseDeadline{1'000};  // For the camera to take our goodbye.
constexpr milliseconds kDevicePause{2};        // Between looks at a device that has no picture yet.
constexpr AVRational kMicroseconds{1, 1'000'000};

using Next = std::variant<video::Frame, video::EndOfStream>;

// When packets came, by both clocks at once: a time computed from the other clock's would go back
// by what two readings are apart. The decoder gives each frame the number of its packet back.
class Arrivals {
 public:
  struct Arrival {
    MonotonicTime at;
    WallTime wall;
    std::optional<WallTime> camera_time;
  };

  std::int64_t add(const Arrival& arrival) {
    kept_[next_ % kept_.size()] = arrival;
    return static_cast<std::int64_t>(next_++);
  }
  std::optional<Arrival> find(std::int64_t number) const {
    const auto wanted = static_cast<std::uint64_t>(number);
    if (wanted >= next_ || next_ - wanted > kept_.size()) return std::nullopt;
    return kept_[wanted % kept_.size()];
  }

 private:
  std::array<Arrival, 64> kept_{};  // More than any decoder holds back.
  std::uint64_t next_ = 0;
};

// What the camera's RTCP says of the packet (AVProducerReferenceTime).
std::optional<WallTime> camera_time_of(const AVPacket& packet) {
  std::size_t size = 0;
  const auto* bytes = av_packet_get_side_data(&packet, AV_PKT_DATA_PRFT, &size);
  if (bytes == nullptr || size < sizeof(AVProducerReferenceTime)) return std::nullopt;
  const auto* time = reinterpret_cast<const AVProducerReferenceTime*>(bytes);
  return WallTime(microseconds(time->wallclock));
}

microseconds frame_time_of(AVFormatContext& input, AVStream& stream) {
  const double rate = av_q2d(av_guess_frame_rate(&input, &stream, nullptr));
  const double usable = rate > 0 && rate <= kUsableFrameRateMax ? rate : kFrameRateGuess;
  return microseconds(std::llround(1e6 / usable));
}

// How long the container says that the pictures last. Matroska says it of each stream in a tag,
// or of the whole, which is the pictures' only where nothing else can be longer.
std::optional<microseconds> duration_said_of(const AVFormatContext& input, const AVStream& stream) {
  if (input.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) return std::nullopt;
  if (stream.duration != AV_NOPTS_VALUE) {
    return microseconds(av_rescale_q(stream.duration, stream.time_base, kMicroseconds));
  }
  const AVDictionaryEntry* tag = av_dict_get(stream.metadata, "DURATION", nullptr, 0);
  std::int64_t tagged_us = 0;
  if (tag != nullptr && av_parse_time(&tagged_us, tag->value, 1) == 0) {
    return microseconds(tagged_us);
  }
  if (input.nb_streams > 1 || input.duration == AV_NOPTS_VALUE) return std::nullopt;
  return microseconds(input.duration);
}

class FfmpegSource final : public video::Source {
 public:
  FfmpegSource(const video::Address& address, const SourceOptions& options, const Clock& clock)
      : address_(address),
        options_(options),
        clock_(clock),
        stop_(options.stop, [this] { watch_.interrupt(); }) {}
  FfmpegSource(const FfmpegSource&) = delete;
  FfmpegSource& operator=(const FfmpegSource&) = delete;
  FfmpegSource(FfmpegSource&&) = delete;
  FfmpegSource& operator=(FfmpegSource&&) = delete;
  ~FfmpegSource() override { watch_.set_deadline(steady_clock::now() + kCloseDeadline); }

  Status start() {
    watch_.set_deadline(steady_clock::now() + options_.open_deadline);
    PROVISO_TRY(auto input, OpenedInput::open(address_, options_, watch_));
    input_ = std::make_unique<OpenedInput>(std::move(input));
    PROVISO_TRY_DONE(open_decoder());
    opened_wall_ = clock_.wall();
    return Done{};
  }

  Result<Next> next() override {
    watch_.set_deadline(steady_clock::now() + options_.read_deadline);
    while (true) {
      if (watch_.is_interrupted() || watch_.is_late()) return broken_off(AVERROR(ETIMEDOUT));
      FrameHandle frame(av_frame_alloc());
      PROVISO_CHECK(frame != nullptr);
      const int received = avcodec_receive_frame(decoder_.get(), frame.get());
      if (received == AVERROR_EOF) return end();
      if (received == 0) {
        PROVISO_TRY(auto made, frame_of(std::move(frame)));
        return Next(std::move(made));
      }
      if (received != AVERROR(EAGAIN)) PROVISO_TRY_DONE(count_bad(received));
      PROVISO_TRY_DONE(feed());
    }
  }

  void interrupt() override { watch_.interrupt(); }
  void thin(video::Thinned level) override {
    if (level != video::Thinned::kNothing && !held_back_) held_back_ = without_picture();
    switch (level) {
      case video::Thinned::kNothing: decoder_->skip_frame = AVDISCARD_DEFAULT; break;
      case video::Thinned::kUnreferenced: decoder_->skip_frame = AVDISCARD_NONREF; break;
      case video::Thinned::kBetween: decoder_->skip_frame = AVDISCARD_BIDIR; break;
    }
  }
  std::uint64_t left_out() const override {
    const std::uint64_t without = without_picture();
    return held_back_ && without > *held_back_ ? without - *held_back_ : 0;
  }
  std::string peer_state() const override { return input_->peer_state(); }
  std::string decoding() const override {
    return uses_hardware_.load() ? concat("hardware (", hardware_.value_or(""), ")") : "software";
  }

 private:
  template <typename... Words>
  Error said(ErrorCode code, const Words&... words) const {
    return Error{code, concat("camera ", options_.camera.text(), ": ", words...)};
  }

  Status open_decoder() {
    const AVStream& stream = input_->stream();
    decoder_.reset(avcodec_alloc_context3(&input_->codec()));
    PROVISO_CHECK(decoder_ != nullptr);
    if (avcodec_parameters_to_context(decoder_.get(), stream.codecpar) < 0) {
      return no_video(address_, "its parameters are broken");
    }
    decoder_->pkt_timebase = stream.time_base;
    decoder_->thread_count = options_.decoder_threads;
    decoder_->thread_type = FF_THREAD_SLICE;
    decoder_->max_pixels = std::int64_t{image::kFrameWidthMax} * image::kFrameHeightMax;
    if (options_.hardware == Hardware::kIfPresent) {
      hardware_ = attach_hardware(*decoder_, input_->codec());
    }
    if (const int opened = avcodec_open2(decoder_.get(), &input_->codec(), nullptr); opened < 0) {
      return no_video(address_, reason_of(opened));
    }
    if (const auto matrix = display_matrix_of(stream)) quarter_turns_ = quarter_turns_of(*matrix);
    frame_time_ = frame_time_of(input_->context(), input_->stream());
    media_time_ = MediaTime(frame_time_);
    return Done{};
  }

  // Whole packets that have given none.
  std::uint64_t without_picture() const {
    const std::uint64_t with = sequence_ + bad_packets_;
    return packets_ > with ? packets_ - with : 0;
  }

  // One packet into the decoder. At the end of the media, the flush.
  Status feed() {
    PacketHandle packet(av_packet_alloc());
    PROVISO_CHECK(packet != nullptr);
    const int read = av_read_frame(&input_->context(), packet.get());
    if (read == AVERROR(EAGAIN)) {
      std::this_thread::sleep_for(kDevicePause);
      return Done{};
    }
    if (read < 0) return end_of_reading(read);
    if (packet->stream_index != input_->stream_index()) return Done{};
    if ((packet->flags & AV_PKT_FLAG_CORRUPT) != 0) ++bad_packets_;
    decoder_->reordered_opaque = arrivals_.add(
        {.at = clock_.monotonic(), .wall = clock_.wall(), .camera_time = camera_time_of(*packet)});
    ++packets_;
    const int sent = avcodec_send_packet(decoder_.get(), packet.get());
    return sent < 0 && sent != AVERROR(EAGAIN) ? count_bad(sent) : Status(Done{});
  }

  Error broken_off(int code) const {
    if (watch_.is_interrupted()) return said(ErrorCode::kUnavailable, "stopped");
    if (watch_.is_late()) {
      return said(ErrorCode::kUnavailable,
                  "no frame within ",
                  options_.read_deadline.count(),
                  " ms; check the camera and the network");
    }
    return said(ErrorCode::kUnavailable,
                "the stream broke off (",
                reason_of(code),
                "); check the camera and the network");
  }

  Status end_of_reading(int code) {
    if (address_.is_live() || watch_.is_interrupted() || watch_.is_late()) return broken_off(code);
    if (code != AVERROR_EOF) damage_ = reason_of(code);
    avcodec_send_packet(decoder_.get(), nullptr);
    return Done{};
  }

  Status count_bad(int code) {
    ++bad_packets_;
    damage_ = reason_of(code);
    if (++bad_in_a_row_ <= kBadPacketsMax) return Done{};
    if (!address_.is_live()) return no_video(address_, "its pictures are broken");
    return said(ErrorCode::kUnavailable,
                "more than ",
                kBadPacketsMax,
                " broken packets in a row (",
                damage_,
                "); check the camera and the network");
  }

  microseconds stamp_to_media_time(const AVFrame& frame) {
    std::optional<microseconds> stamp;
    if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
      stamp = microseconds(
          av_rescale_q(frame.best_effort_timestamp, input_->stream().time_base, kMicroseconds));
    }
    return media_time_.next(stamp);
  }

  Result<image::YuvImage> pixels_of(FrameHandle frame) {
    const bool is_from_hardware = is_in_hardware(*frame);
    uses_hardware_.store(is_from_hardware);
    if (is_from_hardware) {
      frame = download(*frame);
      if (frame == nullptr) {
        return Error{ErrorCode::kUnavailable, "the video hardware does not give its pictures"};
      }
    }
    int turns = quarter_turns_;
    if (!display_matrix_of(input_->stream())) {
      if (const auto matrix = display_matrix_of(*frame)) turns = quarter_turns_of(*matrix);
    }
    return converter_.convert(std::move(frame), turns);
  }

  Result<video::Frame> frame_of(FrameHandle frame) {
    bad_in_a_row_ = 0;
    const MonotonicTime now = clock_.monotonic();
    const auto arrival = arrivals_.find(frame->reordered_opaque);
    const microseconds media_time = stamp_to_media_time(*frame);
    shown_until_ = media_time + frame_time_;
    if (frame->pkt_duration > 0) {
      const microseconds shown(
          av_rescale_q(frame->pkt_duration, input_->stream().time_base, kMicroseconds));
      if (shown > microseconds{0} && shown < MediaTime::kLeapMax) shown_until_ = media_time + shown;
    }
    auto pixels = pixels_of(std::move(frame));
    if (!pixels) return said(pixels.error().code, pixels.error().message);

    video::Frame made{.key = {.camera = options_.camera,
                              .sequence = ++sequence_,
                              .captured_at = opened_wall_ + media_time},
                      .camera_time = std::nullopt,
                      .media_time = media_time,
                      .arrived_at = now,
                      .pixels = std::move(pixels).value()};
    if (address_.is_live()) {
      const auto came = arrival.value_or(
          Arrivals::Arrival{.at = now, .wall = clock_.wall(), .camera_time = std::nullopt});
      if (came.at >= last_arrival_.at) last_arrival_ = came;
      made.arrived_at = last_arrival_.at;
      made.key.captured_at = last_arrival_.wall;
      made.camera_time = came.camera_time;
    }
    return made;
  }

  Result<Next> end() const {
    if (sequence_ == 0) {
      return no_video(address_, damage_.empty() ? "no picture can be decoded" : damage_);
    }
    const auto said_to_last = duration_said_of(input_->context(), input_->stream());
    const bool is_cut = said_to_last && *said_to_last - kCutTolerance > shown_until_;
    if (!is_cut && damage_.empty() && bad_packets_ == 0) return Next(video::EndOfStream{});
    return Next(
        video::EndOfStream{.warning = concat(address_.text,
                                             " is cut or damaged: ",
                                             sequence_,
                                             " frames were read, ",
                                             bad_packets_,
                                             " packets were broken",
                                             damage_.empty() ? "" : concat(" (", damage_, ")"))});
  }

  const video::Address address_;
  const SourceOptions options_;
  const Clock& clock_;
  Watch watch_;  // Outlives input_, which looks at it.
  std::unique_ptr<OpenedInput> input_;
  Decoder decoder_;
  YuvConverter converter_;
  Arrivals arrivals_;
  MediaTime media_time_{microseconds{0}};
  microseconds frame_time_{0};
  microseconds shown_until_{0};
  int quarter_turns_ = 0;
  int bad_in_a_row_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t bad_packets_ = 0;
  std::optional<std::uint64_t> held_back_;  // Packets without a picture when thinning began.
  std::string damage_;
  WallTime opened_wall_;
  Arrivals::Arrival last_arrival_;  // Of the frames given, in order of presentation.
  std::uint64_t sequence_ = 0;
  std::optional<std::string> hardware_;
  std::atomic<bool> uses_hardware_{false};
  std::stop_callback<std::function<void()>> stop_;
};

}  // namespace

Result<std::unique_ptr<video::Source>> open(const video::Address& address,
                                            const SourceOptions& options,
                                            const Clock& clock) {
  auto source = std::make_unique<FfmpegSource>(address, options, clock);
  PROVISO_TRY_DONE(source->start());
  return std::unique_ptr<video::Source>(std::move(source));
}

}  // namespace proviso::ffmpeg
