#pragma once

// Text from outside: whether it is UTF-8 (RFC 3629, Unicode 15 table 3-7) and whether it can be
// shown to an operator without acting on the terminal or on the text around it.
//
// Threads: reentrant.

#include <cstddef>
#include <string>
#include <string_view>

namespace proviso {

// No overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// The text with U+FFFD for every byte that is not part of UTF-8; for output that must not fail.
std::string with_replacements(std::string_view text);

// UTF-8 of at most `bytes_max` bytes without control characters (C0, DEL, C1), line and paragraph
// separators, byte order marks, noncharacters, and the marks that turn the direction of the text
// around them (U+202A-202E, U+2066-2069). The empty text is printable.
bool is_printable_utf8(std::string_view text, std::size_t bytes_max);

}  // namespace proviso
