#include "app/site/erased_entries.h"

#include <string>
#include <string_view>

#include "base/core/concat.h"
#include "base/core/file.h"

namespace proviso::site {
namespace {

Result<std::string> text_of(const std::filesystem::path& file) {
  auto text = read_text_file(file, kErasedBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

Result<std::set<EntryId>> parse(const std::filesystem::path& file, std::string_view text) {
  std::set<EntryId> entries;
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = text.find('\n');
    auto id = EntryId::parse(text.substr(0, end));
    if (!id || end == std::string_view::npos) {
      return Error{ErrorCode::kInvalidInput,
                   concat(in_quotes(file.native()),
                          ": line ",
                          line,
                          " must be an entry's id and end with a line feed; restore the file: the "
                          "log's leaves entry_erased name them all")};
    }
    entries.insert(std::move(id).value());
    text.remove_prefix(end + 1);
  }
  return entries;
}

}  // namespace

Result<std::set<EntryId>> read_erased(const std::filesystem::path& file) {
  PROVISO_TRY(const auto text, text_of(file));
  return parse(file, text);
}

Status add_erased(const std::filesystem::path& file, std::span<const EntryId> entries) {
  PROVISO_TRY(auto text, text_of(file));
  PROVISO_TRY(auto known, parse(file, text));
  for (const EntryId& entry : entries) {
    if (known.insert(entry).second) text += concat(entry.text(), '\n');
  }
  if (text.size() > kErasedBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat(in_quotes(file.native()),
                        " has at most ",
                        kErasedBytesMax,
                        " bytes; take out ids that no sealed list holds any more")};
  }
  return write_file_durably(file, text);
}

}  // namespace proviso::site
