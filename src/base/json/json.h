#pragma once

// JSON as Proviso signs and stores it: a strict subset of RFC 8259 in, RFC 8785 (JCS) out.
//
//   in    one value of null, booleans, integers, strings, arrays, objects. Refused: field names
//         that are doubled or not is_field_name(), numbers with a fraction or an exponent, "-0",
//         integers of 2^53 or more either way, text that is not UTF-8, a byte order mark,
//         comments, anything after the value
//   out   one line, names sorted, no white space, the fewest escapes: the same tree is always the
//         same bytes
//
// Lines of output, which may carry decimals: base/json/line.h.
// Errors: kOverLimit beyond Limits; kInvalidInput for the rest, naming the place
// ("$.cameras[2].id"). Threads: reentrant.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/value.h"

namespace proviso::json {

struct Limits {
  std::size_t bytes_max = std::size_t{1} << 20U;
  std::size_t depth_max = 16;        // Arrays and objects inside each other, the outermost counted.
  std::size_t members_max = 10'000;  // Fields and elements, in all.
};

inline constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53U) - 1;  // And its negative.

Result<Value> parse(std::string_view text, const Limits& limits);

// PROVISO_CHECK: what parse() would refuse; foreign text is checked (base/core/utf8.h) before it
// goes into a Value.
std::string to_canonical(const Value& value);

}  // namespace proviso::json
