#include "app/drafting/composition.h"

#include <algorithm>
#include <vector>

#include "base/core/concat.h"

namespace proviso::drafting {

Result<ListComposition> composition_of(const watchlist::ListSource& source,
                                       const authority::Statement& statement) {
  PROVISO_TRY(const auto head, watchlist::parse_head(source));
  if (head.digest != statement.watchlist) {
    return Error{ErrorCode::kInvalidInput,
                 concat("the list is ",
                        crypto::to_hex(head.digest),
                        ", the authority names ",
                        crypto::to_hex(statement.watchlist),
                        "; give the list that it was drafted with")};
  }
  ListComposition composition{.entries = head.records.size(), .of_vault = head.composition};
  if (composition.of_vault) return composition;
  PROVISO_TRY(const auto list, watchlist::SealedList::load(source));
  std::vector<std::uint32_t> photographs;
  for (const watchlist::SealedEntry& entry : list->entries()) {
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
