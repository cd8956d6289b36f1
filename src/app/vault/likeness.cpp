#include "app/vault/likeness.h"

#include <algorithm>
#include <utility>

#include "base/core/worker_pool.h"
#include "stages/search/kernel.h"

namespace proviso::vault {
namespace {

// Templates of one pack, in one piece.
struct Pack {
  crypto::Digest digest;
  std::size_t dimension = 0;
  std::vector<std::string> entries;
  std::vector<float> rows;
  std::vector<search::Index> index;  // One, of `rows`.

  bool is_of(const Known& one) const {
    return digest == one.model_pack && dimension == one.values.size();
  }
};

std::vector<Pack> packs_of(std::span<const Known> all) {
  std::vector<Pack> packs;
  for (const Known& one : all) {
    auto pack = std::ranges::find_if(packs, [&](const Pack& other) { return other.is_of(one); });
    if (pack == packs.end()) {
      packs.push_back({.digest = one.model_pack,
                       .dimension = one.values.size(),
                       .entries = {},
                       .rows = {},
                       .index = {}});
      pack = packs.end() - 1;
    }
    pack->entries.push_back(one.entry);
    pack->rows.insert(pack->rows.end(), one.values.begin(), one.values.end());
  }
  return packs;
}

}  // namespace

struct LikenessIndex::State {
  WorkerPool workers;
  std::vector<Pack> packs;

  const Pack* pack_of(const Known& one) const {
    const auto found =
        std::ranges::find_if(packs, [&](const Pack& pack) { return pack.is_of(one); });
    return found == packs.end() ? nullptr : &*found;
  }

  // `together` are of one pack.
  search::Findings search(const Pack& pack,
                          std::span<const Known* const> together,
                          const search::Wanted& wanted) {
    const search::Index& index = pack.index.front();
    std::vector<std::int8_t> codes(together.size() * index.code_length());
    std::vector<search::CodedProbe> probes;
    for (std::size_t n = 0; n < together.size(); ++n) {
      probes.push_back(search::code_probe(
          index,
          together[n]->values,
          std::span(codes).subspan(n * index.code_length(), index.code_length())));
    }
    return search::find_reaching(index, search::best_target(), probes, wanted, workers);
  }
};

LikenessIndex::LikenessIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
LikenessIndex::LikenessIndex(LikenessIndex&&) noexcept = default;
LikenessIndex& LikenessIndex::operator=(LikenessIndex&&) noexcept = default;
LikenessIndex::~LikenessIndex() = default;

Result<LikenessIndex> LikenessIndex::create(std::span<const Known> all, std::size_t threads) {
  std::unique_ptr<State> state(new State{.workers = WorkerPool(threads), .packs = packs_of(all)});
  for (Pack& pack : state->packs) {
    PROVISO_TRY(auto index, search::Index::build(pack.rows, pack.dimension, state->workers));
    pack.index.push_back(std::move(index));
  }
  return LikenessIndex(std::move(state));
}

std::vector<std::vector<Likeness>> LikenessIndex::of(std::span<const Known> ones,
                                                     double score_min) {
  // The entry itself may be among them, once as it is stored and once as it is asked for.
  const search::Wanted wanted{.threshold = score_min, .candidates_max = kLikenessesMax + 2};
  std::vector<std::vector<Likeness>> all(ones.size());
  for (std::size_t begin = 0; begin < ones.size();) {
    const Pack* const pack = state_->pack_of(ones[begin]);
    std::vector<const Known*> together;
    while (begin + together.size() < ones.size() && together.size() < search::kProbesTogetherMax &&
           state_->pack_of(ones[begin + together.size()]) == pack) {
      together.push_back(&ones[begin + together.size()]);
    }
    if (pack != nullptr) {
      const search::Findings findings = state_->search(*pack, together, wanted);
      for (std::size_t n = 0; n < together.size(); ++n) {
        for (const search::Candidate& candidate : findings.found[n].best) {
          const std::string& entry = pack->entries[candidate.entry];
          std::vector<Likeness>& found = all[begin + n];
          if (entry == together[n]->entry || found.size() == kLikenessesMax) continue;
          found.push_back({.entry = entry, .score = candidate.score});
        }
      }
    }
    begin += together.size();
  }
  return all;
}

}  // namespace proviso::vault
