#include "stages/detect/motion.h"

#include <algorithm>
#include <cmath>

namespace proviso::detect {
namespace {

constexpr int kStepPx = 4;
constexpr float kFollow = 0.3F;  // How fast the background takes up what stays.
constexpr float kNoiseFollow = 0.1F;
constexpr float kNoiseLowest = 0.15F;  // Luma steps: a noiseless picture still rounds.
constexpr float kNoiseFactor = 8;      // A change of so many medians is no noise.
constexpr float kChangeLowest = 2.5F;  // Luma steps: a face against a wall changes far more.
constexpr std::size_t kBlocksMin = 2;  // One block may flicker.

}  // namespace

std::vector<float> Motion::block_means(const image::YuvImage& pixels) const {
  const int columns = (pixels.size.width + kBlockPx - 1) / kBlockPx;
  const int rows = (pixels.size.height + kBlockPx - 1) / kBlockPx;
  std::vector<float> means;
  means.reserve(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const int right = std::min(pixels.size.width, (column + 1) * kBlockPx);
      const int bottom = std::min(pixels.size.height, (row + 1) * kBlockPx);
      int sum = 0;
      int count = 0;
      for (int y = row * kBlockPx; y < bottom; y += kStepPx) {
        const std::uint8_t* line = pixels.y.data + y * pixels.y.stride_bytes;
        for (int x = column * kBlockPx; x < right; x += kStepPx) {
          sum += line[x];
          ++count;
        }
      }
      means.push_back(static_cast<float>(sum) / static_cast<float>(std::max(1, count)));
    }
  }
  return means;
}

bool Motion::moves(const image::YuvImage& pixels) {
  std::vector<float> means = block_means(pixels);
  if (!(pixels.size == size_)) {
    size_ = pixels.size;
    background_ = std::move(means);
    noise_ = 1;
    return true;
  }
  change_.resize(means.size());
  for (std::size_t n = 0; n < means.size(); ++n) change_[n] = std::abs(means[n] - background_[n]);
  const float limit = std::max(kChangeLowest, kNoiseFactor * noise_);
  const auto changed = static_cast<std::size_t>(
      std::count_if(change_.begin(), change_.end(), [&](float c) { return c > limit; }));

  for (std::size_t n = 0; n < means.size(); ++n) {
    background_[n] += kFollow * (means[n] - background_[n]);
  }
  const auto middle = change_.begin() + static_cast<std::ptrdiff_t>(change_.size() / 2);
  std::nth_element(change_.begin(), middle, change_.end());
  noise_ = std::max(kNoiseLowest, noise_ + kNoiseFollow * (*middle - noise_));
  return changed >= std::min(kBlocksMin, means.size());
}

}  // namespace proviso::detect
