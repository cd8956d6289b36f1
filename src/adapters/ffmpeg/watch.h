#pragma once

// Tells FFmpeg's blocking calls when to give up: past a deadline, when interrupted, or when the
// demuxer was redirected to another address than the one it was given.
//
// Threads: interrupt() and is_interrupted() by any; the rest by the source's thread. The callback
// is asked before every wait of a socket, so nothing is sent to a redirect's target.

#include <atomic>
#include <chrono>
#include <string>

#include "adapters/ffmpeg/handles.h"

namespace proviso::ffmpeg {

class Watch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  void set_deadline(TimePoint at) { deadline_ = at; }
  TimePoint deadline() const { return deadline_; }
  // `context` is about to be opened at `url`; null when it is no more.
  void set_target(const AVFormatContext* context, std::string url);

  void interrupt() { is_interrupted_.store(true); }
  bool is_interrupted() const { return is_interrupted_.load(); }
  bool is_late() const { return std::chrono::steady_clock::now() >= deadline_; }
  bool is_redirected() const { return is_redirected_; }

  AVIOInterruptCB callback() { return {.callback = must_give_up, .opaque = this}; }

 private:
  static int must_give_up(void* watch);

  std::atomic<bool> is_interrupted_{false};
  TimePoint deadline_;
  const AVFormatContext* context_ = nullptr;
  std::string url_;
  bool is_redirected_ = false;
};

}  // namespace proviso::ffmpeg
