#include "base/image/exif.h"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace proviso::image {
namespace {

using Bytes = std::span<const std::byte>;

// Numbers of the byte order that a TIFF header declares.
class TiffReader {
 public:
  TiffReader(Bytes tiff, bool is_little) : tiff_(tiff), is_little_(is_little) {}

  std::optional<std::uint32_t> number(std::size_t at, std::size_t size) const {
    if (at > tiff_.size() || tiff_.size() - at < size) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t next = is_little_ ? size - 1 - i : i;
      value = value << 8 | std::to_integer<std::uint32_t>(tiff_[at + next]);
    }
    return value;
  }

 private:
  Bytes tiff_;
  bool is_little_;
};

bool begins_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

}  // namespace

std::optional<int> exif_orientation(Bytes tiff) {
  constexpr std::uint32_t kEntriesMax = 512;
  constexpr std::size_t kEntryBytes = 12;
  constexpr std::uint32_t kOrientationTag = 0x0112;
  constexpr std::uint32_t kShort = 3;
  const bool is_little = begins_with(tiff, "II");
  if (!is_little && !begins_with(tiff, "MM")) return std::nullopt;
  const TiffReader reader(tiff, is_little);
  const auto directory = reader.number(4, 4);
  if (!directory) return std::nullopt;
  const auto entries = reader.number(*directory, 2);
  if (!entries || *entries > kEntriesMax) return std::nullopt;
  for (std::size_t i = 0; i < *entries; ++i) {
    const std::size_t at = std::size_t{*directory} + 2 + i * kEntryBytes;
    if (reader.number(at, 2) != kOrientationTag || reader.number(at + 2, 2) != kShort) continue;
    const auto value = reader.number(at + 8, 2);
    if (value && *value >= 1 && *value <= 8) return static_cast<int>(*value);
  }
  return std::nullopt;
}

}  // namespace proviso::image
