#pragma once

// The product of the `embed` stage: a passer-by's template.
//
// It lives in one slot of the guarded arena and is wiped when it dies. Move-only. There is no way
// to its bytes but search, and no serialiser exists. Only embed::Embedder makes one, under a
// LivePermit, which it carries until the alert.
//
//   Sample   the same of consented or simulated pictures, under an EvaluationPermit: its values may
//            be read, because evaluation needs scores.

#include <span>
#include <utility>
#include <vector>

#include "base/crypto/guarded_arena.h"
#include "safeguards/authority/permit.h"

namespace proviso::search {
class Searcher;
}

namespace proviso::embed {

class Embedder;

class Probe {
 public:
  Probe(Probe&&) noexcept = default;
  Probe& operator=(Probe&&) noexcept = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  ~Probe() = default;

  const authority::LivePermit& permit() const { return permit_; }

 private:
  friend class Embedder;
  friend class search::Searcher;
  Probe(crypto::GuardedArena::Slot slot, authority::LivePermit permit)
      : slot_(std::move(slot)), permit_(std::move(permit)) {}

  crypto::GuardedArena::Slot slot_;
  authority::LivePermit permit_;
};

class Sample {
 public:
  std::span<const float> values() const { return values_; }

 private:
  friend class Embedder;
  explicit Sample(std::vector<float> values) : values_(std::move(values)) {}
  std::vector<float> values_;
};

}  // namespace proviso::embed
