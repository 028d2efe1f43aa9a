#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/checks.hpp>
#include <perdure/evaluate/lowess.hpp>
#include <perdure/evaluate/sorted.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Above this many answers, predictions are gathered in as many cells of equal width over [0, 1], each held by its mean.
inline constexpr std::size_t ici_cells = 65'536;

namespace detail {

/// Equal predictions as one point each.
[[nodiscard]] inline std::vector<Point> distinct_points(const Sorted& sorted) {
  std::vector<Point> points;
  for (std::size_t k = 0; k < sorted.size();) {
    const std::size_t end = sorted.run_end(k);
    Point point{sorted.p(k), 0.0, end - k};
    for (; k < end; ++k) point.y += sorted.success(k) ? 1.0 : 0.0;
    point.y /= static_cast<double>(point.n);
    points.push_back(point);
  }
  return points;
}

/// Predictions of a cell as one point at their mean.
[[nodiscard]] inline std::vector<Point> cell_points(std::span<const double> p, std::span<const std::uint8_t> success) {
  std::vector<Point> cells(ici_cells);
  for (std::size_t i = 0; i < p.size(); ++i) {
    Point& cell = cells[std::min(static_cast<std::size_t>(p[i] * static_cast<double>(ici_cells)), ici_cells - 1)];
    ++cell.n;
    cell.x += p[i];
    cell.y += outcome(success[i]);
  }
  std::erase_if(cells, [](const Point& cell) { return cell.n == 0; });
  for (Point& cell : cells) {
    cell.x /= static_cast<double>(cell.n);
    cell.y /= static_cast<double>(cell.n);
  }
  return cells;
}

}  // namespace detail

/// Integrated calibration index: mean over answers of |lowess(p) - p|, where lowess smooths outcomes over predictions from the nearest two
/// thirds of answers and fits at points a hundredth of the predictions' range apart, as srs-benchmark takes it. In [0, 1]; NaN without
/// answers.
///
/// Up to `ici_cells` answers every prediction stands for itself; above, cells do, which moves the value by less than a cell's width
/// (1.6e-5). Throws std::invalid_argument as the checks do. O(n).
/// Source: Austin and Steyerberg, "The integrated calibration index", Statistics in Medicine 38 (2019).
[[nodiscard]] inline double ici(std::span<const double> p, std::span<const std::uint8_t> success) {
  require_probabilities(p, success);
  if (p.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto points = p.size() <= ici_cells ? detail::distinct_points(Sorted{p, success}) : detail::cell_points(p, success);
  const auto [low, high] = std::minmax_element(p.begin(), p.end());
  constexpr double fraction = 2.0 / 3.0;
  constexpr double step = 0.01;
  const Lowess smooth{points, fraction, step * (*high - *low)};
  const auto miss = [&](std::size_t i) { return static_cast<double>(points[i].n) * std::abs(smooth.values()[i] - points[i].x); };
  return detail::block_sum(points.size(), miss) / static_cast<double>(p.size());
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
