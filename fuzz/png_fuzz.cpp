#include "adapters/png/png.h"
#include "fuzz_input.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const auto file = std::as_bytes(std::span(bytes, size));
  // Pictures that are not refused by their header and yet large would be slow, and no different.
  constexpr std::size_t kWidthAt = 18;  // The lower half of each side, its higher byte first.
  constexpr std::size_t kHeightAt = 22;
  constexpr std::uint8_t kHigherMax = 3;
  if (size > kHeightAt && std::max(bytes[kWidthAt], bytes[kHeightAt]) > kHigherMax) return 0;
  const auto picture = png::decode(file);
  PROVISO_CHECK(!picture || png::is_png(file));
  if (!picture) return 0;
  const std::int64_t pixels =
      std::int64_t{picture.value().size.width} * picture.value().size.height;
  PROVISO_CHECK(pixels > 0 && pixels <= png::kPixelsMax);
  PROVISO_CHECK(picture.value().pixels.size() == static_cast<std::size_t>(pixels) * 3);
  return 0;
}
