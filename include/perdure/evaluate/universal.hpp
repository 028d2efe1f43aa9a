#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/checks.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Universal metric, A by B: answers are binned by what B predicts, and A's calibration error over those bins is taken, each weighing its
/// answers. Where A is better, A by B is below B by A: B's bins sort answers by what B knows, and A is still right in them.
///
/// 20 bins, narrow near 1: bin floor(21^p_b) - 1, held within 0 .. 19. In [0, 1]; NaN without answers. Throws std::invalid_argument as the
/// checks do and for columns of different lengths. O(n).
/// Source: fsrs-rs's `universal_metrics`, FSRS-Optimizer's `cross_comparison`.
[[nodiscard]] inline double universal_metric(std::span<const double> a, std::span<const double> b, std::span<const std::uint8_t> success) {
  require_probabilities(a, success);
  require_probabilities(b, success);
  constexpr int bins = 20;
  struct Sums {
    double n{}, predicted{}, right{};
  };
  std::array<Sums, bins> table{};
  const double base = std::log(static_cast<double>(bins + 1));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int bin = std::clamp(static_cast<int>(std::floor(std::exp(b[i] * base))) - 1, 0, bins - 1);
    Sums& sums = table[static_cast<std::size_t>(bin)];
    sums.n += 1.0;
    sums.predicted += a[i];
    sums.right += detail::outcome(success[i]);
  }
  double sum = 0.0;
  for (const Sums& s : table) {
    if (s.n > 0.0) sum += s.n * (s.predicted / s.n - s.right / s.n) * (s.predicted / s.n - s.right / s.n);
  }
  return a.empty() ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
