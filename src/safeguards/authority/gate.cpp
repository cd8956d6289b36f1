#include "safeguards/authority/gate.h"

#include <mutex>

#include "base/core/concat.h"

namespace proviso::authority {
namespace {

// Somebody who sets the clock by more than this during a run has changed what the window means.
constexpr std::chrono::seconds kClockStepMax{2};

Error refused(std::string message) {
  return {ErrorCode::kNotAuthorised, std::move(message)};
}

Status check_list(const Statement& statement, const RunRequest& request) {
  const watchlist::SealedList& list = request.watchlist;
  if (list.digest() != statement.watchlist) {
    return refused(concat("authority: the watchlist's sha256 is ",
                          crypto::to_hex(list.digest()),
                          ", the authority names ",
                          crypto::to_hex(statement.watchlist),
                          "; load the list that was sealed for it, or draft a new authority"));
  }
  if (list.entries().size() > statement.watchlist_entries_max) {
    return refused(concat("authority: the watchlist has ",
                          list.entries().size(),
                          " entries, the authority allows ",
                          statement.watchlist_entries_max,
                          "; seal a smaller list"));
  }
  return Done{};
}

Status check_models(const Statement& statement, const RunRequest& request) {
  if (request.model_pack != statement.model_pack) {
    return refused(concat("authority: the model pack is ",
                          crypto::to_hex(request.model_pack),
                          ", the authority names ",
                          crypto::to_hex(statement.model_pack),
                          "; use that pack, or draft a new authority"));
  }
  if (request.watchlist.model_pack() != request.model_pack) {
    return refused(concat("authority: the watchlist was made by the model pack ",
                          crypto::to_hex(request.watchlist.model_pack()),
                          ", this run uses ",
                          crypto::to_hex(request.model_pack),
                          "; enrol and seal the list with this pack"));
  }
  return Done{};
}

std::string_view name_of(CameraKind kind) {
  return kind == CameraKind::kLive ? "live" : "recording";
}

Status check_camera(const Statement& statement, const RunRequest::Camera& camera) {
  const AuthorisedCamera* named = statement.find_camera(camera.id);
  if (named == nullptr) {
    return refused(concat("authority: camera ",
                          camera.id.text(),
                          " is not named in it; use a camera that it names, or draft a new one"));
  }
  if (named->kind != camera.kind) {
    return refused(concat("authority: camera ",
                          camera.id.text(),
                          " is a ",
                          name_of(camera.kind),
                          " source, the authority names a ",
                          name_of(named->kind),
                          " one; use that source, or draft a new authority"));
  }
  if (named->address != camera.address) {
    return refused(concat("authority: the address of camera ",
                          camera.id.text(),
                          " is ",
                          in_quotes(camera.address),
                          ", the authority names ",
                          in_quotes(named->address),
                          "; use that address, or draft a new authority"));
  }
  return Done{};
}

}  // namespace

struct Gate::Reason {
  std::mutex mutex;
  std::string text;
};

Gate::Gate(Statement statement, const Clock& clock, MonotonicTime ends_at)
    : statement_(std::move(statement)),
      clock_(clock),
      ends_at_(ends_at),
      opened_wall_(clock.wall()),
      opened_monotonic_(clock.monotonic()),
      reason_(std::make_shared<Reason>()) {}

Result<std::unique_ptr<Gate>> Gate::open(Statement statement,
                                         const RunRequest& request,
                                         const Clock& clock) {
  const WallTime now = clock.wall();
  if (now < statement.not_before) {
    return refused(concat("authority: not valid before ",
                          to_rfc3339(statement.not_before),
                          ", now it is ",
                          to_rfc3339(now),
                          "; start at that time"));
  }
  if (now >= statement.not_after) {
    return refused(concat("authority: ended at ",
                          to_rfc3339(statement.not_after),
                          ", now it is ",
                          to_rfc3339(now),
                          "; a new authority is needed"));
  }
  if (statement.operating_point.threshold_millionths < kThresholdFloorMillionths) {
    return refused(concat("authority: threshold_millionths is ",
                          statement.operating_point.threshold_millionths,
                          ", the floor is ",
                          kThresholdFloorMillionths,
                          "; draft it with a threshold at or above the floor"));
  }
  PROVISO_TRY_DONE(check_models(statement, request));
  PROVISO_TRY_DONE(check_list(statement, request));
  if (request.cameras.empty()) return refused("authority: no camera given; name at least one");
  for (const RunRequest::Camera& camera : request.cameras) {
    PROVISO_TRY_DONE(check_camera(statement, camera));
  }
  const MonotonicTime ends_at = clock.monotonic() + (statement.not_after - now);
  return std::unique_ptr<Gate>(new Gate(std::move(statement), clock, ends_at));
}

Status Gate::check_window() const {
  const WallTime wall = clock_.wall();
  const MonotonicTime monotonic = clock_.monotonic();
  const auto step = (wall - opened_wall_) - (monotonic - opened_monotonic_);
  if (step > kClockStepMax || step < -kClockStepMax) {
    clock_was_set_.store(true, std::memory_order_relaxed);
  }
  // Once set, a clock that is set back again proves nothing.
  if (clock_was_set_.load(std::memory_order_relaxed)) {
    return refused(
        "authority: the clock was set by more than 2 s during the run; needed a clock that is left "
        "alone; check the time service, then start again");
  }
  if (monotonic >= ends_at_ || wall >= statement_.not_after) {
    return refused(concat("authority: ended at ",
                          to_rfc3339(statement_.not_after),
                          "; a new authority is needed to go on"));
  }
  if (wall < statement_.not_before) {
    return refused(concat("authority: not valid before ", to_rfc3339(statement_.not_before)));
  }
  return Done{};
}

Result<LivePermit> Gate::admit(const FrameKey& key) const {
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  if (stopped_.load(std::memory_order_acquire)) return refused(*closed_because());
  PROVISO_TRY_DONE(check_window());
  if (statement_.find_camera(key.camera) == nullptr) {
    return refused(concat("authority: camera ", key.camera.text(), " is not named in it"));
  }
  return LivePermit(key, epoch);
}

Status Gate::confirm(const LivePermit& permit) const {
  if (stopped_.load(std::memory_order_acquire)) return refused(*closed_because());
  if (permit.epoch() != epoch_.load(std::memory_order_acquire)) {
    return refused("authority: the permit is of an earlier state of the gate; admit a new frame");
  }
  return check_window();
}

void Gate::stop(std::string reason) {
  {
    const std::lock_guard lock(reason_->mutex);
    if (stopped_.load(std::memory_order_relaxed)) return;
    reason_->text = std::move(reason);
    stopped_.store(true, std::memory_order_release);
  }
  epoch_.fetch_add(1, std::memory_order_acq_rel);
}

std::optional<std::string> Gate::closed_because() const {
  {
    const std::lock_guard lock(reason_->mutex);
    if (stopped_.load(std::memory_order_relaxed)) return reason_->text;
  }
  if (const Status window = check_window(); !window) return window.error().message;
  return std::nullopt;
}

}  // namespace proviso::authority
