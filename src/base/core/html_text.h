#pragma once

// Foreign text for the inside of an HTML page: in an element or in a quoted attribute it is text.
//
// Errors: none. Threads: reentrant.

#include <string>
#include <string_view>

namespace proviso {

std::string html_text(std::string_view text);

}  // namespace proviso
