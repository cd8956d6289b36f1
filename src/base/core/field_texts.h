#pragma once

// Fields whose text has a form of its own, as every format of ours writes it.
//
//   read_id    1 to kIdLengthMax of a-z 0-9 . _ -, a letter or digit first (base/core/id.h)
//   read_time  UTC by RFC 3339 (base/core/clock.h)
//
// Errors: those of FieldReader::string() and FieldReader::refused(). Threads: as the reader.

#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/field_reader.h"
#include "base/core/result.h"

namespace proviso {

Result<std::string> read_id(FieldReader& reader, std::string_view name);
Result<WallTime> read_time(FieldReader& reader, std::string_view name);

}  // namespace proviso
