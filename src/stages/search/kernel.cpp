#include "stages/search/kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/core/check.h"
#include "stages/search/rounding.h"

namespace proviso::search {
namespace {

constexpr double kCodeMax = 127;
constexpr double kProductLimit = 32767;
constexpr double kHalf = 16;
constexpr std::int32_t kOffset = 8;
// Below this a probe's step would not be a normal float32; its code is zeros.
constexpr float kLargestMin = 1e-30F;

// Survivors of so many blocks wait for the second pass: they stay in the cache.
constexpr std::size_t kBlocksAtOnce = 64;
constexpr std::size_t kSlicesPerWorker = 4;
// A list that one thread reads in less time than it takes to wake another.
constexpr std::size_t kBlocksAlone = 1024;
constexpr std::size_t kScoresAtOnce = 4;

const PassCode& passes_of(Target target) {
  switch (target) {
#if defined(__x86_64__)
    case Target::kAvx512Vnni: return kAvx512VnniPasses;
    case Target::kAvx2: return kAvx2Passes;
#else
    case Target::kAvx512Vnni:
    case Target::kAvx2:
#endif
    case Target::kPortable: break;
  }
  return kPortablePasses;
}

bool better(const Candidate& a, const Candidate& b) {
  return a.score > b.score || (a.score == b.score && a.entry < b.entry);
}

// Keeps the best `max` of what it is given; a heap whose front is the worst kept.
void add(Found& found, const Candidate& candidate, std::size_t max) {
  ++found.reached;
  if (found.best.size() == max) {
    if (!better(candidate, found.best.front())) return;
    std::pop_heap(found.best.begin(), found.best.end(), better);
    found.best.pop_back();
  }
  found.best.push_back(candidate);
  std::push_heap(found.best.begin(), found.best.end(), better);
}

ProbeTest test_for(const CodedProbe& probe, double threshold) {
  ProbeTest test = probe.test;
  const double lower = threshold >= 0 ? threshold * (1 - kTestSlack) : threshold * (1 + kTestSlack);
  test.reach = float_below(lower / probe.step);
  return test;
}

// The rows of some blocks against all probes, on one thread.
class Slice {
 public:
  Slice(const Index& index,
        const PassCode& passes,
        std::span<const CodedProbe> probes,
        const Wanted& wanted)
      : index_(index),
        passes_(passes),
        probes_(probes),
        wanted_(wanted),
        rows_(probes.size() * kBlocksAtOnce * Index::kBlockRows),
        survivors_(probes.size()) {
    for (const CodedProbe& probe : probes) tests_.push_back(test_for(probe, wanted.threshold));
    findings_.found.resize(probes.size());
  }

  void pass(std::size_t begin, std::size_t end) {
    for (std::size_t from = begin; from < end; from += kBlocksAtOnce) {
      const Blocks blocks{index_, from, std::min(from + kBlocksAtOnce, end)};
      for (std::size_t p = 0; p < probes_.size(); ++p) {
        survivors_[p] = {rows_.data() + p * kBlocksAtOnce * Index::kBlockRows, 0};
      }
      passes_.high(blocks, tests_, survivors_);
      for (std::size_t p = 0; p < probes_.size(); ++p) score_survivors(p);
    }
  }

  Findings take() && { return std::move(findings_); }

 private:
  bool out_of_reach(const ProbeTest& test, const Survivor& survivor) const {
    const std::int32_t low = passes_.low(index_.low(survivor.row), test.code, index_.code_length());
    const std::size_t block = survivor.row / Index::kBlockRows;
    const BlockBounds& bounds = index_.bounds(block);
    const double unit_inverse =
        static_cast<double>(index_.unit_inverses(block)[survivor.row % Index::kBlockRows]);
    const double allowance =
        static_cast<double>(bounds.code_residual) * static_cast<double>(test.residual_cost) +
        static_cast<double>(bounds.code_norm) * static_cast<double>(test.norm_cost) +
        static_cast<double>(kTestMargin);
    const double needed = static_cast<double>(test.reach) * unit_inverse - allowance;
    return survivor.high_product + low / kHalf < needed;
  }

  void score_survivors(std::size_t probe) {
    const std::span all{survivors_[probe].rows, survivors_[probe].count};
    const auto end = std::remove_if(all.begin(), all.end(), [&](const Survivor& survivor) {
      return out_of_reach(tests_[probe], survivor);
    });
    const auto left = all.first(static_cast<std::size_t>(end - all.begin()));
    findings_.counts.after_high += all.size();
    findings_.counts.after_code += left.size();
    for (std::size_t i = 0; i < left.size(); i += kScoresAtOnce) {
      score(probe, left.subspan(i, std::min(kScoresAtOnce, left.size() - i)));
    }
  }

  // Several rows side by side, each in index order: one sum alone waits for itself.
  void score(std::size_t probe, std::span<const Survivor> survivors) {
    std::array<const float*, kScoresAtOnce> rows{};
    std::array<double, kScoresAtOnce> sums{};
    for (std::size_t s = 0; s < kScoresAtOnce; ++s) {
      rows[s] = index_.row(survivors[std::min(s, survivors.size() - 1)].row);
    }
    const std::span values = probes_[probe].values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = static_cast<double>(values[i]);
      for (std::size_t s = 0; s < kScoresAtOnce; ++s) {
        sums[s] += static_cast<double>(rows[s][i]) * value;
      }
    }
    for (std::size_t s = 0; s < survivors.size(); ++s) {
      if (sums[s] < wanted_.threshold) continue;
      add(findings_.found[probe], {survivors[s].row, sums[s]}, wanted_.candidates_max);
    }
  }

  const Index& index_;
  const PassCode& passes_;
  std::span<const CodedProbe> probes_;
  const Wanted& wanted_;
  std::vector<ProbeTest> tests_;
  std::vector<Survivor> rows_;
  std::vector<Survivors> survivors_;
  Findings findings_;
};

Findings merged(std::span<Findings> slices, const Wanted& wanted) {
  Findings all = std::move(slices.front());
  for (Findings& slice : slices.subspan(1)) {
    all.counts.after_high += slice.counts.after_high;
    all.counts.after_code += slice.counts.after_code;
    for (std::size_t p = 0; p < all.found.size(); ++p) {
      Found& into = all.found[p];
      into.best.insert(into.best.end(), slice.found[p].best.begin(), slice.found[p].best.end());
      into.reached += slice.found[p].reached;
    }
  }
  for (Found& found : all.found) {
    std::sort(found.best.begin(), found.best.end(), better);
    if (found.best.size() > wanted.candidates_max) found.best.resize(wanted.candidates_max);
  }
  return all;
}

std::int32_t halves_of_16_bits(std::int32_t first, std::int32_t second) {
  const auto bits = [](std::int32_t value) { return static_cast<std::uint16_t>(value); };
  return static_cast<std::int32_t>(bits(first) | (std::uint32_t{bits(second)} << 16U));
}

// The step of a probe's code: fine enough for its largest value, coarse enough that no integer
// product of a row and the probe leaves 16 bits.
float step_of(double largest, double norm, double high_norm_max, std::size_t dimension) {
  const double root = std::sqrt(static_cast<double>(dimension));
  double step = largest / kCodeMax;
  if (high_norm_max > 0) {
    const double code_norm_max = kProductLimit / high_norm_max - root / 2;
    PROVISO_CHECK(code_norm_max > 0);
    step = std::max(step, norm / code_norm_max);
  }
  return float_above(step * (1 + kTestSlack));
}

}  // namespace

std::string_view to_string(Target target) {
  switch (target) {
    case Target::kPortable: return "portable";
    case Target::kAvx2: return "AVX2";
    case Target::kAvx512Vnni: return "AVX-512 VNNI";
  }
  return "unknown";
}

bool runs_here(Target target) {
#if defined(__x86_64__)
  if (target == Target::kAvx2) return __builtin_cpu_supports("avx2") != 0;
  if (target == Target::kAvx512Vnni) {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("avx512f") != 0 &&
           __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
  }
#endif
  return target == Target::kPortable;
}

Target best_target() {
  if (runs_here(Target::kAvx512Vnni)) return Target::kAvx512Vnni;
  return runs_here(Target::kAvx2) ? Target::kAvx2 : Target::kPortable;
}

double exact_score(std::span<const float> row, std::span<const float> probe) {
  PROVISO_CHECK(row.size() == probe.size());
  double sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    sum += static_cast<double>(row[i]) * static_cast<double>(probe[i]);
  }
  return sum;
}

CodedProbe code_probe(const Index& index,
                      std::span<const float> probe,
                      std::span<std::int8_t> code) {
  PROVISO_CHECK(probe.size() == index.dimension());
  PROVISO_CHECK(code.size() == index.code_length());
  double squares = 0;
  float largest = 0;
  for (const float value : probe) {
    PROVISO_CHECK(std::isfinite(value));
    squares += static_cast<double>(value) * static_cast<double>(value);
    largest = std::max(largest, std::abs(value));
  }
  const double norm = norm_above(squares);
  CodedProbe coded{.values = probe, .test = {}, .step = 1};
  if (largest >= kLargestMin) {
    coded.step = static_cast<double>(step_of(static_cast<double>(largest),
                                             norm,
                                             static_cast<double>(index.high_norm_max()),
                                             probe.size()));
  }
  std::fill(code.begin(), code.end(), std::int8_t{0});
  double off_squares = 0;
  std::int32_t code_squares = 0;
  std::array<std::int32_t, 2> half_sums{};
  for (std::size_t i = 0; i < probe.size(); ++i) {
    const auto value = static_cast<double>(probe[i]);
    const double steps = largest >= kLargestMin ? value / coded.step : 0;
    const auto k = static_cast<std::int32_t>(steps + (steps < 0 ? -0.5 : 0.5));
    code[i] = static_cast<std::int8_t>(k);
    const double off = value - coded.step * k;
    off_squares += off * off;
    code_squares += k * k;
    half_sums[i / 2 % 2] += k;
  }
  const double code_norm = norm_above(code_squares);
  PROVISO_CHECK(code_norm * static_cast<double>(index.high_norm_max()) < kProductLimit + 1);

  const double off_norm = norm_above(off_squares);
  coded.test.code = code.data();
  coded.test.high_offset = kOffset * (half_sums[0] + half_sums[1]);
  coded.test.high_offset_halves = halves_of_16_bits(kOffset * half_sums[0], kOffset * half_sums[1]);
  coded.test.residual_cost = float_above(norm * (1 + kSumSlack) * (1 + kTestSlack) / coded.step);
  coded.test.norm_cost = float_above((off_norm + norm * kSumSlack) * (1 + kTestSlack) / coded.step);
  return coded;
}

Findings find_reaching(const Index& index,
                       Target target,
                       std::span<const CodedProbe> probes,
                       const Wanted& wanted,
                       WorkerPool& workers) {
  PROVISO_CHECK(runs_here(target));
  PROVISO_CHECK(probes.size() <= kProbesTogetherMax);
  PROVISO_CHECK(wanted.candidates_max >= 1 && !std::isnan(wanted.threshold));
  if (probes.empty()) return {};
  const std::size_t slice_count =
      index.blocks() <= kBlocksAlone ? 1 : workers.workers() * kSlicesPerWorker;
  std::vector<Findings> slices(slice_count);
  workers.parallel_for(slice_count, [&](std::size_t s) {
    Slice slice{index, passes_of(target), probes, wanted};
    slice.pass(index.blocks() * s / slice_count, index.blocks() * (s + 1) / slice_count);
    slices[s] = std::move(slice).take();
  });
  Findings findings = merged(slices, wanted);
  findings.counts.rows = std::uint64_t{index.rows()} * probes.size();
  return findings;
}

}  // namespace proviso::search
