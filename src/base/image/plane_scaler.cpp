#include "base/image/plane_scaler.h"

#include <algorithm>

#include "base/core/check.h"
#include "base/image/row_kernels.h"

namespace proviso::image {
namespace {

constexpr int kMeanBits = 7;
constexpr int kMeanShift = kWeightBits - kMeanBits;
constexpr int kResultShift = kWeightBits + kMeanBits;
static_assert(kResultShift == kTapsBits);
constexpr int kTaps = 4;

}  // namespace

PlaneScaler::PlaneScaler(const Input& input) : input_(input) {
  PROVISO_CHECK(input.plane.data != nullptr && input.channels > 0);
  if (input_.across.is_whole(1) && input_.down.is_whole(1)) {
    path_ = Path::kCopy;
    return;
  }
  row_.resize(static_cast<std::size_t>(input_.across.count_out) *
              static_cast<std::size_t>(input_.channels));
  if (input_.channels == 1 && input_.across.is_whole(2) && input_.down.is_whole(2)) {
    path_ = Path::kHalve;
    return;
  }
  across_ = weigh(input_.across);
  down_ = weigh(input_.down);
  const auto samples = static_cast<std::size_t>(across_.end - across_.begin) *
                       static_cast<std::size_t>(input_.channels);
  sums_.resize(samples);
  means_.resize(samples + kTaps);  // Four are read for every output.
  if (input_.channels == 1) lay_out_taps();
}

void PlaneScaler::lay_out_taps() {
  const auto fits = [](const AxisWeights::Run& run) { return run.count <= kTaps; };
  if (!std::ranges::all_of(across_.runs, fits)) return;
  taps_.reserve(across_.runs.size());
  for (const AxisWeights::Run& run : across_.runs) {
    const std::uint32_t outside = run.outside * input_.outside << kMeanBits;
    FourTaps& taps = taps_.emplace_back(
        FourTaps{.first = run.count == 0 ? 0 : run.first - across_.begin,
                 .added = static_cast<std::int32_t>(outside + (1U << (kResultShift - 1)))});
    for (std::size_t i = 0; i < static_cast<std::size_t>(run.count); ++i) {
      taps.weights[i] = static_cast<std::int16_t>(across_.weights[run.weights_at + i]);
    }
  }
}

const std::uint8_t* PlaneScaler::row(int index) {
  PROVISO_CHECK(index >= 0 && index < input_.down.count_out);
  const auto left = static_cast<int>(input_.across.origin);
  const auto top = static_cast<int>(input_.down.origin);
  switch (path_) {
    case Path::kCopy: return input_row(top + index) + std::ptrdiff_t{left} * input_.channels;
    case Path::kHalve:
      row_kernels().halve(input_row(top + 2 * index) + left,
                          input_row(top + 2 * index + 1) + left,
                          row_.data(),
                          input_.across.count_out);
      return row_.data();
    case Path::kWeigh: break;
  }
  weigh_down(index);
  weigh_across();
  return row_.data();
}

void PlaneScaler::weigh_down(int index) {
  const AxisWeights::Run& run = down_.runs[static_cast<std::size_t>(index)];
  std::ranges::fill(sums_, run.outside * input_.outside + (1U << (kMeanShift - 1)));
  for (int i = 0; i < run.count; ++i) {
    row_kernels().accumulate(
        input_row(run.first + i) + std::ptrdiff_t{across_.begin} * input_.channels,
        down_.weights[run.weights_at + static_cast<std::size_t>(i)],
        sums_.data(),
        static_cast<int>(sums_.size()));
  }
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    means_[i] = static_cast<std::int16_t>(sums_[i] >> kMeanShift);
  }
}

void PlaneScaler::weigh_across() {
  if (!taps_.empty()) {
    row_kernels().weigh_four(means_.data(), taps_.data(), row_.data(), input_.across.count_out);
    return;
  }
  const auto channels = static_cast<std::size_t>(input_.channels);
  const std::uint32_t outside = std::uint32_t{input_.outside} << kMeanBits;
  std::size_t at = 0;
  for (const AxisWeights::Run& run : across_.runs) {
    const auto first = static_cast<std::size_t>(run.first - across_.begin) * channels;
    for (std::size_t channel = 0; channel < channels; ++channel, ++at) {
      std::uint32_t sum = run.outside * outside + (1U << (kResultShift - 1));
      for (std::size_t i = 0; i < static_cast<std::size_t>(run.count); ++i) {
        sum += std::uint32_t{across_.weights[run.weights_at + i]} *
               static_cast<std::uint32_t>(means_[first + i * channels + channel]);
      }
      row_[at] = static_cast<std::uint8_t>(sum >> kResultShift);
    }
  }
}

}  // namespace proviso::image
