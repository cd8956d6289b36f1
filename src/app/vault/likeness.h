#pragma once

// Whom a face looks like among those who are stored: the same person under two entries, a
// look-alike, a relative, or an image that attracts strangers. It decides nothing: people do, and
// what they saw is recorded.
//
//   score    cosine similarity of two templates of norm 1, by the search's own kernel
//            (docs/search.md): exact, and the same for one and for many
//   out      those who reach `score_min`, the likest first, at most kLikenessesMax; of an image
//            that attracts strangers there are many. One of another pack is no likeness
//   errors   create(): kInvalidInput for a template that is none
//   threads  thread-bound; the rows are shared out over the threads given at creation

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/vault/entries.h"
#include "base/core/result.h"

namespace proviso::vault {

inline constexpr std::size_t kLikenessesMax = 20;

struct Likeness {
  std::string entry;
  double score = 0;
};

class LikenessIndex {
 public:
  static Result<LikenessIndex> create(std::span<const Known> all, std::size_t threads);
  LikenessIndex(const LikenessIndex&) = delete;
  LikenessIndex& operator=(const LikenessIndex&) = delete;
  LikenessIndex(LikenessIndex&&) noexcept;
  LikenessIndex& operator=(LikenessIndex&&) noexcept;
  ~LikenessIndex();

  // For each of `ones`, in their order. None is compared with itself, by its id.
  std::vector<std::vector<Likeness>> of(std::span<const Known> ones, double score_min);

 private:
  struct State;
  explicit LikenessIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace proviso::vault
