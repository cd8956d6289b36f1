#include "adapters/jpeg/jpeg.h"
#include "adapters/jpeg/markers.h"
#include "fuzz_input.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const auto file = std::as_bytes(std::span(bytes, size));
  const auto survey = jpeg::survey(file);
  if (!survey) {
    PROVISO_CHECK(!jpeg::decode(file));
    return 0;
  }
  const auto [stored, orientation, scans] = survey.value();
  const std::int64_t pixels = std::int64_t{stored.width} * stored.height;
  PROVISO_CHECK(pixels > 0 && pixels <= jpeg::kPixelsMax && scans >= 1 && scans <= jpeg::kScansMax);
  PROVISO_CHECK(orientation >= 1 && orientation <= 8);
  constexpr std::int64_t kWorkMax = 4'000'000;  // Larger ones would be slow, and no different.
  if (pixels * scans > kWorkMax) return 0;
  const auto picture = jpeg::decode(file);
  if (!picture) return 0;
  const image::SizePx turned{stored.height, stored.width};
  PROVISO_CHECK(picture.value().size == (orientation <= 4 ? stored : turned));
  return 0;
}
