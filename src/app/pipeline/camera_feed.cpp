#include "app/pipeline/camera_feed.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "stages/video/reconnect.h"

namespace proviso::pipeline {
namespace {

constexpr int kNiceness = 10;  // Ten cameras' decoding leaves the rounds a core when they need it.

}  // namespace

CameraFeed::CameraFeed(
    CameraId id, OpenSource open, FeedOptions options, const Clock& clock, Signal& signal)
    : id_(std::move(id)),
      open_(std::move(open)),
      options_(options),
      clock_(clock),
      queue_(options.queue_frames_max, &signal),
      state_(clock.monotonic()) {}

CameraFeed::~CameraFeed() {
  stop();
}

void CameraFeed::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { read_until_stopped(stop); });
}

void CameraFeed::stop() {
  thread_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    if (source_ != nullptr) source_->interrupt();
  }
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

std::string CameraFeed::peer_state() const {
  const std::lock_guard lock(mutex_);
  return peer_state_;
}

std::vector<std::string> CameraFeed::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

void CameraFeed::set_source(video::Source* source) {
  const std::lock_guard lock(mutex_);
  source_ = source;
  if (source != nullptr) peer_state_ = source->peer_state();
}

bool CameraFeed::wait_until(MonotonicTime due, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const std::chrono::microseconds left = due - clock_.monotonic();
    if (left.count() <= 0) return true;
    stopped_.wait_for(
        lock, stop, std::min<std::chrono::microseconds>(left, kClockLook), [] { return false; });
  }
  return false;
}

// Whether another try may help: the caller waits and tries again.
bool CameraFeed::fail(const Error& error) {
  const bool may_come_back =
      options_.is_live && (error.code == ErrorCode::kUnavailable || ever_gave_a_frame());
  if (may_come_back) {
    state_.failed(error.message);
  } else {
    state_.ended(error.message);
  }
  return may_come_back;
}

void CameraFeed::thin(video::Source& source, std::chrono::microseconds media_time) {
  if (options_.pace == Pace::kFullSpeed) return;
  const video::Thinned before = thinning_.level();
  const MonotonicTime now = clock_.monotonic();
  thinning_.frame_came(now, media_time);
  if (queue_.dropped() > dropped_before_) thinning_.frame_dropped(now);
  dropped_before_ = queue_.dropped();
  if (thinning_.level() != before) source.thin(thinning_.level());
  left_out_.store(left_out_before_ + source.left_out());
  is_pressed_.store(thinning_.level() != video::Thinned::kNothing);
}

bool CameraFeed::offer(video::Frame frame, const std::stop_token& stop) {
  frame.key.sequence = ++sequence_;
  if (options_.pace == Pace::kFullSpeed) return queue_.push_waiting(std::move(frame), stop);
  if (options_.pace == Pace::kRealTime) {
    if (!started_playing_) started_playing_ = clock_.monotonic() - frame.media_time;
    if (!wait_until(*started_playing_ + frame.media_time, stop)) return false;
    frame.arrived_at = clock_.monotonic();
  }
  return queue_.push(std::move(frame));
}

bool CameraFeed::read_source(const std::stop_token& stop) {
  auto opened = open_(stop);
  if (stop.stop_requested()) return false;  // Then it is we who ended it: no fault of the camera.
  if (!opened) return fail(opened.error());
  const auto source = std::move(opened).value();
  set_source(source.get());
  thinning_.restart();
  source->thin(thinning_.level());
  bool again = false;
  while (!stop.stop_requested()) {
    auto next = source->next();
    if (stop.stop_requested()) break;
    if (!next) {
      again = fail(next.error());
      break;
    }
    if (auto* end = std::get_if<video::EndOfStream>(&next.value())) {
      if (end->warning) {
        const std::lock_guard lock(mutex_);
        warnings_.push_back(*end->warning);
      }
      state_.ended("");
      break;
    }
    frames_.fetch_add(1);
    had_frame_ = true;
    state_.frame_came(clock_.monotonic());
    auto frame = std::get<video::Frame>(std::move(next).value());
    thin(*source, frame.media_time);
    if (!offer(std::move(frame), stop)) break;
  }
  left_out_before_ = left_out_.load();
  set_source(nullptr);
  return again;
}

void CameraFeed::read_until_stopped(const std::stop_token& stop) {
  static_cast<void>(::nice(kNiceness));  // On Linux of this thread alone; refused, no harm.
  video::Reconnect reconnect;
  while (!stop.stop_requested()) {
    had_frame_ = false;
    if (!read_source(stop)) break;
    if (had_frame_) reconnect.reset();
    if (!wait_until(clock_.monotonic() + reconnect.next_wait(), stop)) break;
  }
  queue_.close();
}

}  // namespace proviso::pipeline
