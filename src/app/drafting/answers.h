#pragma once

// What somebody answers for an authority: a tree of tables, as in the answers file
// (docs/authority.md), with files where the authority will have their hashes. Reached by dotted
// paths ("use_case.evidence.event").
//
// Errors: kInvalidInput naming the path or the place in the file; what reading a file gives.
// Threads: reentrant.

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/policy/places.h"

namespace proviso::drafting {

inline constexpr std::size_t kAnswersBytesMax = std::size_t{1} << 20U;

// TOML, or JSON where the name ends in ".json".
Result<Value::Object> read_answers(const std::filesystem::path& file);

// Null where nothing stands at the path.
const Value* find(const Value::Object& answers, std::string_view path);

// Makes the tables on the way. Errors: kInvalidInput if something else than a table stands there.
Status set(Value::Object& answers, std::string_view path, Value value);

// "51.5007,-0.1246": latitude and longitude in degrees, at most seven decimals.
Result<policy::PlacePolygon::Corner> parse_point(std::string_view text);
// Points with ';' between them.
Result<policy::PlacePolygon> parse_polygon(std::string_view text);

}  // namespace proviso::drafting
