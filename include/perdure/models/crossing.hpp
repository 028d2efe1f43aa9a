#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/models/param_spec.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

/// `interval` of models whose forgetting curve cannot be turned around in closed form.
namespace perdure::inline PERDURE_ABI::models {

/// The search runs over the logarithm of days between these: 1e-12 days (less than a microsecond) and 1e15 (longer than there was time). A
/// curve that is above the level at the end is taken never to reach it.
inline constexpr double search_start = -27.631021115;  ///< ln 1e-12
inline constexpr double search_end = 34.538776394;     ///< ln 1e15

/// Time at which `curve(days)` falls to `level`: 0 when it starts there or below, infinity when it is still above at the search's end. For a
/// curve that never rises this is the first such time; where it falls, rises and falls again, it is one of them.
///
/// Ridders' method on ln days: each step at least halves the bracket, and converges quadratically where the curve is smooth. Branch-free for
/// packs, which take 24 steps of two values each: enough for a smooth curve, and 4e-6 of the time of a jump. A plain number takes as many as
/// it needs, up to 60, and finds a jump to its last place.
/// Source: C. J. F. Ridders, IEEE Transactions on Circuits and Systems 26 (1979) 979-980.
template <class T, class Curve>
[[nodiscard]] T crossing(const Curve& curve, const T& level) {
  using math::exp;
  using math::select;
  using math::sqrt;
  constexpr bool plain = std::is_same_v<std::remove_cvref_t<decltype(level > level)>, bool>;
  constexpr int steps = plain ? 60 : 24;
  constexpr double smallest = 1e-30;  // keeps 0/0 out of lanes that have converged
  T low = T(search_start);
  T high = T(search_end);
  T above = curve(T(0.0)) - level;
  T below = curve(T(exp(high))) - level;
  const auto starts_below = above <= T(0.0);
  const auto never = below > T(0.0);
  for (int i = 0; i < steps; ++i) {
    const T middle = T(0.5) * (low + high);
    const T at_middle = curve(T(exp(middle))) - level;
    const T root = sqrt(math::max<T>(at_middle * at_middle - above * below, T(smallest)));
    const T guess = math::min<T>(math::max<T>(middle + (middle - low) * at_middle / root, low), high);
    const T at_guess = curve(T(exp(guess))) - level;
    const T before_low = low;
    const T before_high = high;
    const auto middle_above = at_middle > T(0.0);
    above = select(middle_above, at_middle, above);
    below = select(middle_above, below, at_middle);
    low = select(middle_above, middle, low);
    high = select(middle_above, high, middle);
    const auto inside = (guess >= low) && (guess <= high);  // rounding may push a guess past the middle
    const auto guess_above = inside && (at_guess > T(0.0));
    const auto guess_below = inside && (at_guess <= T(0.0));
    above = select(guess_above, at_guess, above);
    low = select(guess_above, guess, low);
    below = select(guess_below, at_guess, below);
    high = select(guess_below, guess, high);
    if constexpr (plain) {
      if (starts_below || never || below == 0.0 || (low == before_low && high == before_high)) break;
    }
  }
  const T nearest = select(above < -below, low, high);
  return select(starts_below, T(0.0), select(never, T(std::numeric_limits<double>::infinity()), T(exp(nearest))));
}

namespace detail {

/// The values of an aggregate of `n` dual numbers, as `To`, without their derivatives.
template <class To, std::size_t n, class From, class Aggregate>
[[nodiscard]] std::array<To, n> values_of(const Aggregate& aggregate) {
  const auto from = std::bit_cast<std::array<From, n>>(aggregate);
  std::array<To, n> to;
  for (std::size_t i = 0; i < n; ++i) to[i] = value_as<To>(from[i]);
  return to;
}

template <class M, class To, class From>
[[nodiscard]] typename M::template Params<To> plain_params(const typename M::template Params<From>& w) {
  constexpr std::size_t n = M::specs.size();
  const std::array<To, n> values = values_of<To, n, From>(w);
  return assemble<M, To>(std::span<const To, n>{values});
}

template <class M, class To, class From>
[[nodiscard]] typename M::template State<To> plain_state(const typename M::template State<From>& s) {
  constexpr std::size_t n = M::state_fields.size();
  return std::bit_cast<typename M::template State<To>>(values_of<To, n, From>(s));
}

}  // namespace detail

/// Days until `M::score(w, s, days)`, the log-odds of recall, fall to those of `target`. For dual numbers the time is found in double, and one
/// implicit Newton step t - (score(t) - level) / score'(t) in T then carries its exact derivative.
template <class M, class T>
[[nodiscard]] T score_crossing(const typename M::template Params<T>& w, const typename M::template State<T>& s, const T& target) {
  const T level = log_odds(target);
  if constexpr (is_dual<T>) {
    using Slope = Dual<1>;
    const auto plain_w = detail::plain_params<M, double, T>(w);
    const auto plain_s = detail::plain_state<M, double, T>(s);
    const double days = crossing<double>([&](double t) { return M::score(plain_w, plain_s, t); }, level.v);
    if (!(days > 0.0 && days < std::numeric_limits<double>::infinity())) return T(days);
    const Slope at = M::score(detail::plain_params<M, Slope, T>(w), detail::plain_state<M, Slope, T>(s), Slope::seed(days, 0));
    if (at.d[0] == 0.0) return T(days);  // flat here: no derivative
    const T miss = M::score(w, s, T(days)) - level;
    T result = miss * (-1.0 / at.d[0]);
    result.v = days;
    return result;
  } else {
    return crossing<T>([&](const T& t) { return M::score(w, s, t); }, level);
  }
}

}  // namespace perdure::inline PERDURE_ABI::models
