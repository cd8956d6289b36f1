#pragma once

// The two first passes over an Index, in the code of one kind of processor. Private to
// stages/search; kernel.h is what others call.
//
// Every target gives the same integers and leaves out the same rows.
//
//   high   for each row of some blocks and each probe: the integer product <h, k>. A row is
//          appended to the probe's survivors unless
//              <h, k> < reach / u - (high_residual * residual_cost + high_norm * norm_cost +
//              margin)
//          that is, unless it cannot reach the threshold.
//   low    for one row and one probe: <l, k>.
//
// Requires: Survivors have room for every row of the blocks; code.values are code_length() long;
//           |h| |k| < 2^15 for every row, so that sums of 16 bits do not pass their range.

#include <cstddef>
#include <cstdint>
#include <span>

#include "stages/search/index.h"

namespace proviso::search {

struct Survivor {
  std::uint32_t row = 0;
  std::int32_t high_product = 0;  // <h, k>
};

struct Survivors {
  Survivor* rows = nullptr;
  std::size_t count = 0;
};

// What a first pass needs of one probe q ~ step * k and one threshold. Holds nothing of the
// probe's direction but the pointer to its code.
struct ProbeTest {
  const std::int8_t* code = nullptr;  // k, padded with 0 to Index::code_length().
  std::int32_t high_offset = 0;       // 8 * sum of k: what the offset of h adds to a product.
  // The same in halves of 16 bits: values 0 and 1 of each 4, then 2 and 3 of each 4.
  std::int32_t high_offset_halves = 0;
  float reach = 0;          // threshold / step, rounded to the safe side
  float residual_cost = 0;  // |q| / step, rounded up
  float norm_cost = 0;      // |q - step * k| / step, rounded up
};

struct Blocks {
  const Index& index;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct PassCode {
  void (*high)(const Blocks& blocks,
               std::span<const ProbeTest> tests,
               std::span<Survivors> survivors);
  std::int32_t (*low)(const std::uint8_t* low_row, const std::int8_t* code, std::size_t length);
};

extern const PassCode kPortablePasses;
#if defined(__x86_64__)
extern const PassCode kAvx2Passes;
extern const PassCode kAvx512VnniPasses;
#endif

// What every row of the block is given beyond its own product, in units of the product.
inline float block_allowance(const BlockBounds& bounds, const ProbeTest& test, float margin) {
  return bounds.high_residual * test.residual_cost + bounds.high_norm * test.norm_cost + margin;
}

// Appends the rows whose bit is set in `kept`; bits past the last row are padding.
inline void keep(std::uint32_t kept,
                 std::size_t first_row,
                 const std::int32_t* products,
                 const Index& index,
                 Survivors& survivors) {
  while (kept != 0) {
    const auto bit = static_cast<std::size_t>(__builtin_ctz(kept));
    kept &= kept - 1;
    const std::size_t row = first_row + bit;
    if (row >= index.rows()) return;
    survivors.rows[survivors.count++] = {static_cast<std::uint32_t>(row), products[bit]};
  }
}

}  // namespace proviso::search
