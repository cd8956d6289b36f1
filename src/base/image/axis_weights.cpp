#include "base/image/axis_weights.h"

#include <algorithm>
#include <cmath>

#include "base/core/check.h"

namespace proviso::image {
namespace {

std::uint32_t rounded(double share) {
  return static_cast<std::uint32_t>(std::lround(share * kWeightOne));
}

void append_nothing(AxisWeights& into) {
  into.runs.push_back({.weights_at = into.weights.size(), .outside = kWeightOne});
}

// Weights are differences of rounded running totals, so that their sum cannot drift.
void append_average(const Axis& axis, double from, double to, AxisWeights& into) {
  const double inside_from = std::clamp(from, 0.0, axis.extent);
  const double inside_to = std::clamp(to, 0.0, axis.extent);
  const std::uint32_t total = rounded((inside_to - inside_from) / axis.step);
  if (total == 0) {
    append_nothing(into);
    return;
  }
  const int last = axis.count_in - 1;
  const int first = std::min(static_cast<int>(std::floor(inside_from)), last);
  const int end = std::min(static_cast<int>(std::ceil(inside_to)), last + 1);
  AxisWeights::Run run{.first = first,
                       .count = std::max(end - first, 1),
                       .weights_at = into.weights.size(),
                       .outside = kWeightOne - total};
  std::uint32_t before = 0;
  for (int i = 0; i < run.count; ++i) {
    const double reached = std::min<double>(first + i + 1, inside_to) - inside_from;
    const bool is_last = i + 1 == run.count;
    const std::uint32_t upto = is_last ? total : std::min(rounded(reached / axis.step), total);
    into.weights.push_back(static_cast<std::uint16_t>(upto - before));
    before = upto;
  }
  into.runs.push_back(run);
}

void append_linear(const Axis& axis, double centre, AxisWeights& into) {
  if (centre < 0 || centre >= axis.extent) {
    append_nothing(into);
    return;
  }
  const int last = axis.count_in - 1;
  const double at = std::clamp(centre - 0.5, 0.0, static_cast<double>(last));
  const int first = std::min(static_cast<int>(at), std::max(last - 1, 0));
  const std::uint32_t second = last == 0 ? 0 : rounded(at - first);
  AxisWeights::Run run{.first = first,
                       .count = second == 0 ? 1 : 2,
                       .weights_at = into.weights.size(),
                       .outside = 0};
  into.weights.push_back(static_cast<std::uint16_t>(kWeightOne - second));
  if (second != 0) into.weights.push_back(static_cast<std::uint16_t>(second));
  into.runs.push_back(run);
}

// Gives the weight of the outside to the outermost sample on the side where it is missing.
void repeat_outermost(const Axis& axis, double centre, AxisWeights& into) {
  AxisWeights::Run& run = into.runs.back();
  if (run.outside == 0) return;
  const bool is_left = centre < axis.extent / 2;
  if (run.count == 0) {
    run.first = is_left ? 0 : axis.count_in - 1;
    run.count = 1;
    into.weights.push_back(static_cast<std::uint16_t>(kWeightOne));
  } else {
    const std::size_t at = run.weights_at + (is_left ? 0 : static_cast<std::size_t>(run.count) - 1);
    into.weights[at] = static_cast<std::uint16_t>(into.weights[at] + run.outside);
  }
  run.outside = 0;
}

}  // namespace

bool Axis::is_whole(int factor) const {
  return step == factor && origin == std::floor(origin) && origin >= 0 &&
         origin + step * count_out <= extent;
}

AxisWeights weigh(const Axis& axis) {
  PROVISO_CHECK(axis.count_out > 0 && axis.count_in > 0 && axis.step > 0);
  PROVISO_CHECK(axis.extent > axis.count_in - 1 && axis.extent <= axis.count_in);
  AxisWeights result;
  result.runs.reserve(static_cast<std::size_t>(axis.count_out));
  for (int i = 0; i < axis.count_out; ++i) {
    const double from = axis.origin + i * axis.step;
    const double centre = from + axis.step / 2;
    if (axis.step >= 1) {
      append_average(axis, from, from + axis.step, result);
    } else {
      append_linear(axis, centre, result);
    }
    if (axis.outside == Outside::kRepeated) repeat_outermost(axis, centre, result);
  }
  const auto used = [](const AxisWeights::Run& run) { return run.count > 0; };
  if (const auto first = std::ranges::find_if(result.runs, used); first != result.runs.end()) {
    const auto last = std::find_if(result.runs.rbegin(), result.runs.rend(), used);
    result.begin = first->first;
    result.end = last->first + last->count;
  }
  return result;
}

}  // namespace proviso::image
