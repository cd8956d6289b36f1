#include "app/drafting/composition.h"

#include <algorithm>
#include <vector>

#include "base/core/concat.h"

namespace proviso::drafting {

Result<ListComposition> composition_of(const watchlist::SealedList& list,
                                       const authority::Statement& statement) {
  if (list.digest() != statement.watchlist) {
    return Error{ErrorCode::kInvalidInput,
                 concat("the list is ",
                        crypto::to_hex(list.digest()),
                        ", the authority names ",
                        crypto::to_hex(statement.watchlist),
                        "; give the list that it was drafted with")};
  }
  ListComposition composition{.entries = list.entries().size()};
  std::vector<std::uint32_t> photographs;
  for (const watchlist::SealedEntry& entry : list.entries()) {
    composition.photographs += entry.photographs;
    composition.without_picture += entry.thumbnail_jpeg.empty() ? 1U : 0U;
    photographs.push_back(entry.photographs);
  }
  if (photographs.empty()) return composition;
  std::ranges::sort(photographs);
  composition.photographs_fewest = photographs.front();
  composition.photographs_median = photographs[(photographs.size() - 1) / 2];
  return composition;
}

}  // namespace proviso::drafting
