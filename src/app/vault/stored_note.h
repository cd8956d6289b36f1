#pragma once

// The record `note` of an entry: the signed note, since when it has been active, and when it was
// last compared with its source.
//
// Errors: kInvalidInput for other text. Threads: values.

#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"

namespace proviso::vault {

struct StoredNote {
  std::string note;
  std::optional<WallTime> activated_at = {};  // When the vault first saw both signatures.
  // When somebody last found it unchanged in the records it came from; absent: since it was asked.
  std::optional<WallTime> compared_at = {};
};

std::string to_text(const StoredNote& stored);
Result<StoredNote> parse_stored_note(std::string_view text);

}  // namespace proviso::vault
