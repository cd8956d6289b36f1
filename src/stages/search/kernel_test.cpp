#include "stages/search/kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <utility>

namespace proviso::search {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kLargeRows = 20'000;
constexpr int kRandomRounds = 40;
#else
constexpr std::size_t kLargeRows = 1'000'000;
constexpr int kRandomRounds = 300;
#endif
constexpr std::size_t kAll = Index::kRowsMax;

using Random = std::mt19937_64;

// Nearly normal, and fast enough for the largest list: the sum of four even ones.
std::vector<float> normal_values(std::size_t count, Random& random) {
  constexpr float kMean = 2 * 65'535.0F;
  std::vector<float> values(count);
  for (float& value : values) {
    const std::uint64_t bits = random();
    const std::uint64_t sum =
        (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48);
    value = static_cast<float>(sum) - kMean;
  }
  return values;
}

void normalise(std::span<float> row) {
  double squares = 0;
  for (const float value : row) squares += static_cast<double>(value) * static_cast<double>(value);
  for (float& value : row)
    value = static_cast<float>(static_cast<double>(value) / std::sqrt(squares));
}

std::vector<float> unit_rows(std::size_t rows, std::size_t dimension, Random& random) {
  std::vector<float> values = normal_values(rows * dimension, random);
  for (std::size_t row = 0; row < rows; ++row) {
    normalise(std::span(values).subspan(row * dimension, dimension));
  }
  return values;
}

// The definition of the search, in as few words as possible.
std::vector<Candidate> plain_reference(std::span<const float> rows,
                                       std::span<const float> probe,
                                       double threshold) {
  std::vector<Candidate> found;
  for (std::size_t row = 0; row < rows.size() / probe.size(); ++row) {
    double score = 0;
    for (std::size_t i = 0; i < probe.size(); ++i) {
      score += static_cast<double>(rows[row * probe.size() + i]) * static_cast<double>(probe[i]);
    }
    if (score >= threshold) found.push_back({row, score});
  }
  std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return a.score > b.score;
  });
  return found;
}

std::vector<Target> targets_here() {
  std::vector<Target> here;
  for (const Target target : kTargets) {
    if (runs_here(target)) here.push_back(target);
  }
  return here;
}

Findings find(const Index& index,
              Target target,
              std::span<const float> probes,
              const Wanted& wanted,
              WorkerPool& workers) {
  const std::size_t dimension = index.dimension();
  const std::size_t count = probes.size() / dimension;
  std::vector<std::int8_t> codes(count * index.code_length());
  std::vector<CodedProbe> coded;
  coded.reserve(count);
  for (std::size_t p = 0; p < count; ++p) {
    coded.push_back(
        code_probe(index,
                   probes.subspan(p * dimension, dimension),
                   std::span(codes).subspan(p * index.code_length(), index.code_length())));
  }
  return find_reaching(index, target, coded, wanted, workers);
}

std::string described(std::span<const Candidate> candidates) {
  std::ostringstream text;
  text << candidates.size() << " candidates:";
  for (const Candidate& candidate : candidates.first(std::min<std::size_t>(candidates.size(), 5))) {
    text << ' ' << candidate.entry << '=' << candidate.score;
  }
  return text.str();
}

bool equal(std::span<const Candidate> a, std::span<const Candidate> b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const Candidate& x, const Candidate& y) {
        return x.entry == y.entry && x.score == y.score;
      });
}

void expect_as_the_reference(std::span<const float> rows,
                             std::span<const float> probes,
                             std::size_t dimension,
                             std::span<const double> thresholds) {
  WorkerPool workers{2};
  const auto index = Index::build(rows, dimension, workers);
  ASSERT_TRUE(index);
  const std::size_t count = probes.size() / dimension;
  for (const double threshold : thresholds) {
    std::vector<std::vector<Candidate>> references;
    references.reserve(count);
    for (std::size_t p = 0; p < count; ++p) {
      references.push_back(
          plain_reference(rows, probes.subspan(p * dimension, dimension), threshold));
    }
    std::uint64_t after_high = 0;
    for (const Target target : targets_here()) {
      const Findings findings = find(index.value(), target, probes, {threshold, kAll}, workers);
      ASSERT_EQ(findings.found.size(), count);
      if (target == Target::kPortable) after_high = findings.counts.after_high;
      ASSERT_EQ(findings.counts.after_high, after_high) << to_string(target);
      for (std::size_t p = 0; p < count; ++p) {
        const Found& found = findings.found[p];
        ASSERT_TRUE(equal(found.best, references[p]))
            << to_string(target) << ", rows " << rows.size() / dimension << ", dimension "
            << dimension << ", probe " << p << ", threshold " << threshold << "\nfound "
            << described(found.best) << "\nneeded " << described(references[p]);
        ASSERT_EQ(found.reached, references[p].size());
      }
    }
  }
}

TEST(Kernel, RunsHereInPortableCodeAndInTheBestThatTheProcessorHas) {
  EXPECT_TRUE(runs_here(Target::kPortable));
  EXPECT_TRUE(runs_here(best_target()));
}

TEST(Kernel, IsTestedInEveryCodeThatItHas) {
  for (const Target target : kTargets) {
    if (!runs_here(target)) {
      GTEST_SKIP() << "NOT TESTED HERE: this processor has no " << to_string(target)
                   << "; run stages_search_test on one that has";
    }
  }
}

TEST(Kernel, FindsWhatTheReferenceFindsAtEveryEdgeOfAVector) {
  Random random{1};
  constexpr std::array kThresholds{-0.2, 0.0, 0.1, 0.45};
  for (const std::size_t dimension :
       {2U, 3U, 4U, 5U, 7U, 8U, 9U, 15U, 16U, 17U, 31U, 63U, 64U, 65U, 127U, 128U, 129U}) {
    for (const std::size_t rows : {1U, 2U, 15U, 16U, 17U, 31U, 32U, 33U, 100U}) {
      for (const std::size_t probes : {1U, 3U}) {
        expect_as_the_reference(unit_rows(rows, dimension, random),
                                unit_rows(probes, dimension, random),
                                dimension,
                                kThresholds);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(Kernel, FindsWhatTheReferenceFindsInWideTemplatesToTheLargest) {
  Random random{2};
  constexpr std::array kThresholds{-0.05, 0.0, 0.05, 0.45};
  for (const std::size_t dimension : {255U, 256U, 512U, 513U, 1023U, 1024U}) {
    expect_as_the_reference(
        unit_rows(200, dimension, random), unit_rows(5, dimension, random), dimension, kThresholds);
    if (HasFatalFailure()) return;
  }
}

TEST(Kernel, FindsTheSameForEveryNumberOfProbesTogether) {
  Random random{3};
  constexpr std::array kThresholds{0.2};
  const auto rows = unit_rows(1000, 64, random);
  for (std::size_t probes = 1; probes <= kProbesTogetherMax; ++probes) {
    expect_as_the_reference(rows, unit_rows(probes, 64, random), 64, kThresholds);
    if (HasFatalFailure()) return;
  }
}

// Each row's own score as the threshold, and the numbers next to it.
TEST(Kernel, DecidesRowsAtTheThresholdAndOneUnitInTheLastPlaceBesideIt) {
  Random random{4};
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const std::size_t dimension : {2U, 16U, 128U, 512U}) {
    auto rows = unit_rows(64, dimension, random);
    // Duplicates tie; the last differs from the first in one value's last place.
    std::copy_n(
        rows.begin(), dimension, rows.begin() + static_cast<std::ptrdiff_t>(20 * dimension));
    std::copy_n(
        rows.begin(), dimension, rows.begin() + static_cast<std::ptrdiff_t>(63 * dimension));
    rows[63 * dimension] = std::nextafter(rows[63 * dimension], 2.0F);
    const auto probe = unit_rows(1, dimension, random);
    std::vector<double> thresholds;
    for (const Candidate& row : plain_reference(rows, probe, -kInfinity)) {
      thresholds.push_back(row.score);
      thresholds.push_back(std::nextafter(row.score, -kInfinity));
      thresholds.push_back(std::nextafter(row.score, kInfinity));
    }
    expect_as_the_reference(rows, probe, dimension, thresholds);
    if (HasFatalFailure()) return;
  }
}

TEST(Kernel, FindsWhatTheReferenceFindsWhereEverybodyIsAlike) {
  Random random{5};
  constexpr std::size_t kDimension = 128;
  auto rows = unit_rows(3000, kDimension, random);
  const auto centre = unit_rows(4, kDimension, random);
  for (std::size_t row = 0; row < 3000; ++row) {
    for (std::size_t i = 0; i < kDimension; ++i) {
      rows[row * kDimension + i] =
          0.5F * rows[row * kDimension + i] + centre[row % 4 * kDimension + i];
    }
    normalise(std::span(rows).subspan(row * kDimension, kDimension));
  }
  constexpr std::array kThresholds{0.45, 0.85, 0.9};
  expect_as_the_reference(rows, centre, kDimension, kThresholds);
}

int high_of(const Index& index, std::size_t i) {
  const std::uint8_t pair = index.high(0)[i / 8 * Index::kLineBytes + i % 4];
  return (i % 8 < 4 ? pair & 0xF : pair >> 4) - 8;
}

// The bound is met with equality here: what the code leaves out of the row is all along the probe.
TEST(Kernel, KeepsARowWhoseResidualPointsAlongTheProbe) {
  WorkerPool workers{1};
  for (const std::size_t dimension : {2U, 16U, 128U, 512U, 1024U}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Random random{seed};
      const auto row = unit_rows(1, dimension, random);
      const auto index = Index::build(row, dimension, workers);
      ASSERT_TRUE(index);
      std::vector<float> residual(dimension);
      for (std::size_t i = 0; i < dimension; ++i) {
        const float in_units = row[i] * index.value().unit_inverses(0)[0];
        residual[i] = in_units - static_cast<float>(high_of(index.value(), i));
      }
      normalise(residual);
      const std::array thresholds{exact_score(row, residual)};
      expect_as_the_reference(row, residual, dimension, thresholds);
      if (HasFatalFailure()) return;
    }
  }
}

// And here: what the code leaves out of the probe is all along the row.
TEST(Kernel, KeepsARowAlongWhichTheProbesResidualPoints) {
  for (const std::size_t dimension : {16U, 128U, 512U}) {
    Random random{dimension};
    std::vector<float> row(dimension);
    std::vector<float> probe(dimension);
    for (std::size_t i = 0; i < dimension; ++i) {
      row[i] = random() % 2 == 0 ? 7.0F : -7.0F;
      probe[i] = std::copysign(0.45F, row[i]);
    }
    row[0] = 119.0F / 16;  // The row's unit and the probe's step are 1.
    probe[0] = 127.0F;
    const std::array thresholds{exact_score(row, probe)};
    expect_as_the_reference(row, probe, dimension, thresholds);
  }
}

// What an adversary would enrol: one component that swamps the rest, nothing at all, the smallest
// and the largest numbers, alone or mixed with honest rows in one block.
TEST(Kernel, LosesNoRowToComponentsOfAnySize) {
  Random random{6};
  constexpr float kMax = std::numeric_limits<float>::max();
  constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
  constexpr std::array kSizes{
      0.0F, kDenormal, 1e-38F, 1e-31F, 1e-30F, 1e-20F, 1e-3F, 1.0F, 1e3F, 1e20F, kMax};
  constexpr std::array kThresholds{-1e30, -0.45, -1e-40, 0.0, 1e-40, 1e-20, 0.45, 1e3, 1e30};
  for (const std::size_t dimension : {2U, 17U, 128U, 1024U}) {
    auto rows = unit_rows(80, dimension, random);
    for (std::size_t row = 0; row < 80; ++row) {
      const auto values = std::span(rows).subspan(row * dimension, dimension);
      const float size = kSizes[row % kSizes.size()];
      if (row % 3 == 0) values[row % dimension] = size;
      if (row % 3 == 1) {
        for (float& value : values) value *= size;
      }
      if (row % 7 == 2) std::fill(values.begin(), values.end(), size);
      if (row % 7 == 3) std::fill(values.begin(), values.end(), -size);
    }
    auto probes = unit_rows(8, dimension, random);
    for (std::size_t p = 1; p < 8; ++p) {
      const auto values = std::span(probes).subspan(p * dimension, dimension);
      const float size = kSizes[p * 3 % kSizes.size()];
      if (p % 2 == 0) std::fill(values.begin(), values.end(), size);
      if (p % 2 == 1) values[p % dimension] = size;
    }
    expect_as_the_reference(rows, probes, dimension, kThresholds);
    if (HasFatalFailure()) return;
  }
}

// The largest integer norms that there are: every product comes closest to its 16 bits.
TEST(Kernel, KeepsItsSumsInRangeForRowsOfEqualComponents) {
  for (const std::size_t dimension : {2U, 64U, 128U, 1024U}) {
    std::vector<float> rows(32 * dimension);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t row = i / dimension;
      rows[i] = (row % 2 == 0 || i % (row + 1) == 0) ? 1.0F : -1.0F;
    }
    const auto norm = static_cast<double>(dimension);
    const std::array thresholds{-norm, -norm / 2, 0.0, norm / 2, norm - 1e-3, norm};
    expect_as_the_reference(rows, std::span(rows).first(2 * dimension), dimension, thresholds);
    if (HasFatalFailure()) return;
  }
}

TEST(Kernel, FindsWhatTheReferenceFindsInRandomLists) {
  for (int round = 0; round < kRandomRounds; ++round) {
    Random random{static_cast<std::uint64_t>(1000 + round)};
    const std::size_t dimension = 2 + random() % (round % 10 == 0 ? 1023 : 150);
    const std::size_t rows = 1 + random() % 600;
    auto list = unit_rows(rows, dimension, random);
    for (float& value : list) {
      // Some rounds have few large components, as embeddings of a narrow set of people do.
      if (round % 3 == 1 && random() % 4 != 0) value *= 0.01F;
    }
    const auto probes = unit_rows(1 + random() % kProbesTogetherMax, dimension, random);
    const auto scores = plain_reference(list, std::span(probes).first(dimension), -1e9);
    const std::array thresholds{scores[random() % scores.size()].score, 0.45, 0.1};
    expect_as_the_reference(list, probes, dimension, thresholds);
    if (HasFatalFailure()) FAIL() << "seed " << 1000 + round;
  }
}

TEST(Kernel, FindsWhatTheReferenceFindsInTheLargestList) {
  Random random{7};
  constexpr std::size_t kDimension = 128;
  auto rows = unit_rows(kLargeRows, kDimension, random);
  const auto probes = unit_rows(3, kDimension, random);
  // Enough scores near the threshold of the statement, at both ends of the list and between.
  for (const std::size_t row : {std::size_t{0}, std::size_t{15}, kLargeRows / 2, kLargeRows - 1}) {
    for (std::size_t i = 0; i < kDimension; ++i) rows[row * kDimension + i] += 0.51F * probes[i];
    normalise(std::span(rows).subspan(row * kDimension, kDimension));
  }
  constexpr std::array kThresholds{0.45, 0.3};
  expect_as_the_reference(rows, probes, kDimension, kThresholds);
  std::cout << "largest list: " << kLargeRows << " of " << Index::kRowsMax << " rows\n";
  RecordProperty("rows", static_cast<int>(kLargeRows));
}

TEST(Kernel, LeavesOutNearlyAllStrangersInTheFirstPass) {
  Random random{8};
  WorkerPool workers{2};
  const auto rows = unit_rows(20'000, 128, random);
  const auto index = Index::build(rows, 128, workers);
  ASSERT_TRUE(index);

  const auto findings =
      find(index.value(), best_target(), unit_rows(10, 128, random), {0.45, 64}, workers);

  EXPECT_EQ(findings.counts.rows, 200'000U);
  EXPECT_LT(findings.counts.after_high, 200U);
  EXPECT_LT(findings.counts.after_code, 10U);
}

TEST(Kernel, KeepsTheBestOfMoreThanTheLimitAndSaysHowManyThereWere) {
  Random random{9};
  WorkerPool workers{2};
  const auto rows = unit_rows(30'000, 8, random);
  const auto probe = unit_rows(1, 8, random);
  const auto index = Index::build(rows, 8, workers);
  ASSERT_TRUE(index);
  const auto reference = plain_reference(rows, probe, 0.5);
  ASSERT_GT(reference.size(), 100U);

  for (const std::size_t most :
       {std::size_t{1}, std::size_t{64}, reference.size() - 1, reference.size()}) {
    const auto found =
        find(index.value(), best_target(), probe, {0.5, most}, workers).found.front();

    EXPECT_TRUE(equal(found.best, std::span(reference).first(most)));
    EXPECT_EQ(found.reached, reference.size());
  }
}

TEST(Kernel, OrdersTiesByEntry) {
  Random random{10};
  WorkerPool workers{2};
  const auto row = unit_rows(1, 32, random);
  std::vector<float> rows;
  for (int copy = 0; copy < 500; ++copy) rows.insert(rows.end(), row.begin(), row.end());
  const auto index = Index::build(rows, 32, workers);
  ASSERT_TRUE(index);

  const auto found = find(index.value(), best_target(), row, {0.9, 5}, workers).found.front();

  ASSERT_EQ(found.best.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(found.best[i].entry, i);
  EXPECT_EQ(found.reached, 500U);
}

TEST(Kernel, FindsTheSameWithAnyNumberOfThreads) {
  Random random{11};
  const auto rows = unit_rows(40'000, 16, random);
  const auto probes = unit_rows(2, 16, random);
  for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
    WorkerPool workers{threads};
    const auto index = Index::build(rows, 16, workers);
    ASSERT_TRUE(index);
    const auto findings = find(index.value(), best_target(), probes, {0.6, 64}, workers);
    for (std::size_t p = 0; p < 2; ++p) {
      auto reference = plain_reference(rows, std::span(probes).subspan(p * 16, 16), 0.6);
      ASSERT_GT(reference.size(), 64U);
      reference.resize(64);
      EXPECT_TRUE(equal(findings.found[p].best, reference)) << threads << " threads";
    }
  }
}

TEST(KernelDeathTest, RefusesAProbeThatIsNotANumberAndOneProbeTooMany) {
  Random random{12};
  WorkerPool workers{1};
  const auto rows = unit_rows(4, 8, random);
  const auto index = Index::build(rows, 8, workers);
  ASSERT_TRUE(index);
  auto probes = unit_rows(kProbesTogetherMax + 1, 8, random);
  find(index.value(),
       best_target(),
       std::span(probes).first(kProbesTogetherMax * 8),
       {0.5, 1},
       workers);

  EXPECT_DEATH(find(index.value(), best_target(), probes, {0.5, 1}, workers), "kProbesTogetherMax");
  probes[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_DEATH(find(index.value(), best_target(), std::span(probes).first(8), {0.5, 1}, workers),
               "isfinite");
}

}  // namespace
}  // namespace proviso::search
