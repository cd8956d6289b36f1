#pragma once

// The template of a sought person, made from a photograph of a watchlist request. Only
// embed::Embedder, under an EnrolmentPermit, makes one; only a watchlist keeps it. A passer-by's
// template (embed::Probe) is another type and does not convert.
//
//   shape  the embedder's dimension, 2 to 1024 float32, norm 1

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace proviso::embed {
class Embedder;
}

namespace proviso::watchlist {

inline constexpr std::size_t kDimensionMin = 2;
inline constexpr std::size_t kDimensionMax = 1024;

class Reference {
 public:
  std::span<const float> values() const { return values_; }

 private:
  friend class embed::Embedder;
  explicit Reference(std::vector<float> values) : values_(std::move(values)) {}
  std::vector<float> values_;
};

}  // namespace proviso::watchlist
