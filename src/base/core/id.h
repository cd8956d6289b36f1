#pragma once

// Ids that people type and files carry: 1 to 64 characters of [a-z0-9._-], starting with a letter
// or a digit. The tag keeps a camera's id from passing for an entry's. Safe in a file name (no
// separator, never "." or "..") and in a log line.

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace proviso {

inline constexpr std::size_t kIdLengthMax = 64;

// Errors: kInvalidInput; `what` names the thing in the message ("camera id").
Result<std::string> checked_id(std::string_view text, std::string_view what);

template <typename Tag>
class Id {
 public:
  // Errors: kInvalidInput if `text` is not of the form above.
  static Result<Id> parse(std::string_view text) {
    PROVISO_TRY(auto checked, checked_id(text, Tag::kName));
    return Id{std::move(checked)};
  }

  const std::string& text() const { return text_; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct CameraTag {
  static constexpr std::string_view kName = "camera id";
};
struct EntryTag {
  static constexpr std::string_view kName = "entry id";
};
struct AlertTag {
  static constexpr std::string_view kName = "alert id";
};

using CameraId = Id<CameraTag>;
using EntryId = Id<EntryTag>;
using AlertId = Id<AlertTag>;

}  // namespace proviso
