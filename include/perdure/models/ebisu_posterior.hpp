#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/log_gamma.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/convex_crossing.hpp>

namespace perdure::inline PERDURE_ABI::models {

/// What was observed at an answer: with probability `if_known` a learner who recalls is seen to succeed, with `if_forgotten` one who does not
/// (Ebisu's q1 and q0: below 1 for slips, above 0 for guesses). 0 <= if_forgotten < if_known <= 1.
struct Quiz {
  bool success;
  double if_known = 1.0;
  double if_forgotten = 0.0;
};

/// Ebisu's belief p ~ Beta(alpha, beta) about recall at the belief's own time, given an answer at `delta` times that time, where recall is
/// p^delta. As a curve over x >= 0: the logarithm of the mean of p^x, which falls from 0 and is convex (models/convex_crossing.hpp).
template <class T>
class EbisuPosterior {
 public:
  EbisuPosterior(const T& alpha, const T& beta, const T& delta, const Quiz& quiz)
      : alpha_{alpha}, beta_{beta}, delta_{delta}, quiz_{quiz}, at_once_{stays_beta() ? T(1.0) : weight(recalled(T(0.0)))} {}

  /// ln E(p^x | answer).
  [[nodiscard]] T value(const T& x) const {
    using math::log;
    if (stays_beta()) return math::log_beta_ratio(T(alpha_ + delta_), beta_, x);
    return math::log_beta_ratio(alpha_, beta_, x) + log(T(weight(recalled(x)) / at_once_));
  }

  /// The same with its derivative by x, to 1e-8 of itself where delta is above 1e-8 and less for a smaller one.
  [[nodiscard]] Tangent<T> tangent(const T& x) const {
    using math::exp;
    using math::log;
    if (stays_beta()) return {value(x), -math::digamma_step(T(alpha_ + delta_ + x), beta_)};
    const T at_answer = recalled(x);
    const T observed = weight(at_answer);
    const T before = math::digamma_step(T(alpha_ + x), beta_);
    const T gained = before - math::digamma_step(T(alpha_ + delta_ + x), beta_);
    return {math::log_beta_ratio(alpha_, beta_, x) + log(T(observed / at_once_)),
            T(quiz_.success ? span() : -span()) * exp(at_answer) * gained / observed - before};
  }

  template <class To>
  [[nodiscard]] EbisuPosterior<To> as() const {
    return {value_as<To>(alpha_), value_as<To>(beta_), value_as<To>(delta_), quiz_};
  }

 private:
  /// A success without guesses leaves a Beta.
  [[nodiscard]] bool stays_beta() const { return quiz_.success && quiz_.if_forgotten == 0.0; }
  [[nodiscard]] double span() const { return quiz_.if_known - quiz_.if_forgotten; }

  /// ln of the probability of recall at the answer, where the belief is weighed by p^x.
  [[nodiscard]] T recalled(const T& x) const { return math::log_beta_ratio(T(alpha_ + x), beta_, delta_); }

  /// Probability of what was observed, from `recalled`.
  [[nodiscard]] T weight(const T& recalled) const {
    using math::exp;
    if (quiz_.success) return T(quiz_.if_forgotten) + T(span()) * exp(recalled);
    return T(1.0 - quiz_.if_known) - T(span()) * math::expm1(recalled);
  }

  T alpha_, beta_, delta_;
  Quiz quiz_;
  T at_once_;
};

}  // namespace perdure::inline PERDURE_ABI::models
