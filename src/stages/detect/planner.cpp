#include "stages/detect/planner.h"

namespace proviso::detect {
namespace {

constexpr int kNearInputPx2 = 128 * 128;

}  // namespace

Plan Planner::plan(WallTime captured_at,
                   bool is_moving,
                   image::SizePx sweep_input,
                   std::span<const KnownFace> known) {
  Plan plan;
  auto interval = is_moving ? options_.sweep_moving : options_.sweep_still;
  if (is_first_interval_) interval += options_.phase;
  plan.sweep = !last_sweep_ || captured_at - *last_sweep_ >= interval;

  if (!plan.sweep) {
    const bool near_due = !last_near_ || captured_at - *last_near_ >= options_.near_wanted;
    for (const KnownFace& face : known) {
      const auto wait = face.wants_shots ? options_.near_wanted : options_.near_settled;
      if (near_due && captured_at - face.last_seen >= wait) plan.near.push_back(face.expected_box);
    }
    const auto near_px2 = static_cast<std::int64_t>(plan.near.size()) * kNearInputPx2;
    const auto sweep_px2 = std::int64_t{sweep_input.width} * sweep_input.height;
    if (!plan.near.empty() && sweep_px2 <= near_px2) {
      plan.sweep = true;
      plan.near.clear();
    }
  }
  if (plan.sweep) {
    is_first_interval_ = !last_sweep_.has_value();
    last_sweep_ = captured_at;
  }
  if (!plan.is_nothing()) last_near_ = captured_at;
  return plan;
}

}  // namespace proviso::detect
