#pragma once

// The three permits. Each is proof, in the type system, that somebody was asked before a face was
// looked at. They do not convert into each other, and none has a public constructor.
//
//   LivePermit        one frame of one camera, under a written authority: authority::Gate::admit
//   EnrolmentPermit   one photograph of one watchlist request: authority::EnrolmentDesk::admit
//   EvaluationPermit  consented, simulated or benchmark pictures, never a live source:
//                     authority::EvaluationDesk::admit
//
// A permit is a proof of a check at one moment: `epoch` says which state of the gate it saw, and
// Gate::confirm tells whether that state still holds.
// Threads: values; copyable.

#include <cstdint>
#include <utility>

#include "base/core/clock.h"
#include "base/core/id.h"

namespace proviso::authority {

// Names one picture: a frame of a camera, a photograph of a request, or a sample of a set.
struct FrameKey {
  CameraId camera;             // For photographs and samples: the desk's own name for the request.
  std::uint64_t sequence = 0;  // Grows by at least 1 per camera.
  WallTime captured_at;
  friend bool operator==(const FrameKey&, const FrameKey&) = default;
};

class LivePermit {
 public:
  const FrameKey& key() const { return key_; }
  std::uint64_t epoch() const { return epoch_; }

 private:
  friend class Gate;
  LivePermit(FrameKey key, std::uint64_t epoch) : key_(std::move(key)), epoch_(epoch) {}
  FrameKey key_;
  std::uint64_t epoch_;
};

class EnrolmentPermit {
 public:
  const FrameKey& key() const { return key_; }

 private:
  friend class EnrolmentDesk;
  explicit EnrolmentPermit(FrameKey key) : key_(std::move(key)) {}
  FrameKey key_;
};

class EvaluationPermit {
 public:
  const FrameKey& key() const { return key_; }

 private:
  friend class EvaluationDesk;
  explicit EvaluationPermit(FrameKey key) : key_(std::move(key)) {}
  FrameKey key_;
};

}  // namespace proviso::authority
