// refused: could not convert .* from .*proviso::embed::Probe.* to .*proviso::watchlist::Reference
// Nobody comes onto a list by walking past a camera.
#include "safeguards/watchlist/list_file.h"
#include "stages/embed/probe.h"

using namespace proviso;

Status enrol(watchlist::ListFile& list,
             const EntryId& id,
             [[maybe_unused]] watchlist::Reference reference,
             [[maybe_unused]] embed::Probe probe) {
  return list.add(watchlist::NewEntry{.id = id,
                                      .label = "somebody",
                                      .photographs = {},
#ifdef REFUSED
                                      .reference = std::move(probe),
#else
                                      .reference = std::move(reference),
#endif
                                      .thumbnail_jpeg = {}});
}
