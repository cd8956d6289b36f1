#include "app/enrolment/photograph.h"

#include <algorithm>
#include <string>

#include "adapters/jpeg/jpeg.h"
#include "adapters/png/png.h"
#include "base/image/resample.h"

namespace proviso::enrolment {

Result<image::YuvImage> decode_planes(std::span<const std::byte> file) {
  if (!png::is_png(file)) return jpeg::decode_planes(file);
  PROVISO_TRY(const image::BgrImage decoded, png::decode(file));
  return image::to_yuv(decoded);
}

bool has_photograph_ending(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

}  // namespace proviso::enrolment
