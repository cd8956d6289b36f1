#include "adapters/png/png.h"

#include <spng.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "base/core/concat.h"
#include "base/image/exif.h"
#include "base/image/orient.h"
#include "base/image/photograph_limit.h"

namespace proviso::png {
namespace {

// PNG (ISO/IEC 15948) 5.2.
constexpr std::array<unsigned char, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::size_t kChannels = 4;
constexpr std::uint8_t kOpaque = 255;

struct Free {
  void operator()(spng_ctx* context) const noexcept { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, Free>;

Error damaged(int code) {
  return {ErrorCode::kInvalidInput,
          concat("the photograph is damaged or cut off (",
                 in_quotes(spng_strerror(code)),
                 "); copy the file again, or save it again with an image editor")};
}

Result<image::SizePx> size_of(spng_ctx* context) {
  spng_ihdr header{};
  if (const int code = spng_get_ihdr(context, &header); code != SPNG_OK) return damaged(code);
  const std::uint32_t side = std::max(header.width, header.height);
  if (side > kSidePxMax) return image::over_limit("pixels a side", side, kSidePxMax);
  const std::int64_t pixels = std::int64_t{header.width} * header.height;
  if (pixels > kPixelsMax) return image::over_limit("pixels", pixels, kPixelsMax);
  return image::SizePx{static_cast<int>(header.width), static_cast<int>(header.height)};
}

// To the end of the file.
Result<image::BgrImage> decode_stored(spng_ctx* context, image::SizePx size) {
  const auto pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  std::vector<std::uint8_t> rgba(pixels * kChannels);
  int code = spng_decode_image(context, rgba.data(), rgba.size(), SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
  if (code == SPNG_OK) code = spng_decode_chunks(context);
  if (code != SPNG_OK) return damaged(code);
  image::BgrImage picture(size);
  for (std::size_t n = 0; n < pixels; ++n) {
    const std::uint8_t* const from = rgba.data() + n * kChannels;
    if (from[3] != kOpaque) {
      return Error{ErrorCode::kInvalidInput,
                   "the photograph is not opaque: what is seen there depends on the viewer; save "
                   "it without transparency"};
    }
    std::reverse_copy(from, from + 3, picture.pixels.data() + n * 3);
  }
  return picture;
}

// Once every chunk is read: it may stand behind the pixels.
int orientation_of(spng_ctx* context) {
  spng_exif exif{};
  if (spng_get_exif(context, &exif) != SPNG_OK) return 1;
  return image::exif_orientation(std::as_bytes(std::span(exif.data, exif.length))).value_or(1);
}

}  // namespace

bool is_png(std::span<const std::byte> file) {
  return file.size() >= kSignature.size() &&
         std::ranges::equal(file.first(kSignature.size()), std::as_bytes(std::span(kSignature)));
}

Result<image::BgrImage> decode(std::span<const std::byte> file) {
  if (!is_png(file)) {
    return Error{ErrorCode::kInvalidInput, "this is not a PNG photograph; save it as JPEG or PNG"};
  }
  const auto bytes = static_cast<std::int64_t>(file.size());
  if (bytes > std::int64_t{kBytesMax}) return image::over_limit("bytes", bytes, kBytesMax);
  const Context context(spng_ctx_new(0));
  if (context == nullptr) {
    return Error{ErrorCode::kUnavailable, "the PNG library did not start: there is no memory"};
  }
  spng_set_chunk_limits(context.get(), kChunkBytesMax, kChunkBytesMax);
  if (const int code = spng_set_png_buffer(context.get(), file.data(), file.size()); code != 0) {
    return damaged(code);
  }
  PROVISO_TRY(const image::SizePx size, size_of(context.get()));
  PROVISO_TRY(auto stored, decode_stored(context.get(), size));
  return image::upright(std::move(stored), orientation_of(context.get()));
}

}  // namespace proviso::png
