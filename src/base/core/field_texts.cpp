#include "base/core/field_texts.h"

#include "base/core/id.h"

namespace proviso {
namespace {

constexpr std::size_t kTextBytesMax = 128;  // Above any of the forms, so that they are named.

}  // namespace

Result<std::string> read_id(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(auto text, reader.string(name, kTextBytesMax));
  if (!checked_id(text, name)) {
    return reader.refused(name, "1 to 64 of a-z 0-9 . _ -, a letter or digit first");
  }
  return text;
}

Result<WallTime> read_time(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto text, reader.string(name, kTextBytesMax));
  auto time = parse_rfc3339(text);
  if (!time) return reader.refused(name, "a UTC time such as 2026-11-24T08:30:00Z");
  return time;
}

}  // namespace proviso
