// The first pass in AVX-512 with VNNI: one instruction multiplies 64 values and sums them in 32
// bits by fours (vpdpbusd), which is one row for each lane of a line.

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "stages/search/first_pass.h"
#include "stages/search/rounding.h"

#define PROVISO_VNNI gnu::target("avx512f,avx512bw,avx512vnni")

namespace proviso::search {
namespace {

constexpr std::size_t kLine = Index::kLineBytes;
constexpr std::size_t kQuad = Index::kOctet / 2;
// Two sums a probe, so that the latency of the product is hidden also for one probe.
constexpr std::size_t kProbesTogether = 8;
// Some intrinsics without a mask read an undefined register in GCC 12, which then warns.
constexpr __mmask16 kAllRows = 0xFFFF;

[[PROVISO_VNNI, gnu::always_inline]] inline __m512i four_everywhere(const std::int8_t* code) {
  std::int32_t four = 0;
  std::memcpy(&four, code, sizeof four);
  return _mm512_set1_epi32(four);
}

[[PROVISO_VNNI]] void keep_reaching(const Blocks& blocks,
                                    const ProbeTest& test,
                                    __m512i product,
                                    Survivors& survivors) {
  const Index& index = blocks.index;
  const std::size_t block = blocks.begin;
  const __m512 allowance = _mm512_set1_ps(block_allowance(index.bounds(block), test, kTestMargin));
  const __m512 unit_inverse = _mm512_load_ps(index.unit_inverses(block));
  const __m512 needed =
      _mm512_sub_ps(_mm512_mul_ps(_mm512_set1_ps(test.reach), unit_inverse), allowance);
  // "Not less" is also true where a side is not a number: such a row is looked at exactly.
  const __mmask16 kept =
      _mm512_cmp_ps_mask(_mm512_maskz_cvtepi32_ps(kAllRows, product), needed, _CMP_NLT_UQ);
  if (kept == 0) return;
  alignas(64) std::array<std::int32_t, Index::kBlockRows> products;
  _mm512_store_si512(products.data(), product);
  keep(kept, block * Index::kBlockRows, products.data(), index, survivors);
}

template <std::size_t kProbes>
[[PROVISO_VNNI]] void pass_block(const Blocks& blocks,
                                 const ProbeTest* tests,
                                 Survivors* survivors) {
  const std::uint8_t* const lines = blocks.index.high(blocks.begin);
  const std::size_t octets = blocks.index.octets();
  const __m512i mask = _mm512_set1_epi8(0xF);
  __m512i sums[kProbes][2];
  for (std::size_t p = 0; p < kProbes; ++p) {
    sums[p][0] = _mm512_set1_epi32(-tests[p].high_offset);
    sums[p][1] = _mm512_setzero_si512();
  }
  for (std::size_t octet = 0; octet < octets; ++octet) {
    const __m512i line = _mm512_load_si512(lines + octet * kLine);
    const __m512i lower = _mm512_and_si512(line, mask);
    const __m512i upper = _mm512_and_si512(_mm512_srli_epi16(line, 4), mask);
    for (std::size_t p = 0; p < kProbes; ++p) {
      const std::int8_t* const code = tests[p].code + octet * Index::kOctet;
      sums[p][0] = _mm512_dpbusd_epi32(sums[p][0], lower, four_everywhere(code));
      sums[p][1] = _mm512_dpbusd_epi32(sums[p][1], upper, four_everywhere(code + kQuad));
    }
  }
  for (std::size_t p = 0; p < kProbes; ++p) {
    keep_reaching(blocks, tests[p], _mm512_add_epi32(sums[p][0], sums[p][1]), survivors[p]);
  }
}

void high(const Blocks& blocks, std::span<const ProbeTest> tests, std::span<Survivors> survivors) {
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    const Blocks one{blocks.index, block, block + 1};
    std::size_t p = 0;
    for (; p + kProbesTogether <= tests.size(); p += kProbesTogether) {
      pass_block<kProbesTogether>(one, &tests[p], &survivors[p]);
    }
    for (; p + 2 <= tests.size(); p += 2) pass_block<2>(one, &tests[p], &survivors[p]);
    if (p < tests.size()) pass_block<1>(one, &tests[p], &survivors[p]);
  }
}

// Few rows come this far, and every processor with AVX-512 has AVX2.
std::int32_t low(const std::uint8_t* low_row, const std::int8_t* code, std::size_t length) {
  return kAvx2Passes.low(low_row, code, length);
}

}  // namespace

const PassCode kAvx512VnniPasses{high, low};

}  // namespace proviso::search

#endif
