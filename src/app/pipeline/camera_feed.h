#pragma once

// One camera's thread: opens its source, reads frames, reconnects, and hands frames over through a
// queue of at most two, oldest dropped and counted. Decoding never waits for models.
//
//   live       every frame is offered; a full queue drops its oldest
//   pressed    where frames are dropped or late, the source leaves pictures out before decoding
//              (video::Thinning): never of a recording at full speed
//   recording  in real time as above, paced by its own time stamps; else at full speed, and then
//              the reader waits for the queue, so that nothing is dropped
//
// A live camera that fails is tried again by video::Reconnect until the feed is stopped. One that
// has never given a frame ends where another try would change nothing (no video, refused user,
// wrong certificate); one that has, was right once, and is tried again whatever it says now. A
// recording ends. Time: waits go by the clock that is given, looked at every kClockLook. Threads:
// start() makes one thread (docs/threads.md), which yields to the others: a frame in hand comes
// before the next one. The rest is thread-safe. Errors: those of the source
// end up in state(): a camera that fails does not stop the others.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/core/clock.h"
#include "base/core/drop_oldest_queue.h"
#include "base/core/id.h"
#include "base/core/signal.h"
#include "stages/video/camera_state.h"
#include "stages/video/frame.h"
#include "stages/video/source.h"
#include "stages/video/thinning.h"

namespace proviso::pipeline {

// Opens the source. `stop` ends an opening, and later a next(), that is under way.
using OpenSource =
    std::function<Result<std::unique_ptr<video::Source>>(const std::stop_token& stop)>;

enum class Pace : std::uint8_t {
  kAsItComes,  // A live camera: the camera paces.
  kRealTime,   // A recording at the speed of its own time stamps.
  kFullSpeed,  // A recording as fast as it can be processed; nothing is dropped.
};

struct FeedOptions {
  Pace pace = Pace::kAsItComes;
  bool is_live = false;  // A live camera is tried again; a recording ends.
  std::size_t queue_frames_max = 2;
};

class CameraFeed {
 public:
  static constexpr std::chrono::milliseconds kClockLook{20};

  // `signal` is raised when a frame comes and when the feed has ended.
  CameraFeed(CameraId id, OpenSource open, FeedOptions options, const Clock& clock, Signal& signal);
  CameraFeed(const CameraFeed&) = delete;
  CameraFeed& operator=(const CameraFeed&) = delete;
  CameraFeed(CameraFeed&&) = delete;
  CameraFeed& operator=(CameraFeed&&) = delete;
  ~CameraFeed();  // Stops and joins.

  void start();
  void stop();

  const CameraId& id() const { return id_; }
  std::optional<video::Frame> take() { return queue_.try_pop(); }
  bool finished() const { return queue_.finished(); }
  std::uint64_t dropped() const { return queue_.dropped(); }
  std::uint64_t left_out() const { return left_out_.load(); }  // Before decoding.
  bool is_pressed() const { return is_pressed_.load(); }       // Leaves pictures out.
  const video::CameraState& state() const { return state_; }
  bool ever_gave_a_frame() const { return frames_.load() > 0; }
  std::string peer_state() const;
  std::vector<std::string> warnings() const;

 private:
  void read_until_stopped(const std::stop_token& stop);
  // Reads one source to its end; true if it is worth trying again.
  bool read_source(const std::stop_token& stop);
  bool fail(const Error& error);
  // Until `due` by clock_; false when the feed is stopped.
  bool wait_until(MonotonicTime due, const std::stop_token& stop);
  bool offer(video::Frame frame, const std::stop_token& stop);
  void set_source(video::Source* source);
  // Tells the source how much to leave out, after a frame at `media_time`.
  void thin(video::Source& source, std::chrono::microseconds media_time);

  const CameraId id_;
  const OpenSource open_;
  const FeedOptions options_;
  const Clock& clock_;
  DropOldestQueue<video::Frame> queue_;
  video::CameraState state_;
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<std::uint64_t> left_out_{0};
  std::atomic<bool> is_pressed_{false};
  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  video::Source* source_ = nullptr;  // Guarded by mutex_, as peer_state_ and warnings_.
  std::string peer_state_;
  std::vector<std::string> warnings_;
  std::uint64_t sequence_ = 0;  // Of the camera's thread, as all below.
  video::Thinning thinning_;
  std::uint64_t left_out_before_ = 0;             // By sources that are closed.
  std::uint64_t dropped_before_ = 0;              // Until the last frame.
  std::optional<MonotonicTime> started_playing_;  // When media time 0 of a paced recording was.
  bool had_frame_ = false;  // Since the last failure, so that the schedule starts again.
  std::jthread thread_;
};

}  // namespace proviso::pipeline
