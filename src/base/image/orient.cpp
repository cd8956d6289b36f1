#include "base/image/orient.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/core/check.h"

namespace proviso::image {
namespace {

int modulo_four(int quarter_turns) {
  return ((quarter_turns % 4) + 4) % 4;
}

SizePx turned(SizePx size, int turns) {
  return turns % 2 == 0 ? size : SizePx{size.height, size.width};
}

std::size_t area(SizePx size) {
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

SizePx chroma_size(SizePx size) {
  return {(size.width + 1) / 2, (size.height + 1) / 2};
}

// Where the samples of a turned plane come from: the first, and the way to the next of a row and
// of a column.
struct Walk {
  std::ptrdiff_t start = 0;
  std::ptrdiff_t next_column = 0;
  std::ptrdiff_t next_row = 0;
};

Walk walk(SizePx from, std::ptrdiff_t stride, std::ptrdiff_t sample, int turns) {
  const std::ptrdiff_t right = (from.width - 1) * sample;
  const std::ptrdiff_t bottom = (from.height - 1) * stride;
  switch (turns) {
    case 1: return {bottom, -stride, sample};
    case 2: return {bottom + right, -sample, -stride};
    case 3: return {right, stride, -sample};
    default: return {0, sample, stride};
  }
}

// Copies `channels` bytes a sample; `to` is the size of the output.
void copy(const std::uint8_t* from, const Walk& walk, SizePx to, int channels, std::uint8_t* out) {
  for (int y = 0; y < to.height; ++y) {
    const std::uint8_t* at = from + walk.start + y * walk.next_row;
    for (int x = 0; x < to.width; ++x, at += walk.next_column) out = std::copy_n(at, channels, out);
  }
}

YuvPlane turn(const YuvPlane& from, SizePx size, int turns, std::uint8_t* out) {
  const SizePx to = turned(size, turns);
  copy(from.data, walk(size, from.stride_bytes, 1, turns), to, 1, out);
  return {out, to.width};
}

}  // namespace

YuvImage rotate(const YuvImage& from, int quarter_turns) {
  PROVISO_CHECK(from.size.width > 0 && from.size.height > 0);
  const int turns = modulo_four(quarter_turns);
  const SizePx chroma = chroma_size(from.size);
  auto planes = std::make_shared<std::vector<std::uint8_t>>(area(from.size) + 2 * area(chroma));
  std::uint8_t* y = planes->data();
  std::uint8_t* u = y + area(from.size);
  std::uint8_t* v = u + area(chroma);
  return {.size = turned(from.size, turns),
          .y = turn(from.y, from.size, turns, y),
          .u = turn(from.u, chroma, turns, u),
          .v = turn(from.v, chroma, turns, v),
          .matrix = from.matrix,
          .range = from.range,
          .owner = std::move(planes)};
}

BgrImage rotate(const BgrImage& from, int quarter_turns) {
  const int turns = modulo_four(quarter_turns);
  BgrImage result(turned(from.size, turns));
  PROVISO_CHECK(from.pixels.size() == result.pixels.size());
  const std::ptrdiff_t stride = std::ptrdiff_t{3} * from.size.width;
  copy(from.pixels.data(), walk(from.size, stride, 3, turns), result.size, 3, result.pixels.data());
  return result;
}

BgrImage mirror(const BgrImage& from) {
  BgrImage result(from.size);
  PROVISO_CHECK(from.pixels.size() == result.pixels.size());
  const std::ptrdiff_t stride = std::ptrdiff_t{3} * from.size.width;
  copy(from.pixels.data(), {stride - 3, -3, stride}, result.size, 3, result.pixels.data());
  return result;
}

// EXIF 2.32 4.6.4: where the first row and the first column of what is stored belong.
BgrImage upright(BgrImage stored, int orientation) {
  PROVISO_CHECK(orientation >= 1 && orientation <= 8);
  constexpr std::array<int, 9> kQuarterTurns{0, 0, 0, 2, 2, 3, 1, 1, 3};
  const bool is_mirrored =
      orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
  if (is_mirrored) stored = mirror(stored);
  const int turns = kQuarterTurns.at(static_cast<std::size_t>(orientation));
  return turns == 0 ? std::move(stored) : rotate(stored, turns);
}

}  // namespace proviso::image
