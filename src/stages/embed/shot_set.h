#pragma once

// The shots of one track: which to embed, and what they say together.
//
//   wants  the first usable face; then, until `shots_min` are embedded, one every `shot_interval`;
//          after that only a better one, up to `embeddings_max`. By quality, never by similarity:
//          a choice by similarity would look for the face that fits.
//   fused  the quality-weighted mean of the shots, of norm 1
//
// Every template here is wiped when it dies: with the set, or by expire(), which the owner calls
// with every frame, at the latest kProbeAgeMax after its frame was captured. Shots count as made
// even when they are gone: nobody is embedded over and over because they stay.
// Threads: thread-bound. Errors: those of Embedder::fuse; the shot is then kept, unfused.
// Limits: embeddings_max templates and one fused.

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "stages/embed/embedder.h"
#include "stages/embed/probe.h"
#include "stages/quality/assessment.h"

namespace proviso::embed {

struct ShotSetOptions {
  std::size_t shots_min = 3;
  std::size_t embeddings_max = 5;
  std::chrono::milliseconds shot_interval{80};  // Sooner, a shot would say the same again.
  float better_by = 0.1F;  // Of unified_score: what a new shot must add over the best so far.
};

class ShotSet {
 public:
  static constexpr std::chrono::seconds kProbeAgeMax{30};

  explicit ShotSet(ShotSetOptions options);

  bool wants(const quality::Assessment& assessment, WallTime captured_at) const;
  // Whether a face of any quality could still be wanted, for the planner.
  bool is_open() const { return embedded_ < options_.shots_min; }

  // Takes the shot in and fuses anew. Errors: those of Embedder::fuse.
  Status add(Probe probe, float quality, WallTime captured_at, Embedder& embedder);
  // Wipes what is kProbeAgeMax old, or from the future because the clock was set back.
  void expire(WallTime now);

  const Probe* fused() const { return fused_ ? &*fused_ : nullptr; }
  std::size_t size() const { return shots_.size(); }
  const Probe& shot(std::size_t index) const { return shots_[index].probe; }
  std::optional<WallTime> first_at() const { return first_at_; }
  std::size_t embedded() const { return embedded_; }

 private:
  struct Shot {
    Probe probe;
    float quality;
    WallTime captured_at;
  };

  ShotSetOptions options_;
  std::vector<Shot> shots_;
  std::optional<Probe> fused_;
  std::optional<WallTime> first_at_;
  WallTime last_at_;
  float best_quality_ = 0;
  std::size_t embedded_ = 0;
};

}  // namespace proviso::embed
