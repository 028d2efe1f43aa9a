#pragma once

#include <perdure/core/abi.hpp>

#include <cmath>

namespace perdure::inline PERDURE_ABI::fit {

/// Predictions are kept this far from 0 and 1 in a log loss, so that one impossible answer does not outweigh a cohort.
inline constexpr double probability_floor = 1e-7;

/// Log loss of one answer, in nats.
[[nodiscard]] inline double log_loss(double p, bool success) noexcept {
  const double kept = std::fmin(std::fmax(p, probability_floor), 1.0 - probability_floor);
  return -std::log(success ? kept : 1.0 - kept);
}

}  // namespace perdure::inline PERDURE_ABI::fit
