#include "stages/search/index.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "stages/search/rounding.h"

namespace proviso::search {
namespace {

// The greatest code is 16 * 7 + 7: both halves are then in their range without a clamp.
constexpr int kCodeMax = 119;
constexpr int kHalf = 16;
constexpr int kOffset = 8;
// Below this the inverse of the unit would not be a normal float32; such a row is coded as zeros,
// and its whole length is residual.
constexpr float kLargestMin = 1e-30F;
constexpr std::size_t kBlocksATask = 256;

// code / 16 rounded to nearest; the offset keeps the dividend positive.
int high_half(int code) {
  return (code + kOffset + kOffset * kHalf) / kHalf - kOffset;
}

// To nearest; the offset keeps what is truncated positive. `value` is within the codes' range.
int nearest(double value) {
  return static_cast<int>(value + (kOffset * kHalf + 0.5)) - kOffset * kHalf;
}

std::uint8_t pair_of(int lower, int upper) {
  return static_cast<std::uint8_t>((lower + kOffset) | ((upper + kOffset) << 4));
}

float largest_magnitude(std::span<const float> row) {
  float largest = 0;
  for (const float value : row) largest = std::max(largest, std::abs(value));
  return largest;
}

void widen(BlockBounds& bounds, const BlockBounds& row) {
  bounds.high_residual = std::max(bounds.high_residual, row.high_residual);
  bounds.high_norm = std::max(bounds.high_norm, row.high_norm);
  bounds.code_residual = std::max(bounds.code_residual, row.code_residual);
  bounds.code_norm = std::max(bounds.code_norm, row.code_norm);
}

// Products of two float32 and sums with small integers are exact or nearly so in float64, so the
// bounds lose no more than norm_above() allows.
BlockBounds measure(std::span<const float> row, float unit_inverse, std::span<const int> codes) {
  double high_residual = 0;
  double code_residual = 0;
  int high_squares = 0;
  int code_squares = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double in_units = static_cast<double>(row[i]) * static_cast<double>(unit_inverse);
    const int high = high_half(codes[i]);
    const double off_high = in_units - high;
    const double off_code = in_units - static_cast<double>(codes[i]) / kHalf;
    high_residual += off_high * off_high;
    code_residual += off_code * off_code;
    high_squares += high * high;
    code_squares += codes[i] * codes[i];
  }
  return {.high_residual = float_above(norm_above(high_residual)),
          .high_norm = float_above(norm_above(high_squares)),
          .code_residual = float_above(norm_above(code_residual)),
          .code_norm = float_above(norm_above(code_squares) / kHalf)};
}

}  // namespace

Result<Index> Index::build(std::span<const float> rows,
                           std::size_t dimension,
                           WorkerPool& workers) {
  if (dimension < 2 || dimension > kDimensionMax || rows.empty() || rows.size() % dimension != 0 ||
      rows.size() / dimension > kRowsMax) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a list to search has 1 to ",
                        kRowsMax,
                        " rows of 2 to ",
                        kDimensionMax,
                        " values; found ",
                        rows.size(),
                        " values at dimension ",
                        dimension,
                        "; seal the list again")};
  }
  Index index{rows, dimension};
  std::atomic<bool> finite{true};
  const std::size_t tasks = (index.blocks() + kBlocksATask - 1) / kBlocksATask;
  workers.parallel_for(tasks, [&](std::size_t task) {
    const std::size_t begin = task * kBlocksATask;
    const std::size_t end = std::min(begin + kBlocksATask, index.blocks());
    const std::size_t row_end = std::min(end * kBlockRows, index.row_count_);
    const auto values =
        rows.subspan(begin * kBlockRows * dimension, (row_end - begin * kBlockRows) * dimension);
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
      finite = false;
      return;
    }
    for (std::size_t block = begin; block < end; ++block) index.write_block(block);
  });
  if (!finite) {
    return Error{ErrorCode::kInvalidInput,
                 "a list to search has finite values only; found infinity or not-a-number; seal "
                 "the list again"};
  }
  for (const BlockBounds& bounds : index.bounds_) {
    index.high_norm_max_ = std::max(index.high_norm_max_, bounds.high_norm);
  }
  return index;
}

Index::Index(std::span<const float> rows, std::size_t dimension)
    : rows_(rows),
      dimension_(dimension),
      row_count_(rows.size() / dimension),
      bounds_((row_count_ + kBlockRows - 1) / kBlockRows) {
  const auto aligned = [](std::size_t bytes) {
    return ::operator new(bytes, std::align_val_t{kLineBytes});
  };
  const std::size_t padded_rows = blocks() * kBlockRows;
  high_.reset(static_cast<std::uint8_t*>(aligned(blocks() * octets() * kLineBytes)));
  low_.reset(static_cast<std::uint8_t*>(aligned(padded_rows * low_bytes())));
  unit_inverses_.reset(static_cast<float*>(aligned(padded_rows * sizeof(float))));
}

void Index::write_block(std::size_t block) {
  const std::size_t begin = block * kBlockRows;
  const std::size_t end = std::min(begin + kBlockRows, row_count_);
  std::fill_n(high_.get() + block * octets() * kLineBytes, octets() * kLineBytes, pair_of(0, 0));
  // A row that is only padding is reached by no positive threshold.
  std::fill_n(unit_inverses_.get() + begin, kBlockRows, std::numeric_limits<float>::infinity());

  Codes storage{};  // Past the dimension it stays 0: padding.
  const std::span codes = std::span(storage).first(dimension_);
  for (std::size_t index = begin; index < end; ++index) {
    const std::span values{row(index), dimension_};
    const float largest = largest_magnitude(values);
    float unit_inverse = 1;
    std::fill(codes.begin(), codes.end(), 0);
    if (largest >= kLargestMin) {
      unit_inverse =
          static_cast<float>(static_cast<double>(kCodeMax) / kHalf / static_cast<double>(largest));
      const double code_inverse = static_cast<double>(unit_inverse) * kHalf;
      for (std::size_t i = 0; i < dimension_; ++i) {
        codes[i] = nearest(static_cast<double>(values[i]) * code_inverse);
      }
    }
    unit_inverses_[index] = unit_inverse;
    widen(bounds_[block], measure(values, unit_inverse, codes));
    write_row(index, storage);
  }
}

void Index::wipe(std::size_t row) {
  PROVISO_CHECK(row < row_count_);
  write_row(row, Codes{});
  unit_inverses_[row] = std::numeric_limits<float>::infinity();
}

void Index::write_row(std::size_t row, const Codes& codes) {
  std::array<int, kDimensionMax> high;
  std::array<int, kDimensionMax> low;
  for (std::size_t i = 0; i < code_length(); ++i) {
    high[i] = high_half(codes[i]);
    low[i] = codes[i] - kHalf * high[i];
  }
  constexpr std::size_t kQuad = kOctet / 2;
  std::uint8_t* const quads =
      high_.get() + row / kBlockRows * octets() * kLineBytes + row % kBlockRows * kQuad;
  for (std::size_t octet = 0; octet < octets(); ++octet) {
    for (std::size_t i = 0; i < kQuad; ++i) {
      const std::size_t at = octet * kOctet + i;
      quads[octet * kLineBytes + i] = pair_of(high[at], high[at + kQuad]);
    }
  }
  constexpr std::size_t kGroupBytes = kLowGroup / 2;
  std::uint8_t* const groups = low_.get() + row * low_bytes();
  for (std::size_t begin = 0; begin < low_bytes(); begin += kGroupBytes) {
    for (std::size_t i = 0; i < kGroupBytes; ++i) {
      groups[begin + i] = pair_of(low[2 * begin + i], low[2 * begin + kGroupBytes + i]);
    }
  }
}

}  // namespace proviso::search
