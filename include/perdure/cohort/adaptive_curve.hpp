#pragma once

#include <perdure/cohort/adaptive_features.hpp>
#include <perdure/cohort/adaptive_layer.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/models/param_spec.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace perdure::inline PERDURE_ABI::cohort::adaptive {

/// Recall of a card over all gaps after its last answer: what the layer says of it, with all that does not depend on the gap held as it is after
/// that answer. It is for a question in the middle of a day of its learner, at no particular hour: e^3 - 1 answers given today, no residuals
/// of today, and 0 for the sin and cos of the time. Members stand in the order of `fields`.
struct Curve {
  double stability6;                                ///< of FSRS-6
  double stability7, difficulty7, stability_fast7;  ///< of FSRS-7
  Line within_day, later;

  static constexpr std::array fields{
      models::StateSpec{"stability", "days", 1e-6, 1e9},         models::StateSpec{"stability_slow", "days", 1e-6, 1e9},
      models::StateSpec{"difficulty", "1", 1.0, 10.0},           models::StateSpec{"stability_fast", "days", 1e-6, 1e9},
      models::StateSpec{"within_day_base", "1", -1e6, 1e6},      models::StateSpec{"within_day_per_logit6", "1", 0.0, 1e6},
      models::StateSpec{"within_day_per_logit7", "1", 0.0, 1e6}, models::StateSpec{"later_base", "1", -1e6, 1e6},
      models::StateSpec{"later_per_logit6", "1", 0.0, 1e6},      models::StateSpec{"later_per_logit7", "1", 0.0, 1e6}};

  /// Never rises with `days`. The two regimes learn on their own and need not meet at one day: up to there, recall is at least what the later
  /// regime says of one day.
  [[nodiscard]] double recall(const Bases& bases, Days days) const {
    if (days.value() > within_days) return at(bases, days, later);
    return std::max(at(bases, days, within_day), at(bases, Days{within_days}, later));
  }

  /// Time until recall falls to `target`, in (0, 1]: 0 when it is there at once, infinite when it is not there after 10^9 days, and the time of the
  /// step where it falls past the target at one day. Law: recall is above the target before it, and not after it.
  [[nodiscard]] Days interval(const Bases& bases, double target) const {
    constexpr double longest = 1e9;
    constexpr int halvings = 60;  // of the logarithm of the time: down to its last digits
    if (recall(bases, Days{0.0}) <= target) return Days{0.0};
    if (recall(bases, Days{longest}) > target) return Days{std::numeric_limits<double>::infinity()};
    double low = std::log(1e-9);
    double high = std::log(longest);
    for (int k = 0; k < halvings; ++k) {
      const double middle = 0.5 * (low + high);
      (recall(bases, Days{std::exp(middle)}) > target ? low : high) = middle;
    }
    return Days{std::exp(high)};
  }

 private:
  [[nodiscard]] double at(const Bases& bases, Days days, const Line& line) const {
    const double r6 = bases.fsrs6.recall({stability6, models::fsrs_parts::lowest_difficulty}, days);  // difficulty plays no part in it
    const double r7 = bases.fsrs7.recall({stability7, difficulty7, stability_fast7}, days);
    return line.at(bounded_logit(r6), bounded_logit(r7));
  }
};
static_assert(sizeof(Curve) == Curve::fields.size() * sizeof(double));

/// The curve of the card at `place`.
[[nodiscard]] inline Curve curve(const Layer& layer, const Context& context, std::span<const CardMemory> cards,
                                 std::size_t place) noexcept {
  Features x{};
  describe(context, cards, place, x);
  const auto line = [&](Regime regime) { return layer[static_cast<std::size_t>(regime)].line(x); };
  const CardMemory& card = cards[place];
  return {card.fsrs6.stability,      card.fsrs7.stability,     card.fsrs7.difficulty,
          card.fsrs7.stability_fast, line(Regime::within_day), line(Regime::later)};
}

}  // namespace perdure::inline PERDURE_ABI::cohort::adaptive
