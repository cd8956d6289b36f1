// refused: cannot convert .*ListFile.* to .*SealedList
// Only a sealed list is searched.
#include "safeguards/watchlist/list_file.h"
#include "stages/search/searcher.h"

using namespace proviso;

bool can_search([[maybe_unused]] std::shared_ptr<const watchlist::ListFile> draft,
                [[maybe_unused]] std::shared_ptr<const watchlist::SealedList> sealed) {
#ifdef REFUSED
  return search::Searcher::create(draft).has_value();
#else
  return search::Searcher::create(sealed).has_value();
#endif
}
