#include "base/core/hex.h"

namespace proviso {

std::string to_hex(std::span<const std::byte> bytes) {
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    hex += kHexDigits[std::to_integer<unsigned>(byte >> 4U)];
    hex += kHexDigits[std::to_integer<unsigned>(byte & std::byte{0x0F})];
  }
  return hex;
}

}  // namespace proviso
