#pragma once

// Who goes with whom at the least total cost.
//
//   in       rows x columns of finite costs, row after row
//   out      for each row its column, or kNobody; no column twice; min(rows, columns) pairs
//   cost     O(n^2 m) for n <= m
//   threads  reentrant
//   method   Hungarian algorithm by shortest augmenting paths: Jonker and Volgenant, Computing 38,
//            1987

#include <cstddef>
#include <limits>
#include <vector>

namespace proviso::track {

inline constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();

struct CostMatrix {
  CostMatrix(std::size_t row_count, std::size_t column_count, double fill)
      : rows(row_count), columns(column_count), values(row_count * column_count, fill) {}

  double& at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
  double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }

  std::size_t rows;
  std::size_t columns;
  std::vector<double> values;
};

std::vector<std::size_t> least_cost_assignment(const CostMatrix& costs);

}  // namespace proviso::track
