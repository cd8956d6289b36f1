#include "base/core/concat.h"

#include "base/core/hex.h"

namespace proviso {

std::string in_quotes(std::string_view text, std::size_t bytes_max) {
  std::string out = "\"";
  for (const char character : text.substr(0, bytes_max)) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += character;
    } else if (byte >= 0x20 && byte < 0x7F) {
      out += character;
    } else {
      out += "\\x";
      out += kHexDigits[byte >> 4U];
      out += kHexDigits[byte & 0x0FU];
    }
  }
  out += '"';
  if (text.size() > bytes_max) out += "...";
  return out;
}

}  // namespace proviso
