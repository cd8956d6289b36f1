#pragma once

// An opened file, stream or device whose best video stream is chosen and within the limits. What
// may be opened, and how, is said in source.h.
//
// Errors: of ffmpeg::open(). Threads: thread-bound, except what says otherwise.

#include <memory>
#include <string>

#include "adapters/ffmpeg/handles.h"
#include "adapters/ffmpeg/source.h"
#include "adapters/ffmpeg/watch.h"
#include "adapters/openssl/tls_pump.h"

namespace proviso::ffmpeg {

class OpenedInput {
 public:
  // `watch` must outlive it. The deadline set there holds for the whole.
  static Result<OpenedInput> open(const video::Address& address,
                                  const SourceOptions& options,
                                  Watch& watch);

  AVFormatContext& context() const { return *input_; }
  AVStream& stream() const { return *input_->streams[stream_]; }
  int stream_index() const { return stream_; }
  const AVCodec& codec() const { return *codec_; }
  const std::string& peer_state() const { return peer_state_; }

 private:
  OpenedInput(const video::Address& address, const SourceOptions& options, Watch& watch)
      : address_(address), options_(options), watch_(watch) {}

  Status open_any();
  Status open_stream();
  Status open_pump();
  Status open_url(const std::string& url, const char* format);
  Status play();
  Status choose_stream();
  Status probe();
  Status check_sizes() const;
  std::string url_at(const std::string& host, std::uint16_t port, const std::string& rest) const;
  Error failed(int code) const;

  video::Address address_;
  SourceOptions options_;
  Watch& watch_;
  std::unique_ptr<openssl::TlsPump> pump_;  // Outlives input_, which talks to it.
  Input input_;
  int stream_ = -1;
  const AVCodec* codec_ = nullptr;
  std::string peer_state_;
};

Error no_video(const video::Address& address, std::string_view why);
std::string reason_of(int code);

}  // namespace proviso::ffmpeg
