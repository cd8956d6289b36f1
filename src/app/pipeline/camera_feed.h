#pragma once

// One camera's thread: opens its source, reads frames, reconnects, and hands frames over through a
// queue of at most two, oldest dropped and counted. Decoding never waits for models.
//
//   live       every frame is offered; a full queue drops its oldest
//   recording  in real time as above, paced by its own time stamps; else at full speed, and then
//              the reader waits for the queue, so that nothing is dropped
//
// Threads: start() makes one thread (docs/threads.md); state() and take() are thread-safe.
// Errors: those of the source end up in state(): a camera that fails does not stop the others.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/core/clock.h"
#include "base/core/drop_oldest_queue.h"
#include "base/core/id.h"
#include "stages/video/camera_state.h"
#include "stages/video/reconnect.h"
#include "stages/video/source.h"

namespace proviso::pipeline {

using OpenSource = std::function<Result<std::unique_ptr<video::Source>>()>;

enum class Pace : std::uint8_t {
  kAsItComes,  // A live camera: the camera paces.
  kRealTime,   // A recording at the speed of its own time stamps.
  kFullSpeed,  // A recording as fast as it can be processed; nothing is dropped.
};

struct FeedOptions {
  Pace pace = Pace::kAsItComes;
  std::size_t queue_frames_max = 2;
};
