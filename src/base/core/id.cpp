#include "base/core/id.h"

#include <algorithm>

#include "base/core/concat.h"

namespace proviso {
namespace {

bool is_lower_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

bool may_follow(char character) {
  return is_lower_or_digit(character) || character == '.' || character == '_' || character == '-';
}

bool starts_with_vowel(std::string_view word) {
  return !word.empty() && std::string_view("aeiou").find(word.front()) != std::string_view::npos;
}

}  // namespace

Result<std::string> checked_id(std::string_view text, std::string_view what) {
  const bool good = !text.empty() && text.size() <= kIdLengthMax &&
                    is_lower_or_digit(text.front()) && std::ranges::all_of(text, may_follow);
  if (good) return std::string(text);
  return Error{ErrorCode::kInvalidInput,
               concat(starts_with_vowel(what) ? "an " : "a ",
                      what,
                      " is 1 to ",
                      kIdLengthMax,
                      " characters of a-z, 0-9, '.', '_' and '-', and starts with a letter or a "
                      "digit; found ",
                      in_quotes(text),
                      " of ",
                      text.size(),
                      " bytes; choose another ",
                      what)};
}

}  // namespace proviso
