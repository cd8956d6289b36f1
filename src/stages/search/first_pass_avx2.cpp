// The first passes in AVX2. Products of unsigned 4-bit values and signed bytes are summed in 16
// bits (vpmaddubsw), which wraps around on the way and is right at the end: the offset of h is
// taken off, and what is left is within 16 bits because |h| |k| < 2^15.

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "stages/search/first_pass.h"
#include "stages/search/rounding.h"

namespace proviso::search {
namespace {

constexpr std::size_t kLine = Index::kLineBytes;
constexpr std::size_t kQuad = Index::kOctet / 2;
// Eight sums, four halves of a line, a probe's values and the mask: 16 registers.
constexpr std::size_t kProbesTogether = 4;

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i load(const std::uint8_t* bytes) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i four_everywhere(
    const std::int8_t* code) {
  std::int32_t four = 0;
  std::memcpy(&four, code, sizeof four);
  return _mm256_set1_epi32(four);
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i upper_halves(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0xF));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i product_of(__m256i lower,
                                                                      __m256i upper,
                                                                      __m256i code_lower,
                                                                      __m256i code_upper) {
  return _mm256_add_epi16(_mm256_maddubs_epi16(lower, code_lower),
                          _mm256_maddubs_epi16(upper, code_upper));
}

// `sums` are the block's 16 rows, each in two halves of 16 bits.
[[gnu::target("avx2"), gnu::always_inline]] inline void keep_reaching(const Blocks& blocks,
                                                                      const ProbeTest& test,
                                                                      const __m256i* sums,
                                                                      Survivors& survivors) {
  const Index& index = blocks.index;
  const std::size_t block = blocks.begin;
  const __m256 allowance = _mm256_set1_ps(block_allowance(index.bounds(block), test, kTestMargin));
  alignas(32) std::array<std::int32_t, Index::kBlockRows> products;
  std::uint32_t kept = 0;
  for (std::size_t half = 0; half < 2; ++half) {
    const __m256i product = _mm256_madd_epi16(sums[half], _mm256_set1_epi16(1));
    const __m256 unit_inverse = _mm256_load_ps(index.unit_inverses(block) + 8 * half);
    const __m256 needed =
        _mm256_sub_ps(_mm256_mul_ps(_mm256_set1_ps(test.reach), unit_inverse), allowance);
    // "Not less" is also true where a side is not a number: such a row is looked at exactly.
    const __m256 reaches = _mm256_cmp_ps(_mm256_cvtepi32_ps(product), needed, _CMP_NLT_UQ);
    kept |= static_cast<std::uint32_t>(_mm256_movemask_ps(reaches)) << (8 * half);
    _mm256_store_si256(reinterpret_cast<__m256i*>(products.data() + 8 * half), product);
  }
  if (kept != 0) keep(kept, block * Index::kBlockRows, products.data(), index, survivors);
}

template <std::size_t kProbes>
[[gnu::target("avx2")]] void pass_block(const Blocks& blocks,
                                        const ProbeTest* tests,
                                        Survivors* survivors) {
  const std::uint8_t* const lines = blocks.index.high(blocks.begin);
  const std::size_t octets = blocks.index.octets();
  const __m256i mask = _mm256_set1_epi8(0xF);
  __m256i sums[kProbes][2];
  for (std::size_t p = 0; p < kProbes; ++p) {
    const __m256i offset = _mm256_set1_epi32(tests[p].high_offset_halves);
    sums[p][0] = sums[p][1] = _mm256_sub_epi16(_mm256_setzero_si256(), offset);
  }
  for (std::size_t octet = 0; octet < octets; ++octet) {
    const __m256i first = load(lines + octet * kLine);
    const __m256i second = load(lines + octet * kLine + kLine / 2);
    const __m256i first_lower = _mm256_and_si256(first, mask);
    const __m256i second_lower = _mm256_and_si256(second, mask);
    const __m256i first_upper = upper_halves(first);
    const __m256i second_upper = upper_halves(second);
    for (std::size_t p = 0; p < kProbes; ++p) {
      const std::int8_t* const code = tests[p].code + octet * Index::kOctet;
      const __m256i lower = four_everywhere(code);
      const __m256i upper = four_everywhere(code + kQuad);
      sums[p][0] = _mm256_add_epi16(sums[p][0], product_of(first_lower, first_upper, lower, upper));
      sums[p][1] =
          _mm256_add_epi16(sums[p][1], product_of(second_lower, second_upper, lower, upper));
    }
  }
  for (std::size_t p = 0; p < kProbes; ++p) {
    keep_reaching(blocks, tests[p], sums[p], survivors[p]);
  }
}

void high(const Blocks& blocks, std::span<const ProbeTest> tests, std::span<Survivors> survivors) {
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    const Blocks one{blocks.index, block, block + 1};
    std::size_t p = 0;
    for (; p + kProbesTogether <= tests.size(); p += kProbesTogether) {
      pass_block<kProbesTogether>(one, &tests[p], &survivors[p]);
    }
    switch (tests.size() - p) {
      case 3: pass_block<3>(one, &tests[p], &survivors[p]); break;
      case 2: pass_block<2>(one, &tests[p], &survivors[p]); break;
      case 1: pass_block<1>(one, &tests[p], &survivors[p]); break;
      default: break;
    }
  }
}

[[gnu::target("avx2")]] std::int32_t low(const std::uint8_t* low_row,
                                         const std::int8_t* code,
                                         std::size_t length) {
  const __m256i mask = _mm256_set1_epi8(0xF);
  const __m256i ones = _mm256_set1_epi16(1);
  const __m256i offset = _mm256_set1_epi8(8);
  __m256i sum = _mm256_setzero_si256();
  for (std::size_t i = 0; i < length; i += Index::kLowGroup) {
    const __m256i bytes = load(low_row + i / 2);
    const __m256i lower = load(reinterpret_cast<const std::uint8_t*>(code + i));
    const __m256i upper =
        load(reinterpret_cast<const std::uint8_t*>(code + i + Index::kLowGroup / 2));
    // A pair of products is at most 2 * 15 * 127, four of them within 16 bits.
    const __m256i product =
        product_of(_mm256_and_si256(bytes, mask), upper_halves(bytes), lower, upper);
    const __m256i added = product_of(offset, offset, lower, upper);
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_sub_epi16(product, added), ones));
  }
  const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1)));
}

}  // namespace

const PassCode kAvx2Passes{high, low};

}  // namespace proviso::search

#endif
