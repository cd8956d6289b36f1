#pragma once

// What a list consists of, for those who are to sign for it: how many of which category, how many
// under 18, from which sources the images come, and how old they are. Nobody on it is named. It
// stands in the head of a list that a vault sealed (docs/formats/watchlist.md).
//
// Limits: kCompositionNamesMax categories and sources. Errors: read_composition(): kInvalidInput.
// Threads: values.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/core/field_reader.h"
#include "base/core/result.h"
#include "base/core/value.h"

namespace proviso::watchlist {

inline constexpr std::size_t kCompositionNamesMax = 64;

struct Composition {
  std::size_t entries = 0;
  std::size_t under_18 = 0;
  std::size_t blue_list = 0;
  std::size_t images = 0;
  std::int64_t image_age_days_median = 0;            // The lower of the two in the middle.
  std::map<std::string, std::size_t> categories;     // Entries of each.
  std::map<std::string, std::size_t> image_sources;  // Images of each.
  friend bool operator==(const Composition&, const Composition&) = default;
};

std::string to_text(const Composition& composition);  // Lines.
// Without the entries, which the head counts.
Value to_value(const Composition& composition);
Result<Composition> read_composition(FieldReader reader, std::size_t entries);

}  // namespace proviso::watchlist
