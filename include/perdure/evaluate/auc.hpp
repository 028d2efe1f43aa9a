#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/checks.hpp>
#include <perdure/evaluate/sorted.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Mann–Whitney statistic: the chance that a right answer was given a higher probability than a wrong one, ties half. NaN when all answers
/// are alike. It sees the order of predictions and not their values. O(n).
[[nodiscard]] inline double auc(const Sorted& sorted) {
  double right = 0.0;
  double wrong = 0.0;
  double pairs = 0.0;
  for (std::size_t k = 0; k < sorted.size();) {
    const std::size_t end = sorted.run_end(k);
    double right_here = 0.0;
    for (std::size_t i = k; i < end; ++i) right_here += sorted.success(i) ? 1.0 : 0.0;
    const double wrong_here = static_cast<double>(end - k) - right_here;
    pairs += right_here * (wrong + 0.5 * wrong_here);
    right += right_here;
    wrong += wrong_here;
    k = end;
  }
  return right > 0.0 && wrong > 0.0 ? pairs / right / wrong : std::numeric_limits<double>::quiet_NaN();
}

/// The same of columns; throws std::invalid_argument as the checks do. With weights a pair counts the product of its two. O(n log n) then.
[[nodiscard]] inline double auc(std::span<const double> p, std::span<const std::uint8_t> success, std::span<const double> weight = {}) {
  if (weight.empty()) return auc(Sorted{p, success});
  require_probabilities(p, success);
  require_weights(weight, p.size());
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&p](std::size_t a, std::size_t b) { return p[a] != p[b] ? p[a] < p[b] : a < b; });
  double right = 0.0;
  double wrong = 0.0;
  double pairs = 0.0;
  for (std::size_t k = 0; k < order.size();) {
    double right_here = 0.0;
    double wrong_here = 0.0;
    std::size_t end = k;
    for (; end < order.size() && p[order[end]] == p[order[k]]; ++end) {
      (success[order[end]] != 0 ? right_here : wrong_here) += weight[order[end]];
    }
    pairs += right_here * (wrong + 0.5 * wrong_here);
    right += right_here;
    wrong += wrong_here;
    k = end;
  }
  return right > 0.0 && wrong > 0.0 ? pairs / right / wrong : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
