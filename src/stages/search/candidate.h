#pragma once

// The product of the `search` stage: an entry of the list that a probe reaches.

#include <cstddef>

namespace proviso::search {

struct Candidate {
  std::size_t entry = 0;  // Index into SealedList::entries().
  double score = 0;       // Dot product of the stored float32 values, float64, index order.
};

}  // namespace proviso::search
