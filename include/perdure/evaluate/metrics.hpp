#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/objective.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Scores of probabilities against outcomes. Lower is better but for auc.
struct Scores {
  std::size_t n{};
  double success_rate{};  ///< share of right answers
  double log_loss{};      ///< mean, nats; predictions are kept 1e-7 away from 0 and 1
  double brier{};         ///< mean squared error
  double auc{};           ///< area under the ROC curve, ties count half; NaN when all answers are alike
  double ece{};           ///< expected calibration error over equal-width bins
};

/// One bin of a calibration table. `low` and `high` bound the observed rate by Wilson's interval (95 %).
struct CalibrationBin {
  double from{}, to{};
  std::size_t n{};
  double predicted{}, observed{}, low{}, high{};
};

/// Throws std::invalid_argument when the columns differ in length or a prediction is no probability (NaN included), which is named.
inline void require_probabilities(std::span<const double> p, std::span<const std::uint8_t> success) {
  if (p.size() != success.size()) throw std::invalid_argument{"predictions and outcomes differ in length"};
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!(p[i] >= 0.0 && p[i] <= 1.0)) throw std::invalid_argument{"prediction " + to_text(i) + " must be in [0, 1], got " + to_text(p[i])};
  }
}

/// Mann–Whitney statistic of the predictions; O(n log n).
[[nodiscard]] inline double auc(std::span<const double> p, std::span<const std::uint8_t> success) {
  require_probabilities(p, success);
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&p](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  double rank_sum = 0.0;
  double right = 0.0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    double right_here = 0.0;
    for (; end < order.size() && p[order[end]] == p[order[i]]; ++end) right_here += success[order[end]] != 0 ? 1.0 : 0.0;
    rank_sum += right_here * 0.5 * static_cast<double>(i + 1 + end);
    right += right_here;
    i = end;
  }
  const double wrong = static_cast<double>(p.size()) - right;
  if (right == 0.0 || wrong == 0.0) return std::numeric_limits<double>::quiet_NaN();
  return (rank_sum - right * (right + 1.0) / 2.0) / (right * wrong);
}

/// Equal-width bins over [0, 1]; empty bins are left out. Throws std::invalid_argument when there are no bins.
[[nodiscard]] inline std::vector<CalibrationBin> calibration(std::span<const double> p, std::span<const std::uint8_t> success,
                                                             std::size_t bins) {
  require_probabilities(p, success);
  if (bins == 0) throw std::invalid_argument{"calibration needs at least one bin"};
  const auto width = 1.0 / static_cast<double>(bins);
  std::vector<CalibrationBin> table(bins);
  for (std::size_t i = 0; i < p.size(); ++i) {
    CalibrationBin& bin = table[std::min(static_cast<std::size_t>(p[i] * static_cast<double>(bins)), bins - 1)];
    ++bin.n;
    bin.predicted += p[i];
    bin.observed += success[i] != 0 ? 1.0 : 0.0;
  }
  for (std::size_t b = 0; b < bins; ++b) {
    CalibrationBin& bin = table[b];
    bin.from = static_cast<double>(b) * width;
    bin.to = static_cast<double>(b + 1) * width;
    if (bin.n == 0) continue;
    const auto n = static_cast<double>(bin.n);
    bin.predicted /= n;
    bin.observed /= n;
    constexpr double z = 1.959963984540054;  // 97.5 % quantile of the normal distribution
    const double center = (bin.observed + z * z / (2.0 * n)) / (1.0 + z * z / n);
    const double half = z / (1.0 + z * z / n) * std::sqrt(bin.observed * (1.0 - bin.observed) / n + z * z / (4.0 * n * n));
    bin.low = std::max(0.0, center - half);
    bin.high = std::min(1.0, center + half);
  }
  std::erase_if(table, [](const CalibrationBin& bin) { return bin.n == 0; });
  return table;
}

/// All scores at once. With no answers every score is NaN.
[[nodiscard]] inline Scores score(std::span<const double> p, std::span<const std::uint8_t> success) {
  require_probabilities(p, success);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (p.empty()) return {0, nan, nan, nan, nan, nan};
  Scores s;
  s.n = p.size();
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double y = success[i] != 0 ? 1.0 : 0.0;
    s.success_rate += y;
    s.log_loss += fit::log_loss(p[i], success[i] != 0);
    s.brier += (p[i] - y) * (p[i] - y);
  }
  const auto n = static_cast<double>(s.n);
  s.success_rate /= n;
  s.log_loss /= n;
  s.brier /= n;
  s.auc = auc(p, success);
  constexpr std::size_t calibration_bins = 20;
  for (const CalibrationBin& bin : calibration(p, success, calibration_bins)) {
    s.ece += static_cast<double>(bin.n) / n * std::abs(bin.predicted - bin.observed);
  }
  return s;
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
