// The first passes in plain C++, written so that a compiler can use what vectors there are.

#include <algorithm>
#include <array>

#include "stages/search/first_pass.h"
#include "stages/search/rounding.h"

namespace proviso::search {
namespace {

constexpr std::size_t kRows = Index::kBlockRows;
constexpr std::size_t kLine = Index::kLineBytes;
constexpr std::size_t kQuad = Index::kOctet / 2;
constexpr std::size_t kTile = 16;
constexpr int kOffset = 8;

// One lane for each byte of a line. Each is a sum of h * k over part of the dimensions, so within
// the range that |h| |k| < 2^15 gives; unsigned, because the compiler's vectors then need no proof.
using Lanes = std::array<std::uint16_t, kLine>;

void add_line(const std::uint8_t* line, const std::int8_t* code, Lanes& lanes) {
  std::array<std::uint16_t, kTile> lower{};
  std::array<std::uint16_t, kTile> upper{};
  for (std::size_t i = 0; i < kTile; ++i) {
    lower[i] = static_cast<std::uint16_t>(int{code[i % kQuad]});
    upper[i] = static_cast<std::uint16_t>(int{code[kQuad + i % kQuad]});
  }
  for (std::size_t begin = 0; begin < kLine; begin += kTile) {
    for (std::size_t i = 0; i < kTile; ++i) {
      const auto first = static_cast<std::uint16_t>((line[begin + i] & 0xF) - kOffset);
      const auto second = static_cast<std::uint16_t>((line[begin + i] >> 4) - kOffset);
      lanes[begin + i] = static_cast<std::uint16_t>(
          lanes[begin + i] + static_cast<std::uint16_t>(first * std::uint32_t{lower[i]}) +
          static_cast<std::uint16_t>(second * std::uint32_t{upper[i]}));
    }
  }
}

void pass_block(const Index& index, std::size_t block, const ProbeTest& test, Survivors& out) {
  Lanes lanes{};
  for (std::size_t octet = 0; octet < index.octets(); ++octet) {
    add_line(index.high(block) + octet * kLine, test.code + octet * Index::kOctet, lanes);
  }
  const float allowance = block_allowance(index.bounds(block), test, kTestMargin);
  std::array<std::int32_t, kRows> products{};
  std::uint32_t kept = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t i = 0; i < kQuad; ++i) {
      products[row] += static_cast<std::int16_t>(lanes[row * kQuad + i]);
    }
    const float needed = test.reach * index.unit_inverses(block)[row] - allowance;
    const bool out_of_reach = static_cast<float>(products[row]) < needed;
    kept |= (out_of_reach ? 0U : 1U) << row;
  }
  keep(kept, block * kRows, products.data(), index, out);
}

void high(const Blocks& blocks, std::span<const ProbeTest> tests, std::span<Survivors> survivors) {
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    for (std::size_t probe = 0; probe < tests.size(); ++probe) {
      pass_block(blocks.index, block, tests[probe], survivors[probe]);
    }
  }
}

std::int32_t low(const std::uint8_t* low_row, const std::int8_t* code, std::size_t length) {
  constexpr std::size_t kBytes = Index::kLowGroup / 2;
  std::int32_t sum = 0;
  for (std::size_t begin = 0; begin < length; begin += Index::kLowGroup) {
    const std::uint8_t* const bytes = low_row + begin / 2;
    for (std::size_t i = 0; i < kBytes; ++i) {
      sum += ((bytes[i] & 0xF) - kOffset) * code[begin + i] +
             ((bytes[i] >> 4) - kOffset) * code[begin + kBytes + i];
    }
  }
  return sum;
}

}  // namespace

const PassCode kPortablePasses{high, low};

}  // namespace proviso::search
