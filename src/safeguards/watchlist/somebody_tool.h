#pragma once

// For tests: the smallest sealed list, of one entry `somebody` with a template of two values.
//
// Threads: values. crypto::start() must have run.

#include <memory>

#include "safeguards/watchlist/list_format.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::watchlist {

inline std::shared_ptr<const SealedList> list_of_somebody(WallTime sealed_at,
                                                          const crypto::Digest& model_pack) {
  ListContents contents{.state = ListState::kSealed,
                        .made_at = sealed_at,
                        .model_pack = model_pack,
                        .dimension = 2,
                        .entries = {}};
  contents.entries.push_back({.id = EntryId::parse("somebody").value(),
                              .label = "Somebody",
                              .category = {},
                              .photographs = {crypto::Digest{}},
                              .values = {1, 0},
                              .thumbnail_jpeg = {}});
  return SealedList::parse(to_bytes(contents)).value();
}

}  // namespace proviso::watchlist
