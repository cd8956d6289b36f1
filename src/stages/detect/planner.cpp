#include "stages/detect/planner.h"

#include <algorithm>
#include <cstdint>

#include "base/core/check.h"
#include "stages/detect/detector.h"

namespace proviso::detect {
namespace {

constexpr std::int64_t kNearInputPx2 = std::int64_t{kNearInputPx} * kNearInputPx;
// Frames arrive a little early or late; one that is early by less is on time.
constexpr std::chrono::milliseconds kEarly{10};

}  // namespace

Planner::Planner(PlannerOptions options)
    : options_(options), origin_(std::chrono::microseconds(options.phase)) {
  PROVISO_CHECK(options_.sweep_moving.count() > 0 && options_.sweep_still >= options_.sweep_moving);
}

WallTime Planner::turn_of(WallTime time) const {
  const auto since = time - origin_;
  const std::chrono::microseconds length = options_.sweep_moving;
  return time - (since % length + length) % length;
}

WallTime Planner::next_sweep(WallTime last_sweep) const {
  const WallTime at_the_latest = last_sweep + options_.sweep_still;
  if (!moved_since_sweep_) return at_the_latest;
  return std::min(at_the_latest, turn_of(last_sweep) + options_.sweep_moving);
}

std::vector<image::RectPx> Planner::near_due(WallTime captured_at,
                                             WallTime next_sweep,
                                             std::span<const KnownFace> known) {
  const bool wanted_due = captured_at - last_near_wanted_ + kEarly >= options_.near_wanted;
  const bool sweep_is_near = next_sweep - captured_at <= options_.near_settled / 2;
  const bool settled_due =
      !sweep_is_near && captured_at - last_near_settled_ + kEarly >= options_.near_settled;
  std::vector<image::RectPx> near;
  for (const KnownFace& face : known) {
    // Another's near look may have shown it a moment ago.
    const auto unseen = captured_at - face.last_seen + kEarly;
    const bool due = face.wants_shots ? wanted_due && unseen >= options_.near_wanted
                                      : settled_due && unseen >= options_.near_settled / 2;
    if (due) near.push_back(face.expected_box);
  }
  if (wanted_due) last_near_wanted_ = captured_at;
  if (settled_due) last_near_settled_ = captured_at;
  return near;
}

Plan Planner::plan(WallTime captured_at,
                   bool is_moving,
                   image::SizePx sweep_input,
                   std::span<const KnownFace> known) {
  moved_since_sweep_ = moved_since_sweep_ || is_moving;
  if (!last_sweep_ && options_.turns_from == TurnsFrom::kFirstFrame) {
    origin_ = captured_at + options_.phase;
  }
  Plan plan;
  const WallTime next = last_sweep_ ? next_sweep(*last_sweep_) : captured_at;
  plan.sweep = captured_at >= next || captured_at < last_sweep_;
  if (plan.sweep && last_was_turn_ && captured_at >= last_sweep_) {
    plan.sweep = std::ranges::none_of(known, &KnownFace::wants_shots);
  }
  last_was_turn_ = plan.sweep;
  if (!plan.sweep) {
    plan.near = near_due(captured_at, next, known);
    const auto near_px2 = static_cast<std::int64_t>(plan.near.size()) * kNearInputPx2;
    const auto sweep_px2 = std::int64_t{sweep_input.width} * sweep_input.height;
    plan.in_place_of_near =
        (plan.near.size() > kNearCheap && sweep_px2 <= near_px2) || plan.near.size() > kNearMax;
    plan.sweep = plan.in_place_of_near;
  }
  if (plan.sweep) {
    plan.near.clear();
    last_sweep_ = captured_at;
    last_near_wanted_ = captured_at;
    last_near_settled_ = captured_at;
    moved_since_sweep_ = false;
  }
  return plan;
}

}  // namespace proviso::detect
