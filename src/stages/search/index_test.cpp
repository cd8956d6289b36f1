#include "stages/search/index.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "stages/search/rounding.h"

namespace proviso::search {
namespace {

int high_of(const Index& index, std::size_t row, std::size_t i) {
  const std::uint8_t* line = index.high(row / Index::kBlockRows) + i / 8 * Index::kLineBytes;
  const std::uint8_t pair = line[row % Index::kBlockRows * 4 + i % 4];
  return (i % 8 < 4 ? pair & 0xF : pair >> 4) - 8;
}

int low_of(const Index& index, std::size_t row, std::size_t i) {
  const std::uint8_t pair = index.low(row)[i / 64 * 32 + i % 32];
  return (i % 64 < 32 ? pair & 0xF : pair >> 4) - 8;
}

std::vector<float> wave(std::size_t rows, std::size_t dimension) {
  std::vector<float> values(rows * dimension);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::sin(static_cast<float>(i * i % 10'007));
  }
  return values;
}

TEST(Index, BoundsTheResidualAndTheNormOfEveryRow) {
  WorkerPool workers{2};
  for (const std::size_t dimension : {2U, 9U, 65U, 128U, 1024U}) {
    const auto rows = wave(37, dimension);
    const auto built = Index::build(rows, dimension, workers);
    ASSERT_TRUE(built);
    const Index& index = built.value();
    for (std::size_t row = 0; row < index.rows(); ++row) {
      const BlockBounds& bounds = index.bounds(row / Index::kBlockRows);
      const auto inverse = static_cast<long double>(
          index.unit_inverses(row / Index::kBlockRows)[row % Index::kBlockRows]);
      long double high_residual = 0;
      long double high_norm = 0;
      long double code_residual = 0;
      long double code_norm = 0;
      for (std::size_t i = 0; i < dimension; ++i) {
        const long double value = static_cast<long double>(index.row(row)[i]) * inverse;
        const long double high = high_of(index, row, i);
        const long double code = high + low_of(index, row, i) / 16.0L;
        ASSERT_LE(std::abs(value - code), 0.5L / 16 + 1e-5L);
        high_residual += (value - high) * (value - high);
        high_norm += high * high;
        code_residual += (value - code) * (value - code);
        code_norm += code * code;
      }
      EXPECT_GE(static_cast<long double>(bounds.high_residual), std::sqrt(high_residual));
      EXPECT_GE(static_cast<long double>(bounds.high_norm), std::sqrt(high_norm));
      EXPECT_GE(static_cast<long double>(bounds.code_residual), std::sqrt(code_residual));
      EXPECT_GE(static_cast<long double>(bounds.code_norm), std::sqrt(code_norm));
      EXPECT_GE(index.high_norm_max(), bounds.high_norm);
    }
  }
}

TEST(Index, OfARowThatIsWipedKeepsNothingAndOfItsNeighboursEverything) {
  WorkerPool workers{1};
  const auto rows = wave(20, 65);
  auto built = Index::build(rows, 65, workers);
  ASSERT_TRUE(built);
  Index& index = built.value();
  const auto codes_of = [&](std::size_t row) {
    std::vector<int> codes;
    for (std::size_t i = 0; i < 65; ++i)
      codes.push_back(16 * high_of(index, row, i) + low_of(index, row, i));
    return codes;
  };
  const auto before = codes_of(6);
  ASSERT_NE(codes_of(5), std::vector<int>(65, 0)) << "control";

  index.wipe(5);

  EXPECT_EQ(codes_of(5), std::vector<int>(65, 0));
  EXPECT_TRUE(std::isinf(index.unit_inverses(0)[5]));
  EXPECT_EQ(codes_of(6), before);
}

TEST(Index, StartsItsPlanesOn64Bytes) {
  WorkerPool workers{1};
  const auto rows = wave(5, 33);
  const auto index = Index::build(rows, 33, workers);
  ASSERT_TRUE(index);

  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(index.value().high(0)) % 64, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(index.value().low(0)) % 64, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(index.value().unit_inverses(0)) % 64, 0U);
  EXPECT_EQ(index.value().code_length(), 64U);
}

TEST(Index, TakesTheLargestShapeAndRefusesOneOver) {
  WorkerPool workers{2};
  const std::vector<float> rows((Index::kRowsMax + 1) * 2, 0.5F);
  const std::span all{rows};
  EXPECT_TRUE(Index::build(all.first(Index::kRowsMax * 2), 2, workers));
  EXPECT_TRUE(Index::build(all.first(2), 2, workers));
  EXPECT_TRUE(Index::build(all.first(Index::kDimensionMax), Index::kDimensionMax, workers));

  const std::vector<Result<Index>> refused = [&] {
    std::vector<Result<Index>> results;
    results.push_back(Index::build(all, 2, workers));
    results.push_back(
        Index::build(all.first(Index::kDimensionMax + 1), Index::kDimensionMax + 1, workers));
    results.push_back(Index::build(all.first(4), 1, workers));
    results.push_back(Index::build(all.first(5), 2, workers));
    results.push_back(Index::build({}, 2, workers));
    return results;
  }();
  for (const auto& result : refused) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(result.error().message.find("1 to 1000000 rows of 2 to 1024"), std::string::npos);
  }
}

TEST(Index, RefusesAValueThatIsNotFinite) {
  WorkerPool workers{2};
  auto rows = wave(10'000, 4);
  ASSERT_TRUE(Index::build(rows, 4, workers));
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    rows[39'999] = bad;

    const auto index = Index::build(rows, 4, workers);

    ASSERT_FALSE(index);
    EXPECT_EQ(index.error().code, ErrorCode::kInvalidInput);
  }
}

TEST(Rounding, GoesToTheSafeSideOfEveryFloat64) {
  for (const double value :
       {0.0, 1.0, 0.1, -0.1, 1e-300, -1e-300, 3.5e38, -3.5e38, 1e300, -1e300, 16777217.0}) {
    EXPECT_GE(static_cast<double>(float_above(value)), value);
    EXPECT_LE(static_cast<double>(float_below(value)), value);
  }
  EXPECT_EQ(float_above(0.5), 0.5F);
  EXPECT_EQ(float_below(0.1), std::nextafter(float_above(0.1), 0.0F));
}

}  // namespace
}  // namespace proviso::search
