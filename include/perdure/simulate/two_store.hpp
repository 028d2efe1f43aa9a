#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/simulate/memory_family.hpp>

#include <cmath>
#include <string_view>

namespace perdure::inline PERDURE_ABI::simulate {

/// Two stores that add up in log-odds: a fast one that every answer fills and that empties within days, and a slow one that fills by as much
/// as the fast one has emptied. So massed answers teach little that lasts, and spaced ones much.
///
///     logit = level + fast e^(-days/fast_days) + slow e^(-days/slow_days)
///     slow' = slow_now + share (full - slow_now) (1 - e^(-days/fast_days))
struct TwoStore {
  static constexpr std::string_view id = "two-store";

  double fast_days = 3.0, slow_days = 200.0;
  double fast_right = 2.0, fast_wrong = 1.2;    ///< log-odds in the fast store after an answer
  double first_right = 1.2, first_wrong = 0.6;  ///< log-odds in the slow store after the first answer
  double full = 5.0;                            ///< most that the slow store holds
  double share_right = 0.4, share_wrong = 0.2;  ///< of what it lacks, filled by an answer long after the last one

  struct State {
    double fast = 0.0, slow = 0.0;  ///< log-odds at the last answer
  };

  [[nodiscard]] State first(bool right) const noexcept { return {right ? fast_right : fast_wrong, right ? first_right : first_wrong}; }

  [[nodiscard]] State review(const State& s, double days, bool right) const noexcept {
    const double slow = s.slow * std::exp(-days / slow_days);
    const double emptied = -std::expm1(-days / fast_days);
    return {right ? fast_right : fast_wrong, slow + (right ? share_right : share_wrong) * (full - slow) * emptied};
  }

  [[nodiscard]] double known(const State& s, double level, double days) const noexcept {
    return models::logistic(level + s.fast * std::exp(-days / fast_days) + s.slow * std::exp(-days / slow_days));
  }
};
static_assert(MemoryFamily<TwoStore>);

}  // namespace perdure::inline PERDURE_ABI::simulate
