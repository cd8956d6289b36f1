#include "stages/embed/shot_set.h"

#include <algorithm>
#include <utility>

#include "base/core/check.h"

namespace proviso::embed {
namespace {

constexpr float kWeightLowest = 0.05F;  // A usable shot always counts for something.
// The planner's looks come so much early at most, and an early one must not be wasted.
constexpr std::chrono::milliseconds kEarly{10};

}  // namespace

ShotSet::ShotSet(ShotSetOptions options) : options_(options) {
  PROVISO_CHECK(options_.shots_min > 0 && options_.shots_min <= options_.embeddings_max);
}

bool ShotSet::wants(const quality::Assessment& assessment, WallTime captured_at) const {
  if (!assessment.usable() || embedded_ >= options_.embeddings_max) return false;
  if (embedded_ == 0) return true;
  if (captured_at - last_at_ + kEarly < options_.shot_interval) return false;
  if (embedded_ < options_.shots_min) return true;
  return assessment.unified_score >= best_quality_ + options_.better_by;
}

Status ShotSet::add(Probe probe, float quality, WallTime captured_at, Embedder& embedder) {
  PROVISO_CHECK(embedded_ < options_.embeddings_max);
  if (!first_at_) first_at_ = captured_at;
  last_at_ = captured_at;
  best_quality_ = std::max(best_quality_, quality);
  ++embedded_;
  shots_.push_back({std::move(probe), std::max(kWeightLowest, quality), captured_at});
  std::vector<Weighted> weighted;
  weighted.reserve(shots_.size());
  for (const Shot& shot : shots_) weighted.push_back({.probe = shot.probe, .weight = shot.quality});
  PROVISO_TRY(auto fused, embedder.fuse(weighted));
  fused_.emplace(std::move(fused));
  return Done{};
}

void ShotSet::expire(WallTime now) {
  const auto is_old = [&](const Shot& shot) {
    return now - shot.captured_at >= kProbeAgeMax || now < shot.captured_at;
  };
  const bool any = std::any_of(shots_.begin(), shots_.end(), is_old);
  if (!any) return;
  // The fused template holds a part of each shot, so it goes with the first.
  fused_.reset();
  std::erase_if(shots_, is_old);
}

}  // namespace proviso::embed
