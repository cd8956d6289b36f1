#include "stages/track/assignment.h"

namespace proviso::track {
namespace {

CostMatrix transposed(const CostMatrix& costs) {
  CostMatrix turned(costs.columns, costs.rows, 0);
  for (std::size_t row = 0; row < costs.rows; ++row) {
    for (std::size_t column = 0; column < costs.columns; ++column) {
      turned.at(column, row) = costs.at(row, column);
    }
  }
  return turned;
}

// Dual prices and the pairs so far. Index 0 stands for nobody, so rows and columns count from 1.
struct Duals {
  explicit Duals(const CostMatrix& costs)
      : row_price(costs.rows + 1),
        column_price(costs.columns + 1),
        row_of_column(costs.columns + 1) {}

  std::vector<double> row_price;
  std::vector<double> column_price;
  std::vector<std::size_t> row_of_column;
};

// Finds a partner for one more row along the cheapest path, which may move earlier rows.
void add_row(const CostMatrix& costs, std::size_t added, Duals& duals) {
  std::vector<double> slack(costs.columns + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> came_from(costs.columns + 1, 0);
  std::vector<bool> visited(costs.columns + 1, false);
  std::size_t column = 0;
  duals.row_of_column[0] = added;
  while (duals.row_of_column[column] != 0) {
    visited[column] = true;
    const std::size_t row = duals.row_of_column[column];
    double least = std::numeric_limits<double>::infinity();
    std::size_t next = 0;
    for (std::size_t other = 1; other <= costs.columns; ++other) {
      if (visited[other]) continue;
      const double reduced =
          costs.at(row - 1, other - 1) - duals.row_price[row] - duals.column_price[other];
      if (reduced < slack[other]) {
        slack[other] = reduced;
        came_from[other] = column;
      }
      if (slack[other] < least) {
        least = slack[other];
        next = other;
      }
    }
    for (std::size_t other = 0; other <= costs.columns; ++other) {
      if (visited[other]) {
        duals.row_price[duals.row_of_column[other]] += least;
        duals.column_price[other] -= least;
      } else {
        slack[other] -= least;
      }
    }
    column = next;
  }
  while (column != 0) {
    const std::size_t before = came_from[column];
    duals.row_of_column[column] = duals.row_of_column[before];
    column = before;
  }
}

}  // namespace

std::vector<std::size_t> least_cost_assignment(const CostMatrix& costs) {
  std::vector<std::size_t> column_of_row(costs.rows, kNobody);
  if (costs.rows == 0 || costs.columns == 0) return column_of_row;
  if (costs.rows > costs.columns) {
    const std::vector<std::size_t> row_of_column = least_cost_assignment(transposed(costs));
    for (std::size_t column = 0; column < costs.columns; ++column) {
      column_of_row[row_of_column[column]] = column;
    }
    return column_of_row;
  }
  Duals duals(costs);
  for (std::size_t row = 1; row <= costs.rows; ++row) add_row(costs, row, duals);
  for (std::size_t column = 1; column <= costs.columns; ++column) {
    const std::size_t row = duals.row_of_column[column];
    if (row != 0) column_of_row[row - 1] = column - 1;
  }
  return column_of_row;
}

}  // namespace proviso::track
