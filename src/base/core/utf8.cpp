#include "base/core/utf8.h"

#include <cstdint>
#include <optional>

namespace proviso {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

struct Form {
  std::size_t length;
  std::uint32_t smallest;  // Smaller code points have a shorter form.
  std::uint32_t head_mask;
};

constexpr Range kSurrogates{0xD800, 0xDFFF};
constexpr std::uint32_t kCodePointMax = 0x10FFFF;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr Range kUnprintable[] = {
    {0x0000, 0x001F},  // C0 controls.
    {0x007F, 0x009F},  // DEL and C1 controls.
    {0x2028, 0x202E},  // Line and paragraph separators; embeddings and overrides of direction.
    {0x2066, 0x2069},  // Isolates of direction.
    {0xFDD0, 0xFDEF},  // Noncharacters.
    {0xFEFF, 0xFEFF},  // Byte order mark.
};

bool contains(Range range, std::uint32_t code_point) {
  return code_point >= range.first && code_point <= range.last;
}

std::optional<Form> form_of(unsigned char head) {
  if (head < 0x80) return Form{1, 0, 0x7F};
  if (head >= 0xC0 && head < 0xE0) return Form{2, 0x80, 0x1F};
  if (head >= 0xE0 && head < 0xF0) return Form{3, 0x800, 0x0F};
  if (head >= 0xF0 && head < 0xF8) return Form{4, 0x10000, 0x07};
  return std::nullopt;
}

// Takes the first code point off `text`; nothing if what stands there is not UTF-8.
std::optional<std::uint32_t> take_code_point(std::string_view& text) {
  const auto head = static_cast<unsigned char>(text.front());
  const auto form = form_of(head);
  if (!form || text.size() < form->length) return std::nullopt;
  std::uint32_t code_point = head & form->head_mask;
  for (const char character : text.substr(1, form->length - 1)) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte & 0xC0U) != 0x80U) return std::nullopt;
    code_point = code_point << 6U | (byte & 0x3FU);
  }
  if (code_point < form->smallest || code_point > kCodePointMax) return std::nullopt;
  if (contains(kSurrogates, code_point)) return std::nullopt;
  text.remove_prefix(form->length);
  return code_point;
}

bool is_printable(std::uint32_t code_point) {
  if ((code_point & 0xFFFEU) == 0xFFFEU) return false;  // The last two of every plane.
  for (const Range& range : kUnprintable) {
    if (contains(range, code_point)) return false;
  }
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_code_point(text)) return false;
  }
  return true;
}

std::string with_replacements(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    if (take_code_point(text)) {
      out += before.substr(0, before.size() - text.size());
    } else {
      out += kReplacement;
      text.remove_prefix(1);
    }
  }
  return out;
}

bool is_printable_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return false;
  while (!text.empty()) {
    const auto code_point = take_code_point(text);
    if (!code_point || !is_printable(*code_point)) return false;
  }
  return true;
}

}  // namespace proviso
