#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/simulate/memory_family.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace perdure::inline PERDURE_ABI::simulate {

/// What was learned halves with every half-life, from a ceiling that ability sets down to what ability alone knows. The half-life grows with
/// spaced successes, as in half-life regression.
///
///     known = base + (ceiling - base) 2^(-days/half_life)          base = logistic(level), ceiling = logistic(level + learned)
///     success: half_life' = half_life (1 + growth (1 - 2^(-days/half_life)))          failure: half_life' = lapse half_life
struct Exponential {
  static constexpr std::string_view id = "exponential";
  static constexpr double shortest = 0.01;     ///< days
  static constexpr double longest = 36'500.0;  ///< days

  double learned = 3.0;
  double first_right = 12.0, first_wrong = 5.0;  ///< days
  double growth = 2.0, lapse = 0.6;

  struct State {
    double half_life = shortest;  ///< days
  };

  [[nodiscard]] State first(bool right) const noexcept { return {right ? first_right : first_wrong}; }

  [[nodiscard]] State review(const State& s, double days, bool right) const noexcept {
    const double factor = right ? 1.0 + growth * (1.0 - std::exp2(-days / s.half_life)) : lapse;
    return {std::clamp(s.half_life * factor, shortest, longest)};
  }

  [[nodiscard]] double known(const State& s, double level, double days) const noexcept {
    const double base = models::logistic(level);
    return base + (models::logistic(level + learned) - base) * std::exp2(-days / s.half_life);
  }
};
static_assert(MemoryFamily<Exponential>);

}  // namespace perdure::inline PERDURE_ABI::simulate
