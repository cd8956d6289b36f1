#include "base/json/string_literal.h"

#include "base/core/hex.h"

namespace proviso::json {

void append_string_literal(std::string& out, std::string_view text) {
  out += '"';
  for (const char character : text) {
    switch (character) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (const auto byte = static_cast<unsigned char>(character); byte < 0x20) {
          out += "\\u00";
          out += kHexDigits[byte >> 4U];
          out += kHexDigits[byte & 0x0FU];
        } else {
          out += character;
        }
    }
  }
  out += '"';
}

}  // namespace proviso::json
