#pragma once

// A field that holds a SHA-256, as every format of ours writes it: 64 lower-case digits.
//
// Errors: those of FieldReader::string() and FieldReader::refused(). Threads: as the reader.

#include <string_view>

#include "base/core/field_reader.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"

namespace proviso::crypto {

Result<Digest> read_digest(FieldReader& reader, std::string_view name);

}  // namespace proviso::crypto
