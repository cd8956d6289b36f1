#pragma once

// Enumerations as the words that stand in files: `words` in the order of the enumerators.
//
// Errors: kInvalidInput naming the words that exist. Threads: reentrant.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/result.h"

namespace proviso::policy {

template <typename Enum>
std::string_view word_of(std::span<const std::string_view> words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  PROVISO_CHECK(index < words.size());
  return words[index];
}

inline std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out += concat(out.empty() ? "" : ", ", word);
  return out;
}

// `what` names the thing with its article in the message ("a rank").
template <typename Enum>
Result<Enum> parse_word(std::span<const std::string_view> words,
                        std::string_view text,
                        std::string_view what) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) return static_cast<Enum>(found - words.begin());
  return Error{
      ErrorCode::kInvalidInput,
      concat(what, " must be one of ", listed(words), "; found ", in_quotes(text), "; correct it")};
}

}  // namespace proviso::policy
