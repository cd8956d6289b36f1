#include "stages/track/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace proviso::track {
namespace {

double total(const CostMatrix& costs, const std::vector<std::size_t>& column_of_row) {
  double sum = 0;
  for (std::size_t row = 0; row < costs.rows; ++row) {
    if (column_of_row[row] != kNobody) sum += costs.at(row, column_of_row[row]);
  }
  return sum;
}

// Tries every order of the columns; for rows <= columns.
double least_by_trying(const CostMatrix& costs) {
  std::vector<std::size_t> columns(costs.columns);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  double least = 1e300;
  do {
    double sum = 0;
    for (std::size_t row = 0; row < costs.rows; ++row) sum += costs.at(row, columns[row]);
    least = std::min(least, sum);
  } while (std::next_permutation(columns.begin(), columns.end()));
  return least;
}

CostMatrix random_costs(std::size_t rows, std::size_t columns, std::mt19937& random) {
  CostMatrix costs(rows, columns, 0);
  for (double& value : costs.values) {
    value = std::uniform_int_distribution<int>(-20, 20)(random);
  }
  return costs;
}

TEST(Assignment, CostsAsLittleAsTheBestOfAllOrders) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const auto rows = std::uniform_int_distribution<std::size_t>(1, 6)(random);
    const auto columns = std::uniform_int_distribution<std::size_t>(rows, 6)(random);
    const CostMatrix costs = random_costs(rows, columns, random);
    EXPECT_DOUBLE_EQ(total(costs, least_cost_assignment(costs)), least_by_trying(costs));
  }
}

TEST(Assignment, PairsEachColumnOnceAndAllOfTheSmallerSide) {
  std::mt19937 random(2);
  for (const auto& [rows, columns] :
       {std::pair<std::size_t, std::size_t>{7, 3}, {3, 7}, {5, 5}, {256, 256}}) {
    const auto assigned = least_cost_assignment(random_costs(rows, columns, random));
    std::vector<int> taken(columns, 0);
    for (const std::size_t column : assigned) {
      if (column != kNobody) ++taken.at(column);
    }
    EXPECT_EQ(static_cast<std::size_t>(std::accumulate(taken.begin(), taken.end(), 0)),
              std::min(rows, columns));
    EXPECT_LE(*std::max_element(taken.begin(), taken.end()), 1);
  }
}

TEST(Assignment, OfNobodyIsEmpty) {
  EXPECT_TRUE(least_cost_assignment(CostMatrix(0, 3, 0)).empty());
  EXPECT_EQ(least_cost_assignment(CostMatrix(2, 0, 0)), std::vector<std::size_t>(2, kNobody));
}

}  // namespace
}  // namespace proviso::track
