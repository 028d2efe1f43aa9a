#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/simulate/memory_family.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace perdure::inline PERDURE_ABI::simulate {

/// The odds of knowing fall as a power of time, at a scale that grows with spaced successes: the family of the cohort model itself.
///
///     logit = level + learned + practice ln(1 + answers) + win ln(1 + wins) - decay ln(1 + days/scale)
///     success: scale' = scale (1 + growth ln(1 + days/scale) (scale/shortest)^-saturation)          failure: scale' = lapse scale
struct PowerOdds {
  static constexpr std::string_view id = "power-odds";
  static constexpr double shortest = 60.0 / 86'400.0;  ///< days
  static constexpr double longest = 36'500.0;          ///< days

  double learned = 2.5;
  double practice = 0.1, win = 0.5;
  double decay = 0.3;
  double first_right = 3.0;  ///< multiple of the shortest scale that a right first answer leaves
  double growth = 2.0, saturation = 0.1, lapse = 0.5;

  struct State {
    double scale = shortest;  ///< days
    double answers = 0.0, wins = 0.0;
  };

  [[nodiscard]] State first(bool right) const noexcept { return {right ? first_right * shortest : shortest, 1.0, right ? 1.0 : 0.0}; }

  [[nodiscard]] State review(const State& s, double days, bool right) const noexcept {
    if (!right) return {std::max(shortest, lapse * s.scale), s.answers + 1.0, s.wins};
    const double grown = s.scale * (1.0 + growth * std::log1p(days / s.scale) * std::pow(s.scale / shortest, -saturation));
    return {std::min(longest, grown), s.answers + 1.0, s.wins + 1.0};
  }

  [[nodiscard]] double known(const State& s, double level, double days) const noexcept {
    const double counts = practice * std::log1p(s.answers) + win * std::log1p(s.wins);
    return models::logistic(level + learned + counts - decay * std::log1p(days / s.scale));
  }
};
static_assert(MemoryFamily<PowerOdds>);

}  // namespace perdure::inline PERDURE_ABI::simulate
