#pragma once

// The `search` stage: which entries of the sealed list does a passer-by's template reach?
//
//   in      probes, each with the permit under which it was made; the threshold of the authority
//   out     for each probe its search::Candidates: every entry with score >= threshold, best first,
//           ties by entry id (entries are sorted by id, so by index); of more than candidates_max
//           the best, and last_counts().candidates_left_out says how many were left out
//   score   exact: float32 values as stored, float64 sum in index order (docs/search.md)
//   list    the sealed list alone; it is kept alive and never copied. Beside it stands an index of
//           one byte and a little a value.
//   gone    an entry that was erased while the run lasts, by searches that begin after withdraw();
//           the first of them overwrites its template, here and in the list
//   errors  kNotAuthorised if a query's permit is not its probe's own; kOverLimit over kQueriesMax
//           or kCandidatesMax; kInvalidInput for a template that is no template. After an error
//           nothing has been compared.
//   threads thread-bound, except withdraw(), which any thread may call; the rows are shared out
//           over the threads given at creation
//   memory  the int8 codes of probes stand in guarded memory and are wiped before search() returns

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/core/result.h"
#include "base/core/worker_pool.h"
#include "base/crypto/guarded_arena.h"
#include "safeguards/authority/permit.h"
#include "safeguards/watchlist/sealed_list.h"
#include "stages/embed/probe.h"
#include "stages/search/candidate.h"
#include "stages/search/kernel.h"

namespace proviso::search {

inline constexpr std::size_t kThreadsDefault = 2;
inline constexpr std::size_t kQueriesMax = 4096;
inline constexpr std::size_t kCandidatesMax = 1024;
inline constexpr std::size_t kCandidatesDefault = 64;

struct Query {
  const authority::LivePermit& permit;
  const embed::Probe& probe;
};

class Searcher {
 public:
  // Errors: kInvalidInput if the list cannot be searched; kUnavailable if guarded memory is
  // refused.
  static Result<std::unique_ptr<Searcher>> create(std::shared_ptr<const watchlist::SealedList> list,
                                                  std::size_t threads = kThreadsDefault);

  // One vector for each query, in their order. `threshold` is a number (PROVISO_CHECK).
  Result<std::vector<std::vector<Candidate>>> search(
      std::span<const Query> queries,
      double threshold,
      std::size_t candidates_max = kCandidatesDefault);

  // The exact score of one entry. The query could be searched and `entry` is an index into the list
  // (PROVISO_CHECK).
  double score(const Query& query, std::size_t entry) const;

  // Whether it is on the list.
  bool withdraw(const EntryId& entry);

  struct Counts {
    PassCounts passes;
    std::uint64_t candidates_left_out =
        0;  // Reached the threshold, but candidates_max were better.
  };
  // Of the last search() that gave a result.
  const Counts& last_counts() const { return last_counts_; }

  const watchlist::SealedList& list() const { return *list_; }

 private:
  Searcher(std::shared_ptr<const watchlist::SealedList> list,
           std::unique_ptr<WorkerPool> workers,
           Index index);
  Status open_scratch();
  Status check(const Query& query) const;
  std::span<const float> values_of(const Query& query) const;
  void wipe_withdrawn();
  Findings search_together(std::span<const Query> queries, const Wanted& wanted);

  std::shared_ptr<const watchlist::SealedList> list_;
  std::unique_ptr<WorkerPool> workers_;
  Index index_;
  std::unique_ptr<crypto::GuardedArena> arena_;  // Outlives its slot below.
  crypto::GuardedArena::Slot scratch_;
  std::unique_ptr<std::atomic<bool>[]> withdrawn_;  // One an entry.
  std::mutex to_wipe_mutex_;
  std::vector<std::size_t> to_wipe_;  // Guarded by it.
  Counts last_counts_;
};

}  // namespace proviso::search
