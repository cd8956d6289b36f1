#include "safeguards/policy/policy_reader.h"

#include <algorithm>
#include <cctype>

#include "base/core/utf8.h"

namespace proviso::policy {

Result<int> whole_of(FieldReader& reader, const Limit& limit) {
  PROVISO_TRY(const auto value, reader.integer(limit.name(), limit.min, limit.max));
  return static_cast<int>(value);
}

Result<std::string> text_of(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(auto text, reader.string(name, kTextBytesMax));
  if (text.empty() || !is_printable_utf8(text, kTextBytesMax)) {
    return reader.refused(name, concat("1 to ", kTextBytesMax, " bytes of printable text"));
  }
  return text;
}

Result<SignatureNeeded> signature_of(FieldReader& reader, std::span<const Role> roles) {
  PROVISO_TRY(const auto role_text, reader.string("role", kTextBytesMax));
  const auto role = parse_role(role_text);
  if (!role || std::find(roles.begin(), roles.end(), role.value()) == roles.end()) {
    std::vector<std::string_view> words;
    for (const Role allowed : roles) words.push_back(to_text(allowed));
    return reader.refused("role", concat("one of ", listed(words)));
  }
  PROVISO_TRY(const auto rank_text, reader.string("rank_min", kTextBytesMax));
  const auto rank = parse_rank(rank_text);
  if (!rank) return reader.refused("rank_min", "a rank of docs/formats/policy.md");
  if ((role.value() == Role::kIndependentAuthority) !=
      (rank.value() == Rank::kIndependentAuthority)) {
    return reader.refused("rank_min",
                          "\"independent-authority\" with the role of that name, and only with it");
  }
  return SignatureNeeded{.role = role.value(), .rank_min = rank.value()};
}

bool is_catch_all(std::string_view text) {
  static constexpr std::array<std::string_view, 15> kWords{"all",
                                                           "any",
                                                           "anybody",
                                                           "anyone",
                                                           "everybody",
                                                           "everyone",
                                                           "general",
                                                           "interest",
                                                           "misc",
                                                           "rest",
                                                           "miscellaneous",
                                                           "other",
                                                           "unspecified",
                                                           "others",
                                                           "various"};
  std::string word;
  const auto closes = [&word] {
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
  };
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalpha(byte) != 0) {
      word += static_cast<char>(std::tolower(byte));
      continue;
    }
    if (closes()) return true;
    word.clear();
  }
  return closes();
}

}  // namespace proviso::policy
