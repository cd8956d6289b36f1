#include "base/crypto/sha_extensions.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/core/check.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace proviso::crypto {

#if defined(__x86_64__)
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kGroups = 16;  // Of four rounds.

using Words = std::array<std::uint32_t, 8>;

// FIPS 180-4, sections 5.3.3 and 4.2.2.
constexpr Words kStart{
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
// clang-format off
alignas(16) constexpr std::array<std::uint32_t, 64> kRounds{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
// clang-format on

bool ask_processor() {
  constexpr unsigned kSsse3 = 1U << 9U;
  constexpr unsigned kSse41 = 1U << 19U;
  constexpr unsigned kSha = 1U << 29U;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return false;
  if ((ecx & kSsse3) == 0 || (ecx & kSse41) == 0) return false;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & kSha) != 0;
}

// The instructions keep the state as the words A B E F and C D G H.
__attribute__((target("sha,sse4.1,ssse3"))) void add_blocks(Words& state,
                                                            const std::byte* bytes,
                                                            std::size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  auto* const words = reinterpret_cast<__m128i*>(state.data());
  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);

  for (; blocks > 0; --blocks, bytes += kBlockBytes) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    const auto* const message = reinterpret_cast<const __m128i*>(bytes);
    const auto* const rounds = reinterpret_cast<const __m128i*>(kRounds.data());
    __m128i schedule[kGroups];  // NOLINT(modernize-avoid-c-arrays): an array drops attributes.
#pragma GCC unroll 16
    for (std::size_t group = 0; group < kGroups; ++group) {
      if (group < 4) {
        schedule[group] = _mm_shuffle_epi8(_mm_loadu_si128(message + group), big_endian);
      } else {
        const __m128i sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(schedule[group - 4], schedule[group - 3]),
                          _mm_alignr_epi8(schedule[group - 1], schedule[group - 2], 4));
        schedule[group] = _mm_sha256msg2_epu32(sum, schedule[group - 1]);
      }
      const __m128i added = _mm_add_epi32(schedule[group], _mm_load_si128(rounds + group));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128(words, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace

bool has_sha_extensions() {
  static const bool has = ask_processor();
  return has;
}

Digest sha256_by_extensions(std::span<const std::byte> bytes) {
  PROVISO_CHECK(has_sha_extensions());
  Words state = kStart;
  const std::size_t whole = bytes.size() / kBlockBytes;
  add_blocks(state, bytes.data(), whole);

  // The rest, one set bit, zeros, and the length in bits, big-endian: one block or two.
  std::array<std::byte, 2 * kBlockBytes> last{};
  const std::span<const std::byte> rest = bytes.subspan(whole * kBlockBytes);
  std::ranges::copy(rest, last.begin());
  last[rest.size()] = std::byte{0x80};
  const std::size_t blocks = rest.size() + 1 + kLengthBytes <= kBlockBytes ? 1 : 2;
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (std::size_t byte = 0; byte < kLengthBytes; ++byte) {
    last[blocks * kBlockBytes - 1 - byte] = static_cast<std::byte>(bits >> (8 * byte));
  }
  add_blocks(state, last.data(), blocks);

  Digest digest;
  for (std::size_t byte = 0; byte < digest.bytes.size(); ++byte) {
    digest.bytes[byte] = static_cast<std::uint8_t>(state[byte / 4] >> (8 * (3 - byte % 4)));
  }
  return digest;
}

#else

bool has_sha_extensions() {
  return false;
}

Digest sha256_by_extensions(std::span<const std::byte>) {
  PROVISO_CHECK(has_sha_extensions());
  return {};
}

#endif

}  // namespace proviso::crypto
