#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/log1p.hpp>
#include <perdure/core/log_gamma.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/convex_crossing.hpp>
#include <perdure/models/ebisu_posterior.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <numbers>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// Ebisu, version 2: recall at `half_life` is uncertain, p ~ Beta(alpha, beta), and after t days it is p^(t / half_life). An answer
/// conditions that belief by Bayes' rule; what comes out is moved to the time where its mean is 1/2, and matched there by a Beta of the same
/// variance:
///
///     R(t)     = E p^d = B(alpha + d, beta) / B(alpha, beta),  d = t / half_life
///     success  weighs the belief by p^d          failure  by 1 - p^d
///
/// Grades 2, 3 and 4 are successes alike. A first answer conditions the prior as an answer after `shortest` days does; sooner answers count
/// as given then. State: the belief (alpha, beta, half_life in days); every answer leaves alpha = beta, hence recall 1/2 at half_life.
/// Source: the ebisu package, 2.2 (predictRecall, updateRecall with rebalance); prior and `shortest` from srs-benchmark. See
/// docs/models/ebisu_v2.md.
struct EbisuV2Equations {
  static constexpr std::string_view id = "ebisu-v2";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"alpha", "1", 0.2, 0.05, 20.0, 1.0, "first number of the belief about recall before any answer"},
      ParamSpec{"beta", "1", 0.2, 0.05, 20.0, 1.0, "second number of that belief"},
      ParamSpec{"half_life", "days", 512.0, 0.01, 36500.0, 512.0, "time after learning to which that belief belongs"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr std::array waivers{
      Waiver{Law::success_never_forgets_faster, "a Beta matched by two moments may have a thicker tail after a failure"}};

  static constexpr double shortest = 0.001;        ///< days
  static constexpr double least_shape = 0.02;      ///< of alpha and beta
  static constexpr double most_shape = 1e4;        ///< of alpha and beta
  static constexpr double least_half_life = 1e-6;  ///< days
  static constexpr double most_half_life = 1e12;   ///< days
  static constexpr std::array state_fields{StateSpec{"alpha", "1", least_shape, most_shape},
                                           StateSpec{"beta", "1", least_shape, most_shape},
                                           StateSpec{"half_life", "days", least_half_life, most_half_life}};
  /// An answer soon after the last one moves the belief by less than float32 resolves in ln Gamma.
  using KernelReal = double;

  template <class T>
  struct Params {
    T alpha, beta, half_life;
  };
  template <class T>
  struct State {
    T alpha, beta, half_life;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return review(w, {w.alpha, w.beta, w.half_life}, T(0.0), grade);
  }

  template <class T>
  static T recall(const Params<T>&, const State<T>& s, const T& days) {
    using math::exp;
    return exp(math::log_beta_ratio(s.alpha, s.beta, T(days / s.half_life)));
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T& days, Grade grade) {
    return observed(s, days, Quiz{is_success(grade)});
  }

  /// State after an answer that slips and guesses may have spoiled (Quiz); `review` takes every answer at its word.
  template <class T>
  static State<T> observed(const State<T>& s, const T& days, const Quiz& quiz) {
    const EbisuPosterior<T> belief{s.alpha, s.beta, T(math::max<T>(days, T(shortest)) / s.half_life), quiz};
    const T half = convex_crossing(belief, T(-std::numbers::ln2));                 // the mean is 1/2 there
    const T spread = belief.value(T(T(2.0) * half)) + T(2.0 * std::numbers::ln2);  // ln(1 + variance / mean^2)
    const T shape = math::clamp<T>(T(0.5) / math::expm1(spread) - T(0.5), least_shape, most_shape);
    return {shape, shape, math::clamp<T>(half * s.half_life, least_half_life, most_half_life)};
  }

  template <class T>
  static T interval(const Params<T>&, const State<T>& s, const T& target) {
    using math::log;
    const EbisuPosterior<T> belief{s.alpha, s.beta, T(0.0), Quiz{true}};
    return convex_interval(belief, T(log(target))) * s.half_life;
  }
};

using EbisuV2 = Model<EbisuV2Equations>;
static_assert(MemoryModel<EbisuV2>);

}  // namespace perdure::inline PERDURE_ABI::models
