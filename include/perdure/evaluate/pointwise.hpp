#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/checks.hpp>
#include <perdure/fit/log_loss.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

/// Scores that are a mean over answers. `p` holds probabilities of a right answer, `success` outcomes (0 is wrong), `weight` one weight an
/// answer or nothing. Throw std::invalid_argument as the checks do; no answers give NaN. O(n).
namespace perdure::inline PERDURE_ABI::evaluate {

/// Mean log loss, nats; predictions are kept fit::probability_floor away from 0 and 1. Proper: the truth has the lowest expected value.
[[nodiscard]] inline double log_loss(std::span<const double> p, std::span<const std::uint8_t> success,
                                     std::span<const double> weight = {}) {
  require_probabilities(p, success);
  require_weights(weight, p.size());
  return detail::mean(p.size(), weight, [&](std::size_t i) { return fit::log_loss(p[i], success[i] != 0); });
}

/// Mean squared error of the probabilities, in [0, 1]. Proper. Source: Brier 1950.
[[nodiscard]] inline double brier(std::span<const double> p, std::span<const std::uint8_t> success, std::span<const double> weight = {}) {
  require_probabilities(p, success);
  require_weights(weight, p.size());
  return detail::mean(p.size(), weight, [&](std::size_t i) {
    const double miss = p[i] - detail::outcome(success[i]);
    return miss * miss;
  });
}

/// Root of `brier`: what benchmarks of spaced repetition call RMSE (not RMSE(bins)).
[[nodiscard]] inline double rmse(std::span<const double> p, std::span<const std::uint8_t> success, std::span<const double> weight = {}) {
  return std::sqrt(brier(p, success, weight));
}

/// Mean bias error: mean prediction less the share of right answers, in [-1, 1]; positive says too much. No score: 0 is easy to reach.
[[nodiscard]] inline double mean_bias(std::span<const double> p, std::span<const std::uint8_t> success,
                                      std::span<const double> weight = {}) {
  require_probabilities(p, success);
  require_weights(weight, p.size());
  return detail::mean(p.size(), weight, [&](std::size_t i) { return p[i] - detail::outcome(success[i]); });
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
