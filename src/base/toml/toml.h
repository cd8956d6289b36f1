#pragma once

// TOML 1.0 as people write it in a model pack's manifest or a configuration, read strictly.
//
//   in    UTF-8. Refused beyond what TOML refuses: dates and times, inf and nan, names of fields
//         that are not is_field_name(), deeper nesting than kDepthMax
//   out   the top table; integers, doubles, booleans, strings, arrays and tables (objects). Take
//         the fields out with FieldReader (base/core/field_reader.h), which refuses unknown ones.
//
// Errors: kOverLimit for more than `bytes_max` bytes or too deep nesting; kInvalidInput for the
//         rest, naming the line or the field.
// Threads: reentrant.

#include <cstddef>
#include <string_view>

#include "base/core/result.h"
#include "base/core/value.h"

namespace proviso::toml {

inline constexpr std::size_t kDepthMax = 16;  // Tables and arrays, the top table counted.

Result<Value::Object> parse(std::string_view text, std::size_t bytes_max);

}  // namespace proviso::toml
