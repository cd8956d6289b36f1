#include "stages/search/searcher.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::search {
namespace {

// Overwrites the codes of probes however the search ends.
class Wiped {
 public:
  explicit Wiped(std::span<float> memory) : bytes_(std::as_writable_bytes(memory)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  Wiped(Wiped&&) = delete;
  Wiped& operator=(Wiped&&) = delete;
  ~Wiped() { crypto::wipe(bytes_); }

  std::span<std::int8_t> codes() const {
    return {reinterpret_cast<std::int8_t*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::span<std::byte> bytes_;
};

Error over_limit(std::string_view what, std::size_t found, std::size_t most) {
  return Error{
      ErrorCode::kOverLimit,
      concat("a search takes 1 to ", most, ' ', what, "; found ", found, "; ask for fewer")};
}

}  // namespace

Result<std::unique_ptr<Searcher>> Searcher::create(
    std::shared_ptr<const watchlist::SealedList> list, std::size_t threads) {
  PROVISO_CHECK(list != nullptr);
  auto workers = std::make_unique<WorkerPool>(threads);
  PROVISO_TRY(auto index, Index::build(list->templates(), list->dimension(), *workers));
  std::unique_ptr<Searcher> searcher(
      new Searcher(std::move(list), std::move(workers), std::move(index)));
  PROVISO_TRY_DONE(searcher->open_scratch());
  return searcher;
}

Searcher::Searcher(std::shared_ptr<const watchlist::SealedList> list,
                   std::unique_ptr<WorkerPool> workers,
                   Index index)
    : list_(std::move(list)),
      workers_(std::move(workers)),
      index_(std::move(index)),
      withdrawn_(std::make_unique<std::atomic<bool>[]>(index_.rows())) {}

bool Searcher::withdraw(const EntryId& entry) {
  const auto index = list_->index_of(entry);
  if (!index) return false;
  withdrawn_[*index].store(true);
  const std::lock_guard lock(to_wipe_mutex_);
  to_wipe_.push_back(*index);
  return true;
}

void Searcher::wipe_withdrawn() {
  std::vector<std::size_t> rows;
  {
    const std::lock_guard lock(to_wipe_mutex_);
    rows.swap(to_wipe_);
  }
  for (const std::size_t row : rows) {
    index_.wipe(row);
    list_->wipe(row);
  }
}

Status Searcher::open_scratch() {
  const std::size_t floats = kProbesTogetherMax * index_.code_length() / sizeof(float);
  PROVISO_TRY(arena_, crypto::GuardedArena::create(1, floats));
  PROVISO_TRY(scratch_, arena_->take());
  return Done{};
}

Status Searcher::check(const Query& query) const {
  const authority::LivePermit& own = query.probe.permit();
  if (query.permit.key() != own.key() || query.permit.epoch() != own.epoch()) {
    return Error{
        ErrorCode::kNotAuthorised,
        concat("a template is searched for under its own permit only; found one for camera ",
               query.permit.key().camera.text(),
               " frame ",
               query.permit.key().sequence,
               ", needed the one for camera ",
               own.key().camera.text(),
               " frame ",
               own.key().sequence,
               "; drop the shot")};
  }
  const std::size_t found = query.probe.slot_.empty() ? 0 : query.probe.slot_.floats().size();
  if (found < index_.dimension()) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a template has the list's dimension; found ",
                        found,
                        " values, needed ",
                        index_.dimension(),
                        "; seal the list with this model pack")};
  }
  const auto values = values_of(query);
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    return Error{ErrorCode::kInvalidInput,
                 "a template has finite values; found infinity or not-a-number; drop the shot"};
  }
  return Done{};
}

std::span<const float> Searcher::values_of(const Query& query) const {
  const crypto::GuardedArena::Slot& slot = query.probe.slot_;
  return slot.floats().first(index_.dimension());
}

Result<std::vector<std::vector<Candidate>>> Searcher::search(std::span<const Query> queries,
                                                             double threshold,
                                                             std::size_t candidates_max) {
  PROVISO_CHECK(!std::isnan(threshold));
  if (queries.size() > kQueriesMax) return over_limit("queries", queries.size(), kQueriesMax);
  if (candidates_max < 1 || candidates_max > kCandidatesMax) {
    return over_limit("candidates a query", candidates_max, kCandidatesMax);
  }
  for (const Query& query : queries) PROVISO_TRY_DONE(check(query));

  wipe_withdrawn();
  const Wanted wanted{.threshold = threshold, .candidates_max = candidates_max};
  std::vector<std::vector<Candidate>> candidates;
  Counts counts;
  for (std::size_t begin = 0; begin < queries.size(); begin += kProbesTogetherMax) {
    const std::size_t count = std::min(kProbesTogetherMax, queries.size() - begin);
    Findings findings = search_together(queries.subspan(begin, count), wanted);
    counts.passes.rows += findings.counts.rows;
    counts.passes.after_high += findings.counts.after_high;
    counts.passes.after_code += findings.counts.after_code;
    for (Found& found : findings.found) {
      counts.candidates_left_out += found.reached - found.best.size();
      std::erase_if(found.best, [&](const Candidate& one) { return withdrawn_[one.entry].load(); });
      candidates.push_back(std::move(found.best));
    }
  }
  last_counts_ = counts;
  return candidates;
}

Findings Searcher::search_together(std::span<const Query> queries, const Wanted& wanted) {
  const Wiped scratch{scratch_.floats()};
  std::vector<CodedProbe> probes;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto code = scratch.codes().subspan(q * index_.code_length(), index_.code_length());
    probes.push_back(code_probe(index_, values_of(queries[q]), code));
  }
  return find_reaching(index_, best_target(), probes, wanted, *workers_);
}

double Searcher::score(const Query& query, std::size_t entry) const {
  PROVISO_CHECK(entry < index_.rows());
  PROVISO_CHECK(check(query).has_value());
  return exact_score({index_.row(entry), index_.dimension()}, values_of(query));
}

}  // namespace proviso::search
