#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/log1p.hpp>
#include <perdure/core/math.hpp>

/// Formulas that several versions of FSRS share, each in one place. `W` is the Params<T> of a version; its members are read by name, so a version
/// takes part in a formula when it has the parameters that the formula reads. Stabilities are in days, difficulty is in [1, 10], recall in [0, 1].
namespace perdure::inline PERDURE_ABI::models::fsrs_parts {

inline constexpr double lowest_difficulty = 1.0;
inline constexpr double highest_difficulty = 10.0;

/// Versions 4.5 and 5 forget as 1/sqrt: R(t, S) = (1 + 19/81 t/S)^(-1/2), which is 0.9 when t = S.
inline constexpr double root_factor = 19.0 / 81.0;

template <class T>
[[nodiscard]] T root_recall(const T& stability, const T& days) {
  using math::sqrt;
  return T(1.0) / sqrt(T(1.0) + T(root_factor) * days / stability);
}

/// 1 - root_recall, without cancellation: moments after an answer float32 still has all its digits.
template <class T>
[[nodiscard]] T root_forgotten(const T& stability, const T& days) {
  using math::sqrt;
  const T x = T(root_factor) * days / stability;
  const T root = sqrt(T(1.0) + x);
  return x / (root * (T(1.0) + root));
}

/// Days until root_recall falls to `target`.
template <class T>
[[nodiscard]] T root_interval(const T& stability, const T& target) {
  return T(1.0 / root_factor) * stability * ((T(1.0) - target) * (T(1.0) + target) / (target * target));
}

/// The parameter that is the stability after a first answer.
template <class W>
[[nodiscard]] const auto& first_stability(const W& w, Grade grade) {
  return grade == Grade::again  ? w.first_stability_again
         : grade == Grade::hard ? w.first_stability_hard
         : grade == Grade::good ? w.first_stability_good
                                : w.first_stability_easy;
}

/// Difficulty after a first answer, versions 5 and later: A(g) = first_difficulty - e^(first_difficulty_grade (g - 1)) + 1, not yet held in
/// [1, 10].
template <class T, class W>
[[nodiscard]] T first_difficulty(const W& w, Grade grade) {
  using math::exp;
  return w.first_difficulty - exp(w.first_difficulty_grade * T(number(grade) - 1.0)) + T(1.0);
}

/// Difficulty after a later answer, versions 5 and later: `step` is damped towards 10, then the whole is pulled towards `target`.
template <class T>
[[nodiscard]] T next_difficulty(const T& difficulty, const T& step, const T& reversion, const T& target) {
  const T damped = difficulty + (T(highest_difficulty) - difficulty) * step * T(1.0 / 9.0);
  const T reverted = reversion * target + (T(1.0) - reversion) * damped;
  return math::clamp(reverted, lowest_difficulty, highest_difficulty);
}

/// Growth of stability at a success, S'/S - 1, at grade Good, per e^(growth_spacing (1 - R)) - 1.
template <class T, class W>
[[nodiscard]] T growth_scale(const W& w, const T& stability, const T& difficulty) {
  using math::exp;
  using math::log;
  return exp(w.growth - w.growth_saturation * log(stability)) * (T(11.0) - difficulty);
}

/// Stability after a success, from its growth at grade Good. Grades other than Hard and Easy count as Good.
template <class T, class W>
[[nodiscard]] T grown(const W& w, const T& stability, const T& growth, Grade grade) {
  if (grade == Grade::hard) return stability * (T(1.0) + growth * w.hard_factor);
  if (grade == Grade::easy) return stability * (T(1.0) + growth * w.easy_factor);
  return stability * (T(1.0) + growth);
}

/// Stability after a success, without cancellation where little is forgotten; `forgotten` is 1 - R. FSRS-6 subtracts 1 from an exponential
/// instead, which keeps its results what they have been, to the bit.
template <class T, class W>
[[nodiscard]] T success_stability(const W& w, const T& stability, const T& difficulty, const T& forgotten, Grade grade) {
  const T growth = growth_scale(w, stability, difficulty) * math::expm1<T>(w.growth_spacing * forgotten);
  return grown(w, stability, growth, grade);
}

/// Stability after a failure, versions 4.5 to 6, before its ceiling, per (S + 1)^lapse_stability - 1. `forgotten` is 1 - R.
template <class T, class W>
[[nodiscard]] T lapse_scale(const W& w, const T& difficulty, const T& forgotten) {
  using math::exp;
  using math::log;
  return w.lapse * exp(w.lapse_spacing * forgotten - w.lapse_difficulty * log(difficulty));
}

/// (S + 1)^power - 1, without cancellation where S or the power is small. FSRS-6 subtracts here too.
template <class T>
[[nodiscard]] T shrunk(const T& stability, const T& power) {
  return math::expm1<T>(power * math::log1p(stability));
}

/// Most that a failure leaves, versions 5 and 6: S / e^(same_day same_day_shift).
template <class T, class W>
[[nodiscard]] T lapse_ceiling(const W& w, const T& stability) {
  using math::exp;
  return stability * exp(-w.same_day * w.same_day_shift);
}

}  // namespace perdure::inline PERDURE_ABI::models::fsrs_parts
