#include "safeguards/officers/document.h"

#include "base/core/concat.h"
#include "base/core/utf8.h"
#include "base/json/json.h"

namespace proviso::officers {
namespace {

constexpr std::size_t kDepthMax = 4;
constexpr std::size_t kMembersMax = 4096;

}  // namespace

std::string document_of(std::string_view first_line, const Value& body) {
  return concat(first_line, '\n', json::to_canonical(body), '\n');
}

Result<Value> body_of(std::string_view text, std::string_view first_line) {
  const std::string start = concat(first_line, '\n');
  if (!text.starts_with(start)) {
    return Error{ErrorCode::kInvalidInput,
                 concat("the first line must be ",
                        first_line,
                        "; found ",
                        in_quotes(text.substr(0, text.find('\n'))),
                        "; check that it is the right file")};
  }
  text.remove_prefix(start.size());
  if (text.find('\n') + 1 != text.size()) return not_canonical(first_line);
  text.remove_suffix(1);
  return json::parse(
      text, {.bytes_max = kDocumentBytesMax, .depth_max = kDepthMax, .members_max = kMembersMax});
}

Error not_canonical(std::string_view first_line) {
  return Error{ErrorCode::kInvalidInput,
               concat(first_line,
                      " is followed by one line of canonical JSON (RFC 8785); found another form; "
                      "take the file as `proviso` wrote it")};
}

bool is_words(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' &&
         text.find("  ") == std::string_view::npos && is_printable_utf8(text, bytes_max);
}

Result<std::string> words_of(FieldReader& reader, std::string_view name, std::size_t bytes_max) {
  PROVISO_TRY(auto words, reader.string(name, bytes_max));
  if (is_words(words, bytes_max)) return words;
  return reader.refused(
      name, concat("1 to ", bytes_max, " bytes of printable text with single spaces inside"));
}

}  // namespace proviso::officers
