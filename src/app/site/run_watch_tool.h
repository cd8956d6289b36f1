#pragma once

// For tests: a disk that takes nothing more, and the smallest sealed list.
//
// Threads: refuse_writes() is of the whole process.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <memory>

#include "safeguards/watchlist/list_format.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::testing_tools {

// As a full disk does, which root too meets: no file grows.
inline void refuse_writes(bool refused) {
  ASSERT_NE(::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = refused ? 0 : limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
}

// Of one entry, `somebody`.
inline std::shared_ptr<const watchlist::SealedList> list_of_somebody(WallTime sealed_at) {
  watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                   .made_at = sealed_at,
                                   .model_pack = {.bytes = {7}},
                                   .dimension = 2,
                                   .entries = {}};
  contents.entries.push_back({.id = EntryId::parse("somebody").value(),
                              .label = "",
                              .photographs = {crypto::Digest{}},
                              .values = {1, 0},
                              .thumbnail_jpeg = {}});
  return watchlist::SealedList::parse(watchlist::to_bytes(contents)).value();
}

}  // namespace proviso::testing_tools
