#include "safeguards/authority/gate.h"

#include <algorithm>

#include "base/core/concat.h"
#include "safeguards/authority/run_rules.h"

namespace proviso::authority {
namespace {

// Every gate of the process has its own range of epochs, so that no gate confirms the permit of
// another.
std::uint64_t first_epoch() {
  constexpr unsigned kGateShift = 32;
  static std::atomic<std::uint64_t> gates{0};
  return (gates.fetch_add(1, std::memory_order_relaxed) + 1) << kGateShift;
}

// Where a moment of the wall clock lies on the monotonic one, by both as they stand now.
MonotonicTime on_monotonic(WallTime then, WallTime wall, MonotonicTime monotonic) {
  return monotonic + (then - wall);
}

MonotonicTime deadline_of(const WrittenAuthority& authority, WallTime wall, MonotonicTime now) {
  const auto deadline = authority.countersign_deadline();
  return deadline ? on_monotonic(*deadline, wall, now) : MonotonicTime::max();
}

}  // namespace

Gate::Gate(std::shared_ptr<const WrittenAuthority> authority,
           std::vector<CameraId> cameras,
           const Clock& clock,
           Moment opened)
    : authority_(std::move(authority)),
      cameras_(std::move(cameras)),
      clock_(clock),
      opened_(opened),
      ends_at_(on_monotonic(authority_->statement().not_after, opened.wall, opened.monotonic)),
      countersign_by_(deadline_of(*authority_, opened.wall, opened.monotonic)),
      read_wall_us_(opened.wall.time_since_epoch().count()),
      read_since_us_(opened.monotonic.time_since_epoch().count()),
      epoch_(first_epoch()),
      is_countersigned_(authority_->is_countersigned()) {}

Gate::Moment Gate::moment() const {
  return {.wall = clock_.wall(), .monotonic = clock_.monotonic()};
}

Result<std::unique_ptr<Gate>> Gate::open(std::shared_ptr<const WrittenAuthority> authority,
                                         const RunRequest& request,
                                         const Circumstances& circumstances,
                                         const Clock& clock) {
  const Moment now{.wall = clock.wall(), .monotonic = clock.monotonic()};
  if (const auto refusal = why_not_started(*authority, request, now.wall)) {
    return refusal->to_error();
  }
  std::vector<CameraId> cameras;
  for (const RunRequest::Camera& camera : request.cameras) cameras.push_back(camera.id);
  std::unique_ptr<Gate> gate(new Gate(std::move(authority), std::move(cameras), clock, now));
  gate->update(circumstances);
  PROVISO_TRY_DONE(gate->check());
  return gate;
}

bool Gate::clock_was_set(Moment now) const {
  const auto step = (now.wall - opened_.wall) - (now.monotonic - opened_.monotonic);
  return step > kClockStepMax || step < -kClockStepMax;
}

// Two threads may write the two readings crosswise. That a clock then seems to stand takes a
// reading equal to the microsecond, and the second look of why_clock() shows that it moves.
bool Gate::clock_stands_still(Moment now) const {
  const WallTime::rep wall_us = now.wall.time_since_epoch().count();
  if (read_wall_us_.load(std::memory_order_acquire) != wall_us) {
    read_since_us_.store(now.monotonic.time_since_epoch().count(), std::memory_order_relaxed);
    read_wall_us_.store(wall_us, std::memory_order_release);
    return false;
  }
  const MonotonicTime since(
      MonotonicTime::duration(read_since_us_.load(std::memory_order_relaxed)));
  return now.monotonic - since >= kClockStillMax;
}

std::optional<Refusal> Gate::why_clock(Moment now) const {
  // A thread that slept between the two reads sees a fault that is none: a second look tells.
  if (clock_was_set(now) && clock_was_set(moment())) {
    clock_was_set_.store(true, std::memory_order_relaxed);
  }
  if (clock_stands_still(now) && clock_stands_still(moment())) {
    clock_stood_still_.store(true, std::memory_order_relaxed);
  }
  // Once at fault, a clock that is put right again proves nothing.
  if (clock_was_set_.load(std::memory_order_relaxed)) return refused_clock(kClockStepMax);
  if (clock_stood_still_.load(std::memory_order_relaxed)) {
    return refused_clock_still(kClockStillMax);
  }
  return std::nullopt;
}

std::optional<Refusal> Gate::why_over(Moment now) const {
  if (auto clock = why_clock(now)) return clock;
  const Statement& said = statement();
  if (now.monotonic >= ends_at_ || now.wall >= said.not_after || now.wall < said.not_before) {
    return refused_window(said, now.wall);
  }
  const bool is_signed = is_countersigned_.load(std::memory_order_acquire);
  if (!is_signed && now.monotonic >= countersign_by_) {
    return refused_countersignature(*authority_, now.wall);
  }
  return std::nullopt;
}

bool Gate::is_hindered(Moment now) const {
  return is_suspended_.load(std::memory_order_acquire) ||
         now.monotonic.time_since_epoch().count() >
             fresh_until_us_.load(std::memory_order_acquire) ||
         now.wall.time_since_epoch().count() >= present_until_us_.load(std::memory_order_acquire);
}

std::optional<Refusal> Gate::why_not_now(Moment now) const {
  if (!is_hindered(now)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (is_suspended_.load(std::memory_order_relaxed)) return suspended_by_;
  if (now.monotonic.time_since_epoch().count() > fresh_until_us_.load(std::memory_order_relaxed)) {
    return refused_stale(kCircumstancesAgeMax);
  }
  return refused_presence(
      WallTime(WallTime::duration(present_until_us_.load(std::memory_order_relaxed))), now.wall);
}

Status Gate::check() const {
  if (closed_.load(std::memory_order_acquire)) return refused_since_closed();
  const Moment now = moment();
  if (const auto over = why_over(now)) return over->to_error();
  if (const auto not_now = why_not_now(now)) return not_now->to_error();
  return Done{};
}

Result<LivePermit> Gate::admit(const FrameKey& key) const {
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  PROVISO_TRY_DONE(check());
  if (key.captured_at >= statement().not_after) {
    return refused_window(statement(), key.captured_at).to_error();
  }
  if (std::find(cameras_.begin(), cameras_.end(), key.camera) == cameras_.end()) {
    return refused_camera(key.camera).to_error();
  }
  return LivePermit(key, epoch);
}

Status Gate::confirm(const LivePermit& permit) const {
  PROVISO_TRY_DONE(check());
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  if (permit.epoch() != epoch) {
    return Refusal{.rule = "epoch",
                   .found = concat("the permit is of epoch ", permit.epoch()),
                   .needed = concat("the gate is at ", epoch),
                   .next = "drop the shot and admit a new frame"}
        .to_error();
  }
  return Done{};
}

std::optional<Refusal> Gate::why_void(const Circumstances& circumstances) const {
  if (circumstances.voided) return circumstances.voided;
  if (circumstances.policy != statement().policy_digest) {
    return refused_policy(statement(), circumstances.policy);
  }
  return std::nullopt;
}

void Gate::take_locked(const Circumstances& circumstances) {
  using Time = MonotonicTime;
  const Time fresh_until = circumstances.read_at > Time::max() - kCircumstancesAgeMax
                               ? Time::max()
                               : circumstances.read_at + kCircumstancesAgeMax;
  if (circumstances.suspended) suspended_by_ = *circumstances.suspended;
  is_suspended_.store(circumstances.suspended.has_value(), std::memory_order_release);
  if (circumstances.is_countersigned) is_countersigned_.store(true, std::memory_order_release);
  present_until_us_.store(
      circumstances.present_until.value_or(WallTime()).time_since_epoch().count(),
      std::memory_order_release);
  fresh_until_us_.store(fresh_until.time_since_epoch().count(), std::memory_order_release);
}

void Gate::update(const Circumstances& circumstances) {
  const std::lock_guard lock(mutex_);
  if (const auto refusal = why_void(circumstances)) {
    close_locked(refusal->cause());
    return;
  }
  const Moment now = moment();
  // A countersignature that comes after its deadline does not open what has ended.
  if (const auto over = why_over(now)) {
    close_locked(over->cause());
    return;
  }
  const bool was_hindered = is_hindered(now);
  take_locked(circumstances);
  // What was admitted before a pause is not worked on after it.
  if (was_hindered || is_hindered(now)) epoch_.fetch_add(1, std::memory_order_acq_rel);
}

void Gate::suspend(const Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  suspended_by_ = refusal;
  is_suspended_.store(true, std::memory_order_release);
  epoch_.fetch_add(1, std::memory_order_acq_rel);
}

void Gate::close_locked(Cause cause) {
  if (closed_.load(std::memory_order_relaxed)) return;
  closed_by_ = std::move(cause);
  closed_.store(true, std::memory_order_release);
  epoch_.fetch_add(1, std::memory_order_acq_rel);
}

void Gate::stop(std::string reason) {
  const std::lock_guard lock(mutex_);
  close_locked({.rule = "stopped", .message = std::move(reason)});
}

Error Gate::refused_since_closed() const {
  const std::lock_guard lock(mutex_);
  return {ErrorCode::kNotAuthorised, closed_by_.message};
}

std::optional<Cause> Gate::closed() const {
  {
    const std::lock_guard lock(mutex_);
    if (closed_.load(std::memory_order_relaxed)) return closed_by_;
  }
  const auto over = why_over(moment());
  return over ? std::optional(over->cause()) : std::nullopt;
}

std::optional<Cause> Gate::suspended() const {
  const Moment now = moment();
  if (closed_.load(std::memory_order_acquire) || why_over(now)) return std::nullopt;
  const auto not_now = why_not_now(now);
  return not_now ? std::optional(not_now->cause()) : std::nullopt;
}

WallTime Gate::trusted_now() const {
  return opened_.wall + (clock_.monotonic() - opened_.monotonic);
}

}  // namespace proviso::authority
