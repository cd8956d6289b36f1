#include "app/vault/stored_note.h"

#include "base/core/field_reader.h"
#include "base/core/field_texts.h"
#include "base/json/json.h"
#include "safeguards/note/signed_note.h"

namespace proviso::vault {

std::string to_text(const StoredNote& stored) {
  Value::Object fields{{"note", stored.note}};
  if (stored.activated_at) fields.emplace("activated_at", to_rfc3339(*stored.activated_at));
  if (stored.compared_at) fields.emplace("compared_at", to_rfc3339(*stored.compared_at));
  return json::to_canonical(fields);
}

Result<StoredNote> parse_stored_note(std::string_view text) {
  PROVISO_TRY(const auto value, json::parse(text, {}));
  PROVISO_TRY(auto reader, FieldReader::of(value, "stored note"));
  StoredNote stored;
  PROVISO_TRY(stored.note, reader.string("note", note::kNoteBytesMax));
  if (reader.has("activated_at")) {
    PROVISO_TRY(stored.activated_at, read_time(reader, "activated_at"));
  }
  if (reader.has("compared_at")) {
    PROVISO_TRY(stored.compared_at, read_time(reader, "compared_at"));
  }
  PROVISO_TRY_DONE(reader.finish());
  return stored;
}

}  // namespace proviso::vault
