#include "adapters/ffmpeg/opened_input.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/ffmpeg/orientation.h"
#include "adapters/ffmpeg/to_yuv_image.h"
#include "adapters/openssl/socket.h"
#include "base/core/concat.h"

extern "C" {
#include <libavdevice/avdevice.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

namespace proviso::ffmpeg {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using video::Transport;

constexpr std::int64_t kMaxPixels = std::int64_t{image::kFrameWidthMax} * image::kFrameHeightMax;

// Formats that open other files, run scripts, or draw text as pictures.
constexpr std::array<std::string_view, 15> kFormatsNotAllowed{"concat",
                                                              "dash",
                                                              "hls",
                                                              "imf",
                                                              "rtp",
                                                              "rtsp",
                                                              "sap",
                                                              "sdp",
                                                              "vobsub",
                                                              "webm_dash_manifest",
                                                              "tty",
                                                              "bin",
                                                              "xbin",
                                                              "adf",
                                                              "idf"};

std::string allowed_file_formats() {
  std::string allowed;
  void* place = nullptr;
  while (const AVInputFormat* format = av_demuxer_iterate(&place)) {
    const bool opens_by_itself = (format->flags & AVFMT_NOFILE) != 0;
    const bool is_not_allowed =
        std::find(kFormatsNotAllowed.begin(), kFormatsNotAllowed.end(), format->name) !=
        kFormatsNotAllowed.end();
    if (opens_by_itself || is_not_allowed) continue;
    allowed += concat(allowed.empty() ? "" : ",", format->name);
  }
  return allowed;
}

// Settings of FFmpeg that hold for the process.
void prepare_library() {
  static const bool is_prepared = [] {
    av_log_set_level(AV_LOG_QUIET);  // Its words would carry addresses with passwords.
    av_max_alloc(kAllocationBytesMax);
    avdevice_register_all();
    return true;
  }();
  static_cast<void>(is_prepared);
}

class Settings {
 public:
  void set(const char* name, const std::string& value) {
    av_dict_set(&entries_, name, value.c_str(), 0);
  }
  Settings() = default;
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  Settings(Settings&&) = delete;
  Settings& operator=(Settings&&) = delete;
  ~Settings() { av_dict_free(&entries_); }
  AVDictionary** entries() { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

Error of_camera(const SourceOptions& options, const Error& error) {
  return {error.code, concat("camera ", options.camera.text(), ": ", error.message)};
}

}  // namespace

std::string reason_of(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

Error no_video(const video::Address& address, std::string_view why) {
  return {
      ErrorCode::kInvalidInput,
      concat("no video in ", address.text, ": ", why, "; give a video file or a camera's stream")};
}

Result<OpenedInput> OpenedInput::open(const video::Address& address,
                                      const SourceOptions& options,
                                      Watch& watch) {
  prepare_library();
  OpenedInput opened(address, options, watch);
  PROVISO_TRY_DONE(opened.open_any());
  PROVISO_TRY_DONE(opened.probe());
  PROVISO_TRY_DONE(opened.choose_stream());
  return opened;
}

Status OpenedInput::open_any() {
  switch (address_.transport) {
    case Transport::kFile: {
      peer_state_ = "recording";
      std::error_code error;
      if (!std::filesystem::is_regular_file(address_.text, error)) {
        return Error{ErrorCode::kNotFound,
                     concat("camera ",
                            options_.camera.text(),
                            ": no file ",
                            address_.text,
                            "; check the path")};
      }
      return open_url(concat("file:", address_.text), nullptr);
    }
    case Transport::kDevice:
      peer_state_ = "local device";
      return open_url(address_.text, "video4linux2");
    case Transport::kRtsp:
      peer_state_ = "camera not authenticated (plain RTSP)";
      return open_stream();
    case Transport::kRtsps: return open_pump();
  }
  PROVISO_CHECK(false);
}

// Each address of the name in turn, with an equal part of the time that is left.
Status OpenedInput::open_stream() {
  PROVISO_TRY(const auto target, video::host_port(address_));
  const auto last = watch_.deadline();
  const auto found = openssl::look_up(target.host, target.port, last, options_.stop);
  if (!found) return of_camera(options_, found.error());
  Status opened = failed(AVERROR(ETIMEDOUT));
  for (std::size_t n = 0; n < found.value().size(); ++n) {
    const auto left = last - steady_clock::now();
    watch_.set_deadline(steady_clock::now() + left / (found.value().size() - n));
    opened = open_url(url_at(found.value()[n].host(), target.port, target.rest), "rtsp");
    watch_.set_deadline(last);
    if (opened || opened.error().code != ErrorCode::kUnavailable) break;
  }
  return opened;
}

Status OpenedInput::open_pump() {
  PROVISO_TRY(const auto target, video::host_port(address_));
  const auto left = std::chrono::ceil<milliseconds>(watch_.deadline() - steady_clock::now());
  auto pump = openssl::TlsPump::open({.host = target.host,
                                      .port = target.port,
                                      .trust = options_.trust,
                                      .open_deadline = left,
                                      .stall_deadline = options_.read_deadline},
                                     options_.stop);
  if (!pump) return of_camera(options_, pump.error());
  pump_ = std::move(pump).value();
  peer_state_ = pump_->peer_state();
  return open_url(url_at("127.0.0.1", pump_->port(), target.rest), "rtsp");
}

std::string OpenedInput::url_at(const std::string& host,
                                std::uint16_t port,
                                const std::string& rest) const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const std::string user =
      address_.user.empty() ? "" : concat(address_.user, ":", address_.password, "@");
  return concat("rtsp://", user, is_ipv6 ? "[" : "", host, is_ipv6 ? "]:" : ":", port, rest);
}

Status OpenedInput::open_url(const std::string& url, const char* format) {
  static const std::string file_formats = allowed_file_formats();
  const bool is_device = address_.transport == Transport::kDevice;
  const bool is_stream = address_.transport != Transport::kFile && !is_device;
  Settings settings;
  settings.set("probesize", std::to_string(kProbeBytesMax));
  if (address_.transport == Transport::kFile) {
    settings.set("protocol_whitelist", "file");
    settings.set("format_whitelist", file_formats);
  } else if (is_stream) {
    settings.set("protocol_whitelist", "rtsp,rtp,tcp");
    settings.set("format_whitelist", format);
    settings.set("rtsp_transport", "tcp");
    settings.set("allowed_media_types", "video");
    settings.set("initial_pause", "1");  // play() tells a refusal from having nothing to play.
    settings.set("timeout", std::to_string(microseconds(options_.open_deadline).count()));
  }
  AVFormatContext* context = avformat_alloc_context();
  PROVISO_CHECK(context != nullptr);
  context->interrupt_callback = watch_.callback();
  if (address_.is_live()) context->fps_probe_size = 0;  // The rate is not worth the wait.
  if (is_device) context->flags |= AVFMT_FLAG_NONBLOCK;
  watch_.set_target(context, url);
  const AVInputFormat* chosen = format == nullptr ? nullptr : av_find_input_format(format);
  const int opened = avformat_open_input(&context, url.c_str(), chosen, settings.entries());
  if (opened < 0) {
    Error why = failed(opened);
    watch_.set_target(nullptr, "");  // FFmpeg has freed the context.
    return why;
  }
  input_.reset(context);
  return is_stream ? play() : Done{};
}

Status OpenedInput::play() {
  const int playing = av_read_play(input_.get());
  if (playing >= 0) return Done{};
  // Where nothing could be set up there is no session to play, and cameras answer 454 or 455.
  if (input_->nb_streams == 0) return no_video(address_, "it offers no video stream");
  return failed(playing);
}

// Reads as much as it takes to know the streams. The pictures that it decodes for that are bounded
// by what the container says, and where that is nothing or a lie, by the decoder's own limit.
Status OpenedInput::probe() {
  PROVISO_TRY_DONE(check_sizes());
  if (address_.transport == Transport::kDevice) return Done{};  // Known already; it may not block.
  std::vector<AVDictionary*> limits(input_->nb_streams, nullptr);
  for (AVDictionary*& limit : limits) av_dict_set_int(&limit, "max_pixels", kMaxPixels, 0);
  const int found =
      avformat_find_stream_info(input_.get(), limits.empty() ? nullptr : limits.data());
  for (AVDictionary*& limit : limits) av_dict_free(&limit);
  if (found < 0) return failed(found);
  return check_sizes();
}

Status OpenedInput::check_sizes() const {
  for (unsigned n = 0; n < input_->nb_streams; ++n) {
    const AVStream& stream = *input_->streams[n];
    const AVCodecParameters& parameters = *stream.codecpar;
    if (parameters.codec_type != AVMEDIA_TYPE_VIDEO || parameters.width == 0) continue;
    const auto matrix = display_matrix_of(stream);
    const Status is_within =
        check_size({parameters.width, parameters.height}, matrix ? quarter_turns_of(*matrix) : 0);
    if (!is_within) return of_camera(options_, is_within.error());
  }
  return Done{};
}

Status OpenedInput::choose_stream() {
  stream_ = av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec_, 0);
  if (stream_ == AVERROR_DECODER_NOT_FOUND) return no_video(address_, "its codec is not known");
  if (stream_ < 0 || codec_ == nullptr) return no_video(address_, "no video stream");
  if ((stream().disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) {
    return no_video(address_, "only a cover picture");
  }
  for (unsigned n = 0; n < input_->nb_streams; ++n) {
    if (static_cast<int>(n) != stream_) input_->streams[n]->discard = AVDISCARD_ALL;
  }
  return Done{};
}

Error OpenedInput::failed(int code) const {
  const auto said = [this](ErrorCode kind, const auto&... words) {
    return Error{kind, concat("camera ", options_.camera.text(), ": ", words...)};
  };
  if (watch_.is_redirected()) {
    return said(ErrorCode::kInvalidInput,
                "it sends us on to another address; give that address if it is meant");
  }
  if (watch_.is_interrupted()) return said(ErrorCode::kUnavailable, "stopped");
  if (watch_.is_late() || code == AVERROR_EXIT || code == AVERROR(ETIMEDOUT)) {
    return said(ErrorCode::kUnavailable,
                "no answer within ",
                options_.open_deadline.count(),
                " ms; check that it is on, its address and the network");
  }
  if (code == AVERROR_HTTP_UNAUTHORIZED || code == AVERROR_HTTP_FORBIDDEN) {
    return said(ErrorCode::kInvalidInput,
                "user or password refused; correct them in the address (user:password@)");
  }
  if (code == AVERROR_HTTP_NOT_FOUND) {
    return said(ErrorCode::kInvalidInput, "no such stream (404); correct the path in the address");
  }
  if (address_.transport == Transport::kFile) {
    const bool is_of_a_kind_not_allowed = code == AVERROR(EINVAL);
    return no_video(address_,
                    is_of_a_kind_not_allowed ? "a list of other files, or text"
                    : code == AVERROR_INVALIDDATA || code == AVERROR_EOF ? "not a media file"
                                                                         : reason_of(code));
  }
  return said(ErrorCode::kUnavailable,
              "cannot open ",
              address_.text,
              ": ",
              reason_of(code),
              "; check that it is there and answers");
}

}  // namespace proviso::ffmpeg
