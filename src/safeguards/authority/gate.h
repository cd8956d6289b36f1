#pragma once

// The gate: the only maker of a LivePermit. It holds the written authority and what changes while
// it runs. Each change raises its epoch; a permit of an older epoch is not confirmed.
//
//   open      checks once, before the first frame: window, list age, threshold, model-pack hash and
//             precision, list hash and size, each camera's kind and address, and all of update();
//             hashes are of the loaded bytes
//   admit     one frame of a camera that was given to open(): two clock reads and comparisons; no
//             hashing, no JSON, no allocation beyond the key's
//   confirm   just before search, and before an alert leaves
//   update    what was read outside; to be called at least every kCircumstancesAgeMax
//
// Closed for good: stop(), the window's end, a clock that was set or stood still, another policy, a
// signatory revoked, an urgent authority that nobody countersigned in time. Suspended, until
// update() says otherwise: presence that lapsed, a suspension, circumstances that nobody has read
// for too long.
//
// Time: the window is [not_before, not_after) on the wall clock. The remaining time is fixed on
// the monotonic clock at open, so a wall clock that is set back cannot lengthen the run. A wall
// clock that parts from the monotonic one by more than kClockStepMax, or that reads the same for
// kClockStillMax of it, closes the gate for good (halts_deployment(), run_rules.h).
// A recording's captured_at is opening time plus its own time, so the clock now is asked as well.
// Threads: thread-safe. Errors: kNotAuthorised, as a Refusal says (refusal.h).

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
#include "safeguards/authority/circumstances.h"
#include "safeguards/authority/permit.h"
#include "safeguards/authority/refusal.h"
#include "safeguards/authority/written_authority.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::authority {

// Somebody who sets the clock by more than this during a run has changed what the window means.
inline constexpr std::chrono::seconds kClockStepMax{2};
// A clock that stands still is no step before it has stood for as long as a step may be; so it is
// looked for by itself. A running clock moves on with every look.
inline constexpr std::chrono::milliseconds kClockStillMax{400};

// What a run is about to use; compared with what the authority names.
struct RunRequest {
  struct Camera {
    CameraId id;
    CameraKind kind;
    std::string address;  // Without its password.
  };
  std::vector<Camera> cameras;
  const watchlist::SealedList& watchlist;
  crypto::Digest model_pack;
  std::string precision;  // That the networks run in.
};

class Gate {
 public:
  static Result<std::unique_ptr<Gate>> open(std::shared_ptr<const WrittenAuthority> authority,
                                            const RunRequest& request,
                                            const Circumstances& circumstances,
                                            const Clock& clock);

  // Errors: kNotAuthorised if the gate is closed or suspended, the frame was captured after the
  // window, or the camera was not given to open().
  Result<LivePermit> admit(const FrameKey& key) const;
  // Errors: kNotAuthorised if the permit is another gate's or of an earlier epoch, or the gate is
  // closed or suspended.
  Status confirm(const LivePermit& permit) const;

  void update(const Circumstances& circumstances);
  // At once, until the next update() says whether it goes on. Raises the epoch.
  void suspend(const Refusal& refusal);
  void stop(std::string reason);  // Final. Raises the epoch; the first reason is kept.

  // Why no frame will be admitted again; empty where one may be.
  std::optional<Cause> closed() const;
  // Why none is admitted for now; empty where closed() says why, or one is.
  std::optional<Cause> suspended() const;
  // The wall clock as it was when the gate opened, carried on by the monotonic one.
  WallTime trusted_now() const;

  const WrittenAuthority& authority() const { return *authority_; }
  const Statement& statement() const { return authority_->statement(); }

 private:
  // Both clocks, read together.
  struct Moment {
    WallTime wall;
    MonotonicTime monotonic;
  };
  Gate(std::shared_ptr<const WrittenAuthority> authority,
       std::vector<CameraId> cameras,
       const Clock& clock,
       Moment opened);
  Moment moment() const;
  bool clock_was_set(Moment now) const;
  bool clock_stands_still(Moment now) const;
  // These are empty where nothing stands against it.
  std::optional<Refusal> why_clock(Moment now) const;
  std::optional<Refusal> why_over(Moment now) const;
  std::optional<Refusal> why_not_now(Moment now) const;
  std::optional<Refusal> why_void(const Circumstances& circumstances) const;
  bool is_hindered(Moment now) const;
  Status check() const;
  Error refused_since_closed() const;
  void close_locked(Cause cause);
  void take_locked(const Circumstances& circumstances);

  const std::shared_ptr<const WrittenAuthority> authority_;
  const std::vector<CameraId> cameras_;  // Given to open(), their sources checked there.
  const Clock& clock_;
  const Moment opened_;
  // On the monotonic clock, fixed at open: the window's end, and a countersignature's deadline.
  const MonotonicTime ends_at_;
  const MonotonicTime countersign_by_;
  mutable std::atomic<bool> clock_was_set_{false};
  mutable std::atomic<bool> clock_stood_still_{false};
  // What the wall clock last read, and when it first read so.
  mutable std::atomic<WallTime::rep> read_wall_us_;
  mutable std::atomic<MonotonicTime::rep> read_since_us_;
  std::atomic<std::uint64_t> epoch_;
  std::atomic<bool> closed_{false};
  // Of the circumstances, so that admit() compares and takes no lock.
  std::atomic<bool> is_suspended_{false};
  std::atomic<bool> is_countersigned_{false};
  std::atomic<MonotonicTime::rep> fresh_until_us_{0};
  std::atomic<WallTime::rep> present_until_us_{0};
  mutable std::mutex mutex_;
  Cause closed_by_;  // Guarded by mutex_, as the next.
  Refusal suspended_by_;
};

}  // namespace proviso::authority
