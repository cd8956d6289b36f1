#pragma once

// What a sealed list consists of, for those who are to sign an authority that names it: what the
// vault that sealed it counted, for which nothing needs to be unlocked, or else what a list in the
// clear holds. Nobody on it is named.
//
// Threads: reentrant.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/core/result.h"
#include "safeguards/authority/statement.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::drafting {

struct ListComposition {
  std::size_t entries = 0;
  std::uint64_t photographs = 0;  // Of all entries.
  std::uint32_t photographs_fewest = 0;
  std::uint32_t photographs_median = 0;                 // The lower of the two in the middle.
  std::size_t without_picture = 0;                      // Entries that nobody can compare by eye.
  std::optional<watchlist::Composition> of_vault = {};  // Then the three above are not counted.
};

// Errors: those of reading; kInvalidInput for another list than the one that the statement names.
Result<ListComposition> composition_of(const watchlist::ListSource& list,
                                       const authority::Statement& statement);

}  // namespace proviso::drafting
