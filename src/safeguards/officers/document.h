#pragma once

// The texts that a site's keys sign here: a first line that says what it is, and one line of
// canonical JSON.
//
// Threads: reentrant.

#include <string>
#include <string_view>

#include "base/core/field_reader.h"
#include "base/core/result.h"
#include "base/core/value.h"

namespace proviso::officers {

inline constexpr std::size_t kDocumentBytesMax = std::size_t{224} * 1024;

std::string document_of(std::string_view first_line, const Value& body);

// The body. That it is canonical the caller sees by writing what was read again.
// Errors: kInvalidInput for another first line or anything but one line of JSON; kOverLimit over
//         kDocumentBytesMax.
Result<Value> body_of(std::string_view text, std::string_view first_line);

// The error for a body that is not as document_of() writes it.
Error not_canonical(std::string_view first_line);

// Text that people read: printable, 1 to `bytes_max` bytes, no space at an end and no two together.
bool is_words(std::string_view text, std::size_t bytes_max);
Result<std::string> words_of(FieldReader& reader, std::string_view name, std::size_t bytes_max);

}  // namespace proviso::officers
