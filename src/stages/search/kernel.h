#pragma once

// The exact search itself: spans of float32 in, entries that reach a threshold out. It knows no
// permits and no people; search::Searcher is the only way to it with a passer-by's template.
//
//   score    sum over i of double(x[i]) * double(q[i]), accumulated in index order
//   found    every row with score >= threshold, and none else: best first, ties by row; of more
//            than candidates_max the best, and how many there were
//   method   two integer passes leave out rows that provably cannot reach the threshold (index.h,
//            first_pass.h, docs/search.md); the score is computed for all others
//
// The result does not depend on the target, on the number of workers, or on the probes that are
// searched together.
//
// Limits: kProbesTogetherMax probes a call (PROVISO_CHECK). Probes are finite, the threshold is a
// number (PROVISO_CHECK).
// Threads: reentrant; a WorkerPool belongs to one call at a time.
// Memory: the only copy of a probe is its int8 code in the caller's memory, which the caller wipes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/core/worker_pool.h"
#include "stages/search/candidate.h"
#include "stages/search/first_pass.h"
#include "stages/search/index.h"

namespace proviso::search {

// One pass over memory serves so many probes.
inline constexpr std::size_t kProbesTogetherMax = 16;

enum class Target : std::uint8_t { kPortable, kAvx2, kAvx512Vnni };
inline constexpr Target kTargets[] = {Target::kPortable, Target::kAvx2, Target::kAvx512Vnni};

std::string_view to_string(Target target);
bool runs_here(Target target);  // Whether this processor has the instructions.
Target best_target();

double exact_score(std::span<const float> row, std::span<const float> probe);

// A probe q ~ step * k with what its bounds need. Views: of the probe, and of the memory its code
// is written to.
struct CodedProbe {
  std::span<const float> values;
  ProbeTest test;  // Its reach is still open.
  double step = 0;
};

// Writes k into `code`, which is index.code_length() long.
CodedProbe code_probe(const Index& index,
                      std::span<const float> probe,
                      std::span<std::int8_t> code);

struct Found {
  std::vector<Candidate> best;
  std::size_t reached = 0;  // Rows that reach the threshold, those that are not in `best` too.
};

// How many rows went how far, over all probes of a call.
struct PassCounts {
  std::uint64_t rows = 0;
  std::uint64_t after_high = 0;  // Not left out by the high halves of the codes.
  std::uint64_t after_code = 0;  // Not left out by the whole codes: their scores were computed.
};

struct Wanted {
  double threshold = 0;
  std::size_t candidates_max = 0;  // For each probe; at least 1.
};

struct Findings {
  std::vector<Found> found;  // One for each probe.
  PassCounts counts;
};

// Requires: the probes were coded for `index`; runs_here(target).
Findings find_reaching(const Index& index,
                       Target target,
                       std::span<const CodedProbe> probes,
                       const Wanted& wanted,
                       WorkerPool& workers);

}  // namespace proviso::search
