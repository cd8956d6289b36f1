#include "safeguards/authority/gate.h"

#include <algorithm>
#include <span>

#include "base/core/concat.h"

namespace proviso::authority {
namespace {

Error refused(std::string message) {
  return {ErrorCode::kNotAuthorised, std::move(message)};
}

// Every gate of the process has its own range of epochs, so that no gate confirms the permit of
// another.
std::uint64_t first_epoch() {
  constexpr unsigned kGateShift = 32;
  static std::atomic<std::uint64_t> gates{0};
  return (gates.fetch_add(1, std::memory_order_relaxed) + 1) << kGateShift;
}

Status check_dates(const Statement& statement, WallTime now) {
  if (statement.not_after - statement.not_before > Statement::kWindowMax) {
    return refused(concat("authority: the window is from ",
                          to_rfc3339(statement.not_before),
                          " to ",
                          to_rfc3339(statement.not_after),
                          ", at most 24 hours are allowed; draft a shorter one"));
  }
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
  return Done{};
}

Status check_threshold(const Statement& statement) {
  if (statement.operating_point.threshold_millionths < kThresholdFloorMillionths) {
    return refused(concat("authority: threshold_millionths is ",
                          statement.operating_point.threshold_millionths,
                          ", the floor is ",
                          kThresholdFloorMillionths,
                          "; draft it with a threshold at or above the floor"));
  }
  return Done{};
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

Status check_cameras(const Statement& statement, std::span<const RunRequest::Camera> cameras) {
  if (cameras.empty()) {
    return refused("authority: no camera given, at least one is needed; name it as CAMERA=SOURCE");
  }
  for (const RunRequest::Camera& camera : cameras) {
    PROVISO_TRY_DONE(check_camera(statement, camera));
    const auto same = [&](const RunRequest::Camera& other) { return other.id == camera.id; };
    if (std::count_if(cameras.begin(), cameras.end(), same) > 1) {
      return refused(concat("authority: camera ",
                            camera.id.text(),
                            " is given twice, once is needed; give each camera one source"));
    }
  }
  return Done{};
}

}  // namespace

Gate::Gate(Statement statement, std::vector<CameraId> cameras, const Clock& clock, Moment opened)
    : statement_(std::move(statement)),
      cameras_(std::move(cameras)),
      clock_(clock),
      opened_(opened),
      ends_at_(opened.monotonic + (statement_.not_after - opened.wall)),
      epoch_(first_epoch()) {}

Gate::Moment Gate::moment_of(const Clock& clock) {
  return {.wall = clock.wall(), .monotonic = clock.monotonic()};
}

Result<std::unique_ptr<Gate>> Gate::open(Statement statement,
                                         const RunRequest& request,
                                         const Clock& clock) {
  const Moment now = moment_of(clock);
  PROVISO_TRY_DONE(check_dates(statement, now.wall));
  PROVISO_TRY_DONE(check_threshold(statement));
  PROVISO_TRY_DONE(check_models(statement, request));
  PROVISO_TRY_DONE(check_list(statement, request));
  PROVISO_TRY_DONE(check_cameras(statement, request.cameras));
  std::vector<CameraId> cameras;
  for (const RunRequest::Camera& camera : request.cameras) cameras.push_back(camera.id);
  return std::unique_ptr<Gate>(new Gate(std::move(statement), std::move(cameras), clock, now));
}

bool Gate::clock_was_set(Moment now) const {
  const auto step = (now.wall - opened_.wall) - (now.monotonic - opened_.monotonic);
  return step > kClockStepMax || step < -kClockStepMax;
}

Status Gate::check_window() const {
  Moment now = moment_of(clock_);
  // A thread that slept between the two reads sees a step that is none: a second look tells.
  if (clock_was_set(now)) now = moment_of(clock_);
  if (clock_was_set(now)) clock_was_set_.store(true, std::memory_order_relaxed);
  // Once set, a clock that is set back again proves nothing.
  if (clock_was_set_.load(std::memory_order_relaxed)) {
    return refused(concat("authority: the clock was set by more than ",
                          kClockStepMax.count(),
                          " s during the run, it must be left alone; check the time service, then "
                          "start again"));
  }
  if (now.monotonic >= ends_at_ || now.wall >= statement_.not_after) {
    return refused(concat("authority: ended at ",
                          to_rfc3339(statement_.not_after),
                          ", now it is ",
                          to_rfc3339(now.wall),
                          "; a new authority is needed to go on"));
  }
  if (now.wall < statement_.not_before) {
    return refused(concat("authority: not valid before ",
                          to_rfc3339(statement_.not_before),
                          ", now it is ",
                          to_rfc3339(now.wall),
                          "; check the time service"));
  }
  return Done{};
}

Result<LivePermit> Gate::admit(const FrameKey& key) const {
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  if (stopped_.load(std::memory_order_acquire)) return refused_since_stopped();
  PROVISO_TRY_DONE(check_window());
  if (std::find(cameras_.begin(), cameras_.end(), key.camera) == cameras_.end()) {
    return refused(concat("authority: camera ",
                          key.camera.text(),
                          " is not of this run, whose cameras were checked at its start; give it "
                          "then"));
  }
  return LivePermit(key, epoch);
}

Status Gate::confirm(const LivePermit& permit) const {
  if (stopped_.load(std::memory_order_acquire)) return refused_since_stopped();
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  if (permit.epoch() != epoch) {
    return refused(concat("authority: the permit is of epoch ",
                          permit.epoch(),
                          ", the gate is at ",
                          epoch,
                          "; drop the shot and admit a new frame"));
  }
  return check_window();
}

Error Gate::refused_since_stopped() const {
  const std::lock_guard lock(reason_mutex_);
  return refused(reason_);
}

void Gate::stop(std::string reason) {
  {
    const std::lock_guard lock(reason_mutex_);
    if (stopped_.load(std::memory_order_relaxed)) return;
    reason_ = std::move(reason);
    stopped_.store(true, std::memory_order_release);
  }
  epoch_.fetch_add(1, std::memory_order_acq_rel);
}

std::optional<std::string> Gate::closed_because() const {
  {
    const std::lock_guard lock(reason_mutex_);
    if (stopped_.load(std::memory_order_relaxed)) return reason_;
  }
  if (const Status window = check_window(); !window) return window.error().message;
  return std::nullopt;
}

}  // namespace proviso::authority
