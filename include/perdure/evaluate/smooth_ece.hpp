#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/checks.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Smooth calibration error: the residuals p - y, smoothed over predictions by a Gaussian of width s that is reflected at 0 and 1, and the
/// mean of their absolute value; the width is the one that equals that value. No bins to choose, and continuous in the predictions.
///
/// The reflected Gaussian is the heat kernel of [0, 1] with closed ends: cosines cos(pi k t) stay what they are and shrink by exp(-(pi k
/// s)^2 / 2). The residuals, shared between the two nearest of 4,096 cells, are taken apart into cosines once; then a width costs O(cells /
/// s), whatever n is. Widths below 0.001 are not tried: that one stands for them. O(n) + O(cells / s).
/// Source: Błasiok and Nakkiran, "Smooth ECE: principled reliability diagrams via kernel smoothing", ICLR 2024.
class SmoothEce {
 public:
  static constexpr double least_width = 0.001;

  /// Throws std::invalid_argument as the checks do.
  SmoothEce(std::span<const double> p, std::span<const std::uint8_t> success)
      : residual_(cells + 1), cosine_(2 * cells), empty_{p.empty()} {
    require_probabilities(p, success);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double place = p[i] * static_cast<double>(cells);
      const auto cell = std::min(static_cast<std::size_t>(place), cells - 1);
      const double share = place - static_cast<double>(cell);
      const double residual = p[i] - detail::outcome(success[i]);
      residual_[cell] += (1.0 - share) * residual;
      residual_[cell + 1] += share * residual;
    }
    for (double& r : residual_) r /= static_cast<double>(p.size());
    for (std::size_t q = 0; q < cosine_.size(); ++q) {
      cosine_[q] = std::cos(std::numbers::pi * static_cast<double>(q) / static_cast<double>(cells));
    }
  }

  /// Mean absolute smoothed residual at a width in [0.001, 1]; falls with it. NaN without answers.
  [[nodiscard]] double at(double width) {
    if (empty_) return std::numeric_limits<double>::quiet_NaN();
    constexpr double negligible = 8.6;  // exp(-8.6^2 / 2) < 1e-16
    const auto terms = std::min(static_cast<std::size_t>(negligible / (std::numbers::pi * width)) + 1, cells);
    for (std::size_t k = coefficient_.size(); k <= terms; ++k) coefficient_.push_back(along(k));
    std::vector<double> shrunk(terms + 1);
    for (std::size_t k = 0; k <= terms; ++k) {
      const double x = std::numbers::pi * static_cast<double>(k) * width;
      shrunk[k] = (k == 0 ? 1.0 : 2.0) * coefficient_[k] * std::exp(-0.5 * x * x);
    }
    double sum = 0.0;
    for (std::size_t j = 0; j <= cells; ++j) {  // trapezoids
      double value = 0.0;
      for (std::size_t k = 0; k <= terms; ++k) value += shrunk[k] * cosine_[k * j & (2 * cells - 1)];
      sum += std::abs(value) * (j == 0 || j == cells ? 0.5 : 1.0);
    }
    return sum / static_cast<double>(cells);
  }

  /// The width that equals its own value, found by halving; `at(least_width)` where that is smaller than any width.
  [[nodiscard]] double value() {
    if (empty_) return std::numeric_limits<double>::quiet_NaN();
    double low = least_width;
    double high = 1.0;
    bool found = false;
    constexpr double close = 1e-9;
    while (high - low > close) {
      const double middle = 0.5 * (low + high);
      const bool below = at(middle) >= middle;
      (below ? low : high) = middle;
      found = found || below;
    }
    return found ? 0.5 * (low + high) : std::min(at(least_width), high);
  }

 private:
  static constexpr std::size_t cells = 4096;  // a power of two: angles are taken modulo 2 pi by their lowest bits

  [[nodiscard]] double along(std::size_t k) const {
    double sum = 0.0;
    for (std::size_t j = 0; j <= cells; ++j) sum += residual_[j] * cosine_[k * j & (2 * cells - 1)];
    return sum;
  }

  std::vector<double> residual_;     ///< at the edges of cells
  std::vector<double> cosine_;       ///< cos(pi q / cells)
  std::vector<double> coefficient_;  ///< of cos(pi k t), as far as was needed
  bool empty_;
};

/// Smooth calibration error with its own width, in [0, 1]; NaN without answers.
[[nodiscard]] inline double smooth_ece(std::span<const double> p, std::span<const std::uint8_t> success) {
  return SmoothEce{p, success}.value();
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
