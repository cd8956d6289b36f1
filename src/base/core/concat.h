#pragma once

// Builds messages: concat("at most ", kSlotsMax, " slots; found ", found) is one string.
//
//   in       anything a string_view can look at, integers, and characters; no floats: their
//            digits depend on the reader's purpose, so the caller chooses them
//   threads  reentrant

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace proviso {

inline constexpr std::size_t kQuotedBytesMax = 64;

// Foreign text for a message or a terminal: in double quotes, everything outside printable ASCII
// as \xNN, cut after `bytes_max` bytes with "..." to show it.
std::string in_quotes(std::string_view text, std::size_t bytes_max = kQuotedBytesMax);

namespace concat_parts {

inline void append(std::string& out, std::string_view part) {
  out += part;
}
template <std::same_as<char> Char>  // A double must not become one.
void append(std::string& out, Char part) {
  out += part;
}
template <typename Number>
  requires(std::integral<Number> && !std::same_as<Number, bool> && !std::same_as<Number, char>)
void append(std::string& out, Number part) {
  out += std::to_string(part);
}

}  // namespace concat_parts

template <typename... Parts>
std::string concat(const Parts&... parts) {
  std::string out;
  (concat_parts::append(out, parts), ...);
  return out;
}

}  // namespace proviso
