#pragma once

// What a camera is to the path: something that gives frames, or says why not. The adapter
// implements it; app/pipeline reads it on one thread per camera.
//
// Time: every call returns within `deadline`, whatever the peer does.
// Threads: thread-bound, except interrupt(), which any thread may call.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/core/result.h"
#include "stages/video/frame.h"
#include "stages/video/thinning.h"

namespace proviso::video {

struct EndOfStream {
  std::optional<std::string> warning;  // Set where the media was cut or damaged.
};

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  Source(Source&&) = delete;
  Source& operator=(Source&&) = delete;
  virtual ~Source() = default;

  // The next frame in order of presentation.
  // Errors: kUnavailable when the peer does not answer or breaks off (reconnect);
  //         kInvalidInput when there is no video in it; kOverLimit for a frame over the limits.
  virtual Result<std::variant<Frame, EndOfStream>> next() = 0;

  // Ends a next() that is under way; later calls give kUnavailable.
  virtual void interrupt() = 0;

  // "authenticated" by a verified certificate, or why not, for state and summary.
  virtual std::string peer_state() const = 0;

  // What next() may leave out from here on. A source that cannot leave anything out gives all.
  virtual void thin(Thinned /*level*/) {}
  // How many pictures were left out, to within those that a decoder holds back for their order.
  virtual std::uint64_t left_out() const { return 0; }

  // What decodes: "software", or the hardware by name.
  virtual std::string decoding() const { return "software"; }
};

}  // namespace proviso::video
