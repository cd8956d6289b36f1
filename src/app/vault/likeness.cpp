#include "app/vault/likeness.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/core/concat.h"

namespace proviso::vault {

std::vector<Likeness> likenesses_of(const Known& one,
                                    std::span<const Known> all,
                                    double score_min) {
  std::vector<Likeness> found;
  for (const Known& other : all) {
    if (other.entry == one.entry || other.model_pack != one.model_pack ||
        other.values.size() != one.values.size()) {
      continue;
    }
    const double score =
        std::inner_product(one.values.begin(), one.values.end(), other.values.begin(), 0.0);
    if (score >= score_min) found.push_back({.entry = other.entry, .score = score});
  }
  std::ranges::sort(found, [](const Likeness& a, const Likeness& b) {
    return a.score != b.score ? a.score > b.score : a.entry < b.entry;
  });
  if (found.size() > kLikenessesMax) found.resize(kLikenessesMax);
  return found;
}

std::string to_text(std::span<const Likeness> likenesses) {
  constexpr int kThousand = 1000;
  std::string text;
  for (const Likeness& one : likenesses) {
    const auto thousandths = std::clamp<long>(std::lround(one.score * kThousand), 0, kThousand);
    const std::string digits = std::to_string(kThousand + thousandths);  // "1712": the first goes.
    text += concat(text.empty() ? "" : ", ",
                   one.entry,
                   thousandths == kThousand ? " (1." : " (0.",
                   std::string_view(digits).substr(1),
                   ')');
  }
  return text;
}

}  // namespace proviso::vault
