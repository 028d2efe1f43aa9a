#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/auc.hpp>
#include <perdure/evaluate/calibration.hpp>
#include <perdure/evaluate/checks.hpp>
#include <perdure/evaluate/pointwise.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Scores of probabilities against outcomes that need nothing else. Lower is better but for auc.
struct Scores {
  std::size_t n{};
  double success_rate{};  ///< share of right answers
  double log_loss{};      ///< mean, nats; predictions are kept 1e-7 away from 0 and 1
  double brier{};         ///< mean squared error
  double auc{};           ///< area under the ROC curve, ties count half; NaN when all answers are alike
  double ece{};           ///< expected calibration error over 20 equal-width bins
  double rmse{};          ///< root of brier
  double mean_bias{};     ///< mean prediction less success_rate
};

/// These scores at once. With no answers every one is NaN. Throws std::invalid_argument as the checks do. O(n).
[[nodiscard]] inline Scores score(std::span<const double> p, std::span<const std::uint8_t> success) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  require_probabilities(p, success);
  if (p.empty()) return {0, nan, nan, nan, nan, nan, nan, nan};
  Scores s;
  s.n = p.size();
  s.success_rate = detail::mean(p.size(), {}, [&](std::size_t i) { return detail::outcome(success[i]); });
  s.log_loss = log_loss(p, success);
  s.brier = brier(p, success);
  s.auc = auc(p, success);
  s.ece = ece(p, success);
  s.rmse = std::sqrt(s.brier);
  s.mean_bias = mean_bias(p, success);
  return s;
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
