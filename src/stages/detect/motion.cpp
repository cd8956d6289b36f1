#include "stages/detect/motion.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/core/check.h"

namespace proviso::detect {
namespace {

constexpr int kRowStepPx = 4;
constexpr float kFollow = 0.3F;  // How fast the background takes up what stays.
constexpr float kNoiseFollow = 0.05F;
constexpr float kNoiseFirst = 1;
// One jump teaches no more than this multiple: a passer-by is no noise.
constexpr float kNoiseJumpMax = 4;
// Sensors in the dark reach one luma step over a block; what deviates by more is a movement.
constexpr float kNoiseHighest = 1.2F;
constexpr float kNoiseFactor = 6;
constexpr float kChangeLowest = 2.0F;  // A face against a wall changes far more.

std::uint32_t sum_of_16(const std::uint8_t* luma) {
  constexpr std::uint64_t kEvenBytes = 0x00FF00FF00FF00FFU;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::memcpy(&first, luma, sizeof first);
  std::memcpy(&second, luma + sizeof first, sizeof second);
  const std::uint64_t pairs = (first & kEvenBytes) + ((first >> 8U) & kEvenBytes) +
                              (second & kEvenBytes) + ((second >> 8U) & kEvenBytes);
  return static_cast<std::uint32_t>((pairs * 0x0001000100010001U) >> 48U);
}

std::uint32_t sum_of(const std::uint8_t* luma, int count) {
  std::uint32_t sum = 0;
  for (int x = 0; x < count; ++x) sum += luma[x];
  return sum;
}

std::size_t columns_of(image::SizePx size) {
  return static_cast<std::size_t>((size.width + Motion::kBlockPx - 1) / Motion::kBlockPx);
}

// Row after row of blocks; the last of a row and the last row may be cut by the frame's edge.
void block_means(const image::YuvImage& pixels, std::vector<float>& means) {
  constexpr int kBlockPx = Motion::kBlockPx;
  const int whole = pixels.size.width / kBlockPx;
  const int rest_px = pixels.size.width % kBlockPx;
  std::vector<std::uint32_t> sums(columns_of(pixels.size));
  means.clear();
  for (int top = 0; top < pixels.size.height; top += kBlockPx) {
    std::fill(sums.begin(), sums.end(), 0U);
    const int bottom = std::min(pixels.size.height, top + kBlockPx);
    int rows = 0;
    for (int y = top; y < bottom; y += kRowStepPx, ++rows) {
      const std::uint8_t* line = pixels.y.data + y * pixels.y.stride_bytes;
      for (int block = 0; block < whole; ++block) {
        sums[static_cast<std::size_t>(block)] += sum_of_16(line + std::ptrdiff_t{block} * kBlockPx);
      }
      if (rest_px > 0) sums.back() += sum_of(line + std::ptrdiff_t{whole} * kBlockPx, rest_px);
    }
    for (std::size_t block = 0; block < sums.size(); ++block) {
      const int columns = static_cast<int>(block) < whole ? kBlockPx : rest_px;
      means.push_back(static_cast<float>(sums[block]) / static_cast<float>(rows * columns));
    }
  }
}

}  // namespace

bool Motion::moves(const image::YuvImage& pixels) {
  PROVISO_CHECK(pixels.size.width > 0 && pixels.size.height > 0 && pixels.y.data != nullptr);
  block_means(pixels, means_);
  if (!(pixels.size == size_)) {
    size_ = pixels.size;
    blocks_.clear();
    for (const float mean : means_) {
      blocks_.push_back({.background = mean, .noise = kNoiseFirst, .changed = false});
    }
    return true;
  }
  for (std::size_t n = 0; n < means_.size(); ++n) {
    Block& block = blocks_[n];
    const float deviation = std::abs(means_[n] - block.background);
    block.changed = deviation > std::max(kChangeLowest, kNoiseFactor * block.noise);
    block.background += kFollow * (means_[n] - block.background);
    const float taught = std::min(deviation, kNoiseJumpMax * block.noise + 0.01F);
    block.noise = std::min(kNoiseHighest, block.noise + kNoiseFollow * (taught - block.noise));
  }
  return has_neighbours_changed();
}

// A face covers a block and parts of those around it; noise strikes single blocks.
bool Motion::has_neighbours_changed() const {
  const std::size_t columns = columns_of(size_);
  for (std::size_t n = 0; n < blocks_.size(); ++n) {
    if (!blocks_[n].changed) continue;
    const bool left = n % columns > 0 && blocks_[n - 1].changed;
    const bool above = n >= columns && blocks_[n - columns].changed;
    if (left || above || blocks_.size() == 1) return true;
  }
  return false;
}

}  // namespace proviso::detect
