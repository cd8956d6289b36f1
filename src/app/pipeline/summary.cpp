#include "app/pipeline/summary.h"

#include <algorithm>
#include <cmath>

namespace proviso::pipeline {

std::chrono::microseconds percentile(std::vector<std::chrono::microseconds> values, double rank) {
  if (values.empty()) return std::chrono::microseconds{0};
  std::sort(values.begin(), values.end());
  const double position = std::ceil(rank * static_cast<double>(values.size()));
  const auto index = static_cast<std::size_t>(std::max(position, 1.0)) - 1;
  return values[std::min(index, values.size() - 1)];
}

}  // namespace proviso::pipeline
