#pragma once

// How this folder takes fields out of a policy: each with its limit, its words or its form.
//
// Errors: kInvalidInput naming the option. Threads: reentrant.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/field_reader.h"
#include "base/core/field_texts.h"
#include "base/core/result.h"
#include "safeguards/policy/limits.h"
#include "safeguards/policy/policy.h"
#include "safeguards/policy/words.h"

namespace proviso::policy {

// Those who may approve; an independent authority only as such (rank and role go together).
inline constexpr std::array<Role, 2> kApprovers{Role::kAuthorisingOfficer,
                                                Role::kIndependentAuthority};

Result<int> whole_of(FieldReader& reader, const Limit& limit);
// Printable, not empty.
Result<std::string> text_of(FieldReader& reader, std::string_view name);
// Of the form of base/core/id.h.
Result<SignatureNeeded> signature_of(FieldReader& reader, std::span<const Role> roles);

template <typename Enum>
Result<Enum> word_of(FieldReader& reader,
                     std::string_view name,
                     std::span<const std::string_view> words) {
  PROVISO_TRY(const auto text, reader.string(name, kTextBytesMax));
  const auto found = parse_word<Enum>(words, text, name);
  if (!found) return reader.refused(name, concat("one of ", listed(words)));
  return found.value();
}

// Whether a category or source could hold anybody or anything: "other", "any", "... of interest".
bool is_catch_all(std::string_view text);

Result<std::vector<Category>> categories_of(FieldReader& reader);
Result<std::vector<std::string>> image_sources_of(FieldReader& reader);
Result<std::vector<UseCase>> use_cases_of(FieldReader& reader, std::span<const Category> known);
Result<std::vector<DocumentNeeded>> documents_of(FieldReader& reader);
Result<std::vector<SensitivePlace>> places_of(FieldReader& reader);
Result<std::array<std::optional<TierRules>, kTiers>> tiers_of(FieldReader& reader);

}  // namespace proviso::policy
