#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/log1p.hpp>
#include <perdure/core/math.hpp>

/// The forgetting curve of FSRS-7, a mixture of a fast and a slow power law, and the time at which it falls to a target.
namespace perdure::inline PERDURE_ABI::models::fsrs7 {

/// Recall of one trace, (1 + F t/S)^(-decay), written with F = e^steepness - 1: recall is e^(-decay steepness) when t = S.
template <class T>
struct Trace {
  T decay;      ///< > 0
  T steepness;  ///< in (0, 70)
  T stability;  ///< days; the slow trace has the effect of difficulty on its time scale in here

  /// 1 - recall, without cancellation where little is forgotten: growth of stability is proportional to it, times up to 10^9. F t/S passes the
  /// range of float32 for the flattest curves; there 1e30 is taken out of it.
  [[nodiscard]] T forgotten(const T& days) const {
    using math::select;
    constexpr double huge = 1e30;
    constexpr double log_huge = 69.077552789821371;
    const T factor = math::expm1(steepness);
    const T ratio = days / stability;
    const T x = factor * ratio;
    const auto beyond = x > T(huge);
    const T spread = math::log1p<T>(select(beyond, factor * T(1.0 / huge) * ratio - T(1.0), x)) + select(beyond, T(log_huge), T(0.0));
    return -math::expm1<T>(-decay * spread);
  }
};

/// log(e^x - 1) for x > 0, without loss where x is small (the series is exact to 1e-16 there) or large.
template <class T>
[[nodiscard]] T log_expm1(const T& x) {
  using math::exp;
  using math::log;
  using math::select;
  constexpr double small = 1e-3;
  const T far = x + log(T(1.0) - exp(-math::max<T>(x, T(small))));
  const T near = log(x) + x * (T(0.5) + x * T(1.0 / 24.0));
  return select(x < T(small), near, far);
}

/// A trace over u = ln t: recall, and how fast it falls.
template <class T>
struct LogTrace {
  T decay, shift;  ///< recall(u) = (1 + e^(u + shift))^(-decay)

  explicit LogTrace(const Trace<T>& trace) : decay{trace.decay}, shift{log_scale(trace)} {}

  struct Point {
    T recall;
    T fall;  ///< -d recall / du >= 0
  };
  [[nodiscard]] Point at(const T& u) const {
    using math::exp;
    using math::log;
    using math::select;
    const T v = u + shift;
    const T small = exp(-math::max<T>(v, -v));  // e^-|v|, which neither overflows nor vanishes where it counts
    const T recalled = exp(-decay * (math::max<T>(v, T(0.0)) + log(T(1.0) + small)));
    return {recalled, recalled * decay * select(v < T(0.0), small, T(1.0)) / (T(1.0) + small)};
  }

  /// Where recall is e^-loss.
  [[nodiscard]] T time_of(const T& loss) const { return log_expm1<T>(loss / decay) - shift; }

 private:
  static T log_scale(const Trace<T>& trace) {
    using math::log;
    return log_expm1(trace.steepness) - log(trace.stability);
  }
};

template <class T>
struct Curve {
  Trace<T> fast, slow;
  T slow_odds;  ///< weight of the slow trace over that of the fast one

  /// 1 - recall, in [0, 1].
  [[nodiscard]] T forgotten(const T& days) const {
    return (fast.forgotten(days) + slow_odds * slow.forgotten(days)) / (T(1.0) + slow_odds);
  }

  /// Days until recall falls to `target`, in (0, 1).
  ///
  /// The times at which each trace alone falls there enclose the answer. Between them Newton steps for ln recall over u = ln t, replaced by the
  /// middle of the enclosure where they leave it, until a step is small. A lane that has come so far stays while others go on, so that it does
  /// not depend on them. Two plain steps finish: they square the error twice, and give dual numbers the derivative of the implicit function.
  [[nodiscard]] T interval(const T& target) const {
    using math::every;
    using math::exp;
    using math::log;
    using math::select;
    constexpr int most_steps = 20;           // 18 were enough for 10^7 curves within the bounds of the parameters, their corners included
    constexpr double small_step = 1e-3;      // in ln t
    constexpr double slack = 1e-3;           // in ln t: an answer at an edge of the enclosure may be missed by a rounding
    constexpr double smallest_loss = 1e-30;  // keeps the logarithm of a loss that rounds to 0
    const T loss = math::max<T>(-log(target), T(smallest_loss));
    const LogTrace<T> fast_log{fast}, slow_log{slow};
    const T fast_share = T(1.0) / (T(1.0) + slow_odds);
    const T slow_share = slow_odds * fast_share;
    const T fast_time = fast_log.time_of(loss);
    const T slow_time = slow_log.time_of(loss);
    T low = math::min(fast_time, slow_time);
    T high = math::max(fast_time, slow_time);
    T u = fast_share * fast_time + slow_share * slow_time;
    struct Step {
      T recall, move;
    };
    const auto step_at = [&](const T& where) {
      const auto f = fast_log.at(where);
      const auto s = slow_log.at(where);
      const T recalled = fast_share * f.recall + slow_share * s.recall;
      const T fall = fast_share * f.fall + slow_share * s.fall;
      return Step{recalled, (log(recalled) + loss) * recalled / fall};
    };
    auto arrived = loss < T(0.0);  // nowhere
    for (int k = 0; k < most_steps && !every(arrived); ++k) {
      const Step step = step_at(u);
      low = select(step.recall >= target, u, low);
      high = select(step.recall >= target, high, u);
      const T next = u + step.move;
      const auto inside = next >= low - T(slack) && next <= high + T(slack);
      const T moved = select(inside, next, T(T(0.5) * (low + high)));
      u = select(arrived, u, moved);
      arrived = arrived || (inside && step.move <= T(small_step) && step.move >= T(-small_step));
    }
    for (int k = 0; k < 2; ++k) u = u + step_at(u).move;
    return exp(u);
  }
};

}  // namespace perdure::inline PERDURE_ABI::models::fsrs7
