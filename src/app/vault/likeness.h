#pragma once

// Whom a face looks like among those who are stored: the same person under two entries, a
// look-alike, a relative, or an image that attracts strangers. It decides nothing: people do, and
// what they saw is recorded.
//
//   score    cosine similarity of two templates of norm 1, as in the search (docs/search.md)
//   out      those who reach `score_min`, the likest first, at most kLikenessesMax; of an image
//            that attracts strangers there are many. One of another pack is no likeness
//   threads  reentrant. Errors: none

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "app/vault/entries.h"

namespace proviso::vault {

inline constexpr std::size_t kLikenessesMax = 20;

struct Likeness {
  std::string entry;
  double score = 0;
};

// `one` is not compared with itself, by its id.
std::vector<Likeness> likenesses_of(const Known& one, std::span<const Known> all, double score_min);

// "w-7 (0.712), w-9 (0.501)"
std::string to_text(std::span<const Likeness> likenesses);

}  // namespace proviso::vault
