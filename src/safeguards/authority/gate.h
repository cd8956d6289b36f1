#pragma once

// The gate: the only maker of a LivePermit. It holds the written authority and what changes while
// it runs: the window, by wall clock and by monotonic clock, and a stop. Each change raises its
// epoch; a permit of an older epoch is not confirmed.
//
//   open      checks once, before the first frame: window, threshold floor, model-pack hash, list
//             hash and size, each camera's kind and address; hashes are of the loaded bytes
//   admit     one frame of a camera that was given to open(): two clock reads and comparisons; no
//             hashing, no JSON, no allocation beyond the key's
//   confirm   just before search, and before an alert leaves
//
// Time: the window is [not_before, not_after) on the wall clock. The remaining time is fixed on
// the monotonic clock at open, so a wall clock that is set back cannot lengthen the run. A wall
// clock that parts from the monotonic one by more than kClockStepMax closes the gate for good.
// A recording's captured_at is opening time plus its own time, so it is checked by the clock now.
// Threads: thread-safe. Errors: kNotAuthorised, whose message names the rule, the value found, the
// value needed and the next step.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/permit.h"
#include "safeguards/authority/statement.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::authority {

// Somebody who sets the clock by more than this during a run has changed what the window means.
inline constexpr std::chrono::seconds kClockStepMax{2};

// What a run is about to use; compared with what the statement names.
struct RunRequest {
  struct Camera {
    CameraId id;
    CameraKind kind;
    std::string address;  // Without its password.
  };
  std::vector<Camera> cameras;
  const watchlist::SealedList& watchlist;
  crypto::Digest model_pack;
};

class Gate {
 public:
  static Result<std::unique_ptr<Gate>> open(Statement statement,
                                            const RunRequest& request,
                                            const Clock& clock);

  // Errors: kNotAuthorised if the run is stopped, the window is over, or the camera was not given
  // to open().
  Result<LivePermit> admit(const FrameKey& key) const;
  // Errors: kNotAuthorised if the permit is another gate's or of an earlier epoch, the run is
  // stopped, or the window is over.
  Status confirm(const LivePermit& permit) const;

  void stop(std::string reason);  // Final. Raises the epoch; the first reason is kept.
  // Why no frame is admitted now: the stop's reason or the window's; empty while running.
  std::optional<std::string> closed_because() const;

  const Statement& statement() const { return statement_; }

 private:
  // Both clocks, read together.
  struct Moment {
    WallTime wall;
    MonotonicTime monotonic;
  };
  Gate(Statement statement, std::vector<CameraId> cameras, const Clock& clock, Moment opened);
  static Moment moment_of(const Clock& clock);
  bool clock_was_set(Moment now) const;
  Status check_window() const;
  Error refused_since_stopped() const;

  const Statement statement_;
  const std::vector<CameraId> cameras_;  // Given to open(), their sources checked there.
  const Clock& clock_;
  const Moment opened_;
  const MonotonicTime ends_at_;  // The window's end on the monotonic clock, fixed at open.
  mutable std::atomic<bool> clock_was_set_{false};
  std::atomic<std::uint64_t> epoch_;
  std::atomic<bool> stopped_{false};
  mutable std::mutex reason_mutex_;
  std::string reason_;  // Guarded by reason_mutex_.
};

}  // namespace proviso::authority
