#pragma once

// What a list consists of, shown before anybody signs for it: how many of which category, how many
// under 18, from which sources the images come, and how old they are.
//
// Threads: values. Errors: none.

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "app/vault/vault.h"
#include "base/core/clock.h"

namespace proviso::vault {

struct Composition {
  std::size_t entries = 0;
  std::size_t under_18 = 0;
  std::size_t blue_list = 0;
  std::size_t images = 0;
  std::int64_t image_age_days_median = 0;            // The lower of the two in the middle.
  std::map<std::string, std::size_t> categories;     // Entries of each.
  std::map<std::string, std::size_t> image_sources;  // Images of each.
};

Composition composition_of(std::span<const ActiveEntry> entries, WallTime now);
std::string to_text(const Composition& composition);  // Lines.

}  // namespace proviso::vault
