#pragma once

// The one way in which this folder writes a JSON string (RFC 8785 section 3.2.2.2).
//
// Threads: reentrant.

#include <string>
#include <string_view>

namespace proviso::json {

// Appends `text`, which is UTF-8, in double quotes; escapes only what JSON demands.
void append_string_literal(std::string& out, std::string_view text);

}  // namespace proviso::json
