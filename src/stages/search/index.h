#pragma once

// A list's templates in the form that the first passes read: int8 codes cut into two halves.
//
// A row x is written as x ~ u (h + l / 16): one unit u > 0 a row, integers h in [-7, 7] and l in
// [-8, 7], so that 16 h + l is its int8 code. The high plane holds every h, the low plane every l:
// the first pass reads 4 bits a value for all rows, the second the other 4 for few.
//
//   in      rows x dimension float32, contiguous, finite; any norms. Borrowed: they must outlive
//           the index, because exact scores are taken from them.
//   shape   high plane: blocks of 16 rows; a block holds one line of 64 bytes for each 8 dimensions
//           (an octet), 4 bytes a row: byte j is h[j] + 8 in its low half and h[j + 4] + 8 in its
//           high half.
//           low plane: one row after another, 32 bytes for each 64 dimensions: byte j is l[j] + 8
//           and l[j + 32] + 8.
//           Both start on 64 bytes; what pads them is the code of 0.
//   bounds  for each block, over its rows and rounded up: |x / u - h|, |h|, and the same for
//           h + l / 16. docs/search.md proves what follows from them.
//   limits  dimension 2 to kDimensionMax, 1 to kRowsMax rows
//   errors  build(): kInvalidInput for another shape or a value that is not finite
//   threads immutable once built, but for wipe(), which no search may run beside: thread-safe
//   cost    one byte and 4 / dimension a value, beside the rows themselves

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "base/core/result.h"
#include "base/core/worker_pool.h"

namespace proviso::search {

// What holds for every row of a block, in units of the row.
struct BlockBounds {
  float high_residual = 0;  // |x / u - h|
  float high_norm = 0;      // |h|
  float code_residual = 0;  // |x / u - (h + l / 16)|
  float code_norm = 0;      // |h + l / 16|
};

class Index {
 public:
  static constexpr std::size_t kDimensionMax = 1024;
  static constexpr std::size_t kRowsMax = 1'000'000;
  static constexpr std::size_t kBlockRows = 16;
  static constexpr std::size_t kOctet = 8;  // Dimensions that one line of a block holds.
  static constexpr std::size_t kLineBytes = 64;
  static constexpr std::size_t kLowGroup = 64;  // Dimensions that 32 bytes of the low plane hold.
  static constexpr int kHighMax = 7;

  static Result<Index> build(std::span<const float> rows,
                             std::size_t dimension,
                             WorkerPool& workers);

  // Nothing of the row is left here, and no positive threshold reaches it. Its values are the
  // caller's.
  void wipe(std::size_t row);

  std::size_t rows() const { return row_count_; }
  std::size_t dimension() const { return dimension_; }
  std::size_t blocks() const { return bounds_.size(); }
  std::size_t octets() const { return (dimension_ + kOctet - 1) / kOctet; }
  std::size_t low_bytes() const { return (dimension_ + kLowGroup - 1) / kLowGroup * kLowGroup / 2; }
  // The length of a probe's code: the dimension, rounded up to a whole group.
  std::size_t code_length() const { return 2 * low_bytes(); }

  const float* row(std::size_t index) const { return rows_.data() + index * dimension_; }
  const std::uint8_t* high(std::size_t block) const {
    return high_.get() + block * octets() * kLineBytes;
  }
  const std::uint8_t* low(std::size_t row) const { return low_.get() + row * low_bytes(); }
  // 1 / u of each row; for 16 rows a block, also where the last block is not full.
  const float* unit_inverses(std::size_t block) const {
    return unit_inverses_.get() + block * kBlockRows;
  }
  const BlockBounds& bounds(std::size_t block) const { return bounds_[block]; }
  float high_norm_max() const { return high_norm_max_; }

 private:
  struct AlignedFree {
    void operator()(void* block) const noexcept {
      ::operator delete(block, std::align_val_t{kLineBytes});
    }
  };
  template <typename T>
  using Aligned = std::unique_ptr<T[], AlignedFree>;

  Index(std::span<const float> rows, std::size_t dimension);
  void write_block(std::size_t block);
  using Codes = std::array<int, kDimensionMax>;
  void write_row(std::size_t row, const Codes& codes);

  std::span<const float> rows_;
  std::size_t dimension_ = 0;
  std::size_t row_count_ = 0;
  Aligned<std::uint8_t> high_;
  Aligned<std::uint8_t> low_;
  Aligned<float> unit_inverses_;
  std::vector<BlockBounds> bounds_;
  float high_norm_max_ = 0;
};

}  // namespace proviso::search
