#pragma once

// The template of a sought person, made from a photograph of a watchlist request. Only
// embed::Embedder, under an EnrolmentPermit, makes one; only a watchlist keeps it. A passer-by's
// template (embed::Probe) is another type and does not convert.
//
//   shape     the embedder's dimension, 2 to 1024 float32, norm 1
//   strength  the norm of the network's answer before that: low where it saw little of a face. Of a
//             fused one the least; never stored

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
  double strength() const { return strength_; }

 private:
  friend class embed::Embedder;
  explicit Reference(std::vector<float> values, double strength = 0)
      : values_(std::move(values)), strength_(strength) {}
  std::vector<float> values_;
  double strength_;
};

}  // namespace proviso::watchlist
