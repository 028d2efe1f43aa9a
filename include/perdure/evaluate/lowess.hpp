#pragma once

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Answers at one place of a scatter plot: their number, and the mean of what came of them.
struct Point {
  double x{}, y{};
  std::size_t n{};
};

/// Locally weighted linear regression without robustness steps: y at every point, from the `fraction` of answers nearest in x under tricube
/// weights. Where several points lie within `delta` of each other, only the farthest is fitted, and those between are interpolated.
///
/// `points` rise strictly in x. As statsmodels defines it (`lowess(..., it=0)`), on points with their numbers instead of one row an answer:
/// the same values to rounding. One difference: where all of the nearest share one x, it returns the outcome of a single row, and this
/// their mean. O(points × fits), at most about 2 / delta × range fits.
/// Source: Cleveland, "Robust locally weighted regression and smoothing scatterplots", JASA 74 (1979).
class Lowess {
 public:
  Lowess(std::span<const Point> points, double fraction, double delta) : points_{points}, fit_(points.size()) {
    if (points.empty()) return;
    start_.reserve(points.size() + 1);
    for (const Point& point : points) start_.push_back(start_.back() + point.n);
    const std::size_t rows = start_.back();
    constexpr double rounding = 1e-10;
    const auto wanted = static_cast<std::size_t>(fraction * static_cast<double>(rows) + rounding);
    right_ = std::min(std::max<std::size_t>(wanted, 2), rows);
    std::size_t last = 0;
    for (std::size_t i = 0;;) {
      fit_[i] = fitted(i);
      interpolate(last, i);
      last = i;
      if (last + 1 == points.size()) break;
      i = next(last, delta);
    }
  }

  /// One value a point.
  [[nodiscard]] std::span<const double> values() const noexcept { return fit_; }

 private:
  /// Moves the window of nearest rows, [left, right) of all rows in order, on to x: as long as the row that would enter is nearer.
  void move_window(double x) {
    while (right_ < start_.back()) {
      while (start_[right_point_ + 1] <= right_) ++right_point_;
      while (start_[left_point_ + 1] <= left_) ++left_point_;
      if (!(x > (points_[left_point_].x + points_[right_point_].x) / 2.0)) break;
      const std::size_t step = std::min(start_[left_point_ + 1] - left_, start_[right_point_ + 1] - right_);
      left_ += step;
      right_ += step;
    }
    while (start_[left_point_ + 1] <= left_) ++left_point_;
    while (right_point_ + 1 < points_.size() && start_[right_point_ + 1] < right_) ++right_point_;
  }

  double fitted(std::size_t i) {
    const double x = points_[i].x;
    move_window(x);
    const std::size_t first = left_point_;
    std::size_t end = right_point_;
    while (end < points_.size() && start_[end] < right_) ++end;
    const double radius = std::max(x - points_[first].x, points_[end - 1].x - x);
    if (!(radius > 0.0)) return points_[i].y;

    weight_.resize(end - first);
    double total = 0.0;
    std::size_t weighted = 0;
    for (std::size_t j = first; j < end; ++j) {
      const double distance = std::abs(points_[j].x - x) / radius;
      const double near = 1.0 - distance * distance * distance;
      const double tricube = near * near * near;
      constexpr double nothing = 1e-12;
      if (tricube > nothing) weighted += points_[j].n;
      weight_[j - first] = tricube * static_cast<double>(points_[j].n);
      total += weight_[j - first];
    }
    if (weighted < 2) return points_[i].y;
    double mean = 0.0;
    for (std::size_t j = first; j < end; ++j) mean += weight_[j - first] / total * points_[j].x;
    double spread = 0.0;
    for (std::size_t j = first; j < end; ++j) spread += weight_[j - first] / total * (points_[j].x - mean) * (points_[j].x - mean);
    constexpr double least_spread = 1e-12;
    const double lean = (x - mean) / std::max(spread, least_spread);
    double value = 0.0;
    for (std::size_t j = first; j < end; ++j) value += weight_[j - first] / total * (1.0 + lean * (points_[j].x - mean)) * points_[j].y;
    return value;
  }

  /// Fills the points between two fits.
  void interpolate(std::size_t from, std::size_t to) {
    for (std::size_t j = from + 1; j < to; ++j) {
      const double share = (points_[j].x - points_[from].x) / (points_[to].x - points_[from].x);
      fit_[j] = share * fit_[to] + (1.0 - share) * fit_[from];
    }
  }

  /// The point to fit after `last`: the farthest within delta. When all the rest are within it, the second but last row comes before the
  /// last.
  [[nodiscard]] std::size_t next(std::size_t last, double delta) const {
    const double cut = points_[last].x + delta;
    std::size_t beyond = last + 1;
    while (beyond < points_.size() && points_[beyond].x <= cut) ++beyond;
    if (beyond == points_.size() && points_.back().n == 1) --beyond;
    return std::max(beyond - 1, last + 1);
  }

  std::span<const Point> points_;
  std::vector<std::size_t> start_{0};  ///< first row of each point
  std::vector<double> fit_, weight_;
  std::size_t left_ = 0, right_ = 0;              ///< rows of the window
  std::size_t left_point_ = 0, right_point_ = 0;  ///< points of those rows
};

}  // namespace perdure::inline PERDURE_ABI::evaluate
