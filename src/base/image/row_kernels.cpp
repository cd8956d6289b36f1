#include "base/image/row_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#define PROVISO_AVX2 __attribute__((target("avx2")))
#endif

namespace proviso::image {
namespace {

// After the multiplications every term has five fraction bits.
constexpr int kTermBits = 5;
constexpr int kTermHalf = 1 << (kTermBits - 1);
constexpr int kLumaShift = 7;
constexpr int kChromaShift = 8;
constexpr int kChromaMiddle = 128;

void halve_portable(const std::uint8_t* upper,
                    const std::uint8_t* lower,
                    std::uint8_t* out,
                    int count) {
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const int sum = upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1];
    out[i] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

// Inlined into a function of each target, so that the compiler vectorises it for each.
[[gnu::always_inline]] inline void accumulate_row(const std::uint8_t* row,
                                                  std::uint16_t weight,
                                                  std::uint32_t* sums,
                                                  int count) {
  for (int i = 0; i < count; ++i) sums[i] += std::uint32_t{row[i]} * weight;
}

void accumulate_portable(const std::uint8_t* row,
                         std::uint16_t weight,
                         std::uint32_t* sums,
                         int count) {
  accumulate_row(row, weight, sums, count);
}

void weigh_four_portable(const std::int16_t* values,
                         const FourTaps* taps,
                         std::uint8_t* out,
                         int count) {
  for (int i = 0; i < count; ++i) {
    const FourTaps& tap = taps[i];
    std::int32_t sum = tap.added;
    for (int k = 0; k < 4; ++k) {
      sum += values[tap.first + k] * tap.weights[static_cast<std::size_t>(k)];
    }
    out[i] = static_cast<std::uint8_t>(sum >> kTapsBits);
  }
}

// The rounding product of SSSE3's pmulhrsw.
int scaled(int value, std::int16_t weight) {
  return (value * weight + 0x4000) >> 15;
}

std::uint8_t byte_of(int term) {
  return static_cast<std::uint8_t>(std::clamp((term + kTermHalf) >> kTermBits, 0, 255));
}

void bgr_from_yuv_portable(const YuvRows& rows,
                           const ColourWeights& weights,
                           std::uint8_t* out,
                           int count) {
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const int y = scaled((rows.y[i] - weights.black) * (1 << kLumaShift), weights.luma);
    const int u = (rows.u[i] - kChromaMiddle) * (1 << kChromaShift);
    const int v = (rows.v[i] - kChromaMiddle) * (1 << kChromaShift);
    out[3 * i] = byte_of(y + scaled(u, weights.blue_from_u));
    out[3 * i + 1] = byte_of(y - scaled(u, weights.green_from_u) - scaled(v, weights.green_from_v));
    out[3 * i + 2] = byte_of(y + scaled(v, weights.red_from_v));
  }
}

constexpr RowKernels kPortable{.halve = halve_portable,
                               .accumulate = accumulate_portable,
                               .weigh_four = weigh_four_portable,
                               .bgr_from_yuv = bgr_from_yuv_portable};

#if defined(PROVISO_AVX2)

__m128i* lanes(std::uint8_t* at) {
  return reinterpret_cast<__m128i*>(at);
}
const __m128i* lanes(const std::uint8_t* at) {
  return reinterpret_cast<const __m128i*>(at);
}

PROVISO_AVX2 __m256i pair_sums(const std::uint8_t* row) {
  const __m256i samples = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row));
  return _mm256_maddubs_epi16(samples, _mm256_set1_epi8(1));
}

PROVISO_AVX2 void halve_avx2(const std::uint8_t* upper,
                             const std::uint8_t* lower,
                             std::uint8_t* out,
                             int count) {
  const __m256i two = _mm256_set1_epi16(2);
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i sums = _mm256_add_epi16(pair_sums(upper + 2 * std::ptrdiff_t{i}),
                                          pair_sums(lower + 2 * std::ptrdiff_t{i}));
    const __m256i means = _mm256_srli_epi16(_mm256_add_epi16(sums, two), 2);
    _mm_storeu_si128(
        lanes(out + i),
        _mm_packus_epi16(_mm256_castsi256_si128(means), _mm256_extracti128_si256(means, 1)));
  }
  halve_portable(upper + 2 * std::ptrdiff_t{i}, lower + 2 * std::ptrdiff_t{i}, out + i, count - i);
}

PROVISO_AVX2 void accumulate_avx2(const std::uint8_t* row,
                                  std::uint16_t weight,
                                  std::uint32_t* sums,
                                  int count) {
  accumulate_row(row, weight, sums, count);
}

PROVISO_AVX2 __m128i four_words(const std::int16_t* at) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
}

// Half sums of two outputs: a0 + a1, a2 + a3, b0 + b1, b2 + b3.
PROVISO_AVX2 __m128i half_sums(const std::int16_t* values, const FourTaps& a, const FourTaps& b) {
  const __m128i both_values =
      _mm_unpacklo_epi64(four_words(values + a.first), four_words(values + b.first));
  const __m128i both_weights =
      _mm_unpacklo_epi64(four_words(a.weights.data()), four_words(b.weights.data()));
  return _mm_madd_epi16(both_values, both_weights);
}

PROVISO_AVX2 void weigh_four_avx2(const std::int16_t* values,
                                  const FourTaps* taps,
                                  std::uint8_t* out,
                                  int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    const FourTaps* at = taps + i;
    const __m128i added = _mm_setr_epi32(at[0].added, at[1].added, at[2].added, at[3].added);
    const __m128i sums =
        _mm_hadd_epi32(half_sums(values, at[0], at[1]), half_sums(values, at[2], at[3]));
    const __m128i results = _mm_srli_epi32(_mm_add_epi32(sums, added), kTapsBits);
    const __m128i bytes = _mm_packus_epi16(_mm_packus_epi32(results, results), results);
    const int four = _mm_cvtsi128_si32(bytes);
    std::memcpy(out + i, &four, sizeof four);
  }
  weigh_four_portable(values, taps + i, out + i, count - i);
}

PROVISO_AVX2 __m256i words(const std::uint8_t* row) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(lanes(row)));
}

PROVISO_AVX2 __m128i bytes_of(__m256i terms) {
  const __m256i rounded =
      _mm256_srai_epi16(_mm256_add_epi16(terms, _mm256_set1_epi16(kTermHalf)), kTermBits);
  return _mm_packus_epi16(_mm256_castsi256_si128(rounded), _mm256_extracti128_si256(rounded, 1));
}

// For each of 3 x 16 output bytes, which of 16 pixels a channel puts there; -1 for none.
using Placement = std::array<std::array<std::int8_t, 16>, 3>;

constexpr Placement placement(int channel) {
  Placement result{};
  for (int i = 0; i < 48; ++i) {
    const bool is_ours = i % 3 == channel;
    result[static_cast<std::size_t>(i / 16)][static_cast<std::size_t>(i % 16)] =
        is_ours ? static_cast<std::int8_t>(i / 3) : std::int8_t{-1};
  }
  return result;
}

constexpr std::array<Placement, 3> kPlacements{placement(0), placement(1), placement(2)};

PROVISO_AVX2 __m128i placed(__m128i channel, const std::array<std::int8_t, 16>& where) {
  return _mm_shuffle_epi8(channel, _mm_loadu_si128(reinterpret_cast<const __m128i*>(where.data())));
}

PROVISO_AVX2 void store_interleaved(__m128i blue, __m128i green, __m128i red, std::uint8_t* out) {
  for (std::size_t third = 0; third < 3; ++third) {
    const __m128i mixed = _mm_or_si128(
        _mm_or_si128(placed(blue, kPlacements[0][third]), placed(green, kPlacements[1][third])),
        placed(red, kPlacements[2][third]));
    _mm_storeu_si128(lanes(out + 16 * third), mixed);
  }
}

PROVISO_AVX2 void bgr_from_yuv_avx2(const YuvRows& rows,
                                    const ColourWeights& weights,
                                    std::uint8_t* out,
                                    int count) {
  const __m256i black = _mm256_set1_epi16(weights.black);
  const __m256i middle = _mm256_set1_epi16(kChromaMiddle);
  const __m256i luma = _mm256_set1_epi16(weights.luma);
  const __m256i red_v = _mm256_set1_epi16(weights.red_from_v);
  const __m256i green_u = _mm256_set1_epi16(weights.green_from_u);
  const __m256i green_v = _mm256_set1_epi16(weights.green_from_v);
  const __m256i blue_u = _mm256_set1_epi16(weights.blue_from_u);
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i y = _mm256_mulhrs_epi16(
        _mm256_slli_epi16(_mm256_sub_epi16(words(rows.y + i), black), kLumaShift), luma);
    const __m256i u = _mm256_slli_epi16(_mm256_sub_epi16(words(rows.u + i), middle), kChromaShift);
    const __m256i v = _mm256_slli_epi16(_mm256_sub_epi16(words(rows.v + i), middle), kChromaShift);
    const __m256i blue = _mm256_add_epi16(y, _mm256_mulhrs_epi16(u, blue_u));
    const __m256i green = _mm256_sub_epi16(_mm256_sub_epi16(y, _mm256_mulhrs_epi16(u, green_u)),
                                           _mm256_mulhrs_epi16(v, green_v));
    const __m256i red = _mm256_add_epi16(y, _mm256_mulhrs_epi16(v, red_v));
    store_interleaved(bytes_of(blue), bytes_of(green), bytes_of(red), out + 3 * std::ptrdiff_t{i});
  }
  bgr_from_yuv_portable(
      {rows.y + i, rows.u + i, rows.v + i}, weights, out + 3 * std::ptrdiff_t{i}, count - i);
}

constexpr RowKernels kAvx2{.halve = halve_avx2,
                           .accumulate = accumulate_avx2,
                           .weigh_four = weigh_four_avx2,
                           .bgr_from_yuv = bgr_from_yuv_avx2};

#endif

}  // namespace

ColourWeights colour_weights(YuvMatrix matrix, YuvRange range) {
  const bool is_601 = matrix == YuvMatrix::kBt601;
  const bool is_full = range == YuvRange::kFull;
  const double red = is_601 ? 0.299 : 0.2126;
  const double blue = is_601 ? 0.114 : 0.0722;
  const double green = 1 - red - blue;
  const double luma_gain = is_full ? 1.0 : 255.0 / 219.0;
  const double chroma_gain = is_full ? 1.0 : 255.0 / 224.0;
  const auto fixed = [](double value, int bits) {
    return static_cast<std::int16_t>(std::lround(std::ldexp(value, bits)));
  };
  const auto chroma = [&](double value) { return fixed(value * chroma_gain, 12); };
  return {.black = static_cast<std::int16_t>(is_full ? 0 : 16),
          .luma = fixed(luma_gain, 13),
          .red_from_v = chroma(2 * (1 - red)),
          .green_from_u = chroma(2 * blue * (1 - blue) / green),
          .green_from_v = chroma(2 * red * (1 - red) / green),
          .blue_from_u = chroma(2 * (1 - blue))};
}

const RowKernels& portable_row_kernels() {
  return kPortable;
}

const RowKernels& row_kernels() {
#if defined(PROVISO_AVX2)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (has_avx2) return kAvx2;
#endif
  return kPortable;
}

}  // namespace proviso::image
