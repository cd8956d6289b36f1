// refused: could not convert .* from .*proviso::embed::Sample.* to .*proviso::watchlist::Reference
// Who consented to an evaluation did not come onto a list.
#include "safeguards/watchlist/list_file.h"
#include "stages/embed/probe.h"

using namespace proviso;

Status enrol(watchlist::ListFile& list,
             const EntryId& id,
             [[maybe_unused]] watchlist::Reference reference,
             [[maybe_unused]] embed::Sample sample) {
  return list.add(watchlist::NewEntry{.id = id,
                                      .label = "somebody",
                                      .photographs = {},
#ifdef REFUSED
                                      .reference = std::move(sample),
#else
                                      .reference = std::move(reference),
#endif
                                      .thumbnail_jpeg = {}});
}
