#pragma once

// The gate: the only maker of a LivePermit. It holds the written authority and what changes while
// it runs: the window, by wall clock and by monotonic clock, and a stop. Each change raises its
// epoch; a permit of an older epoch is not confirmed.
//
//   open      checks once, before the first frame: window, list hash and size, model-pack hash,
//             threshold floor, each camera's kind and address; hashes are of the loaded bytes
//   admit     one frame: one snapshot read and comparisons; no hashing, no JSON, no allocation
//             beyond the key's
//   confirm   just before search, and before an alert leaves
//
// Time: the window is [not_before, not_after) on the wall clock. The remaining time is fixed on
// the monotonic clock at open, so a wall clock that is set back cannot lengthen the run. A wall
// clock that parts from the monotonic one by more than 2 s closes the gate for good.
// A recording's captured_at is opening time plus its own time, so it is checked by the clock now.
// Threads: thread-safe. Errors: kNotAuthorised, whose message names the rule, the value found, the
// value needed and the next step.

#include <atomic>
#include <cstdint>
#include <memory>
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

  // Errors: kNotAuthorised if the run is stopped, the window is over, or the camera is not named.
  Result<LivePermit> admit(const FrameKey& key) const;
  // Errors: kNotAuthorised if the permit's epoch is not the present one or the window is over.
  Status confirm(const LivePermit& permit) const;

  void stop(std::string reason);  // Final. Raises the epoch; the first reason is kept.
  // Why no frame is admitted now: the stop's reason or the window's; empty while running.
  std::optional<std::string> closed_because() const;

  const Statement& statement() const { return statement_; }

 private:
  Gate(Statement statement, const Clock& clock, MonotonicTime ends_at);
  Status check_window() const;

  Statement statement_;
  const Clock& clock_;
  MonotonicTime ends_at_;  // The window's end on the monotonic clock, fixed at open.
  WallTime opened_wall_;
  MonotonicTime opened_monotonic_;
  mutable std::atomic<bool> clock_was_set_{false};
  std::atomic<std::uint64_t> epoch_{1};
  std::atomic<bool> stopped_{false};
  struct Reason;
  std::shared_ptr<Reason> reason_;
};

}  // namespace proviso::authority
