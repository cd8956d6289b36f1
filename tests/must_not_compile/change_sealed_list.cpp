// refused: SealedList.* has no member named .*add
// What was signed for does not change; a draft does.
#include "safeguards/watchlist/list_file.h"
#include "safeguards/watchlist/sealed_list.h"

using namespace proviso::watchlist;

proviso::Status add([[maybe_unused]] SealedList& sealed,
                    [[maybe_unused]] ListFile& draft,
                    NewEntry entry) {
#ifdef REFUSED
  return sealed.add(std::move(entry));
#else
  return draft.add(std::move(entry));
#endif
}
