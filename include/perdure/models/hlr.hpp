#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <numbers>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// Half-life regression on the counts of right and wrong answers, as srs-benchmark has it:
///
///     h = 2^(successes √s + failures √f + bias) days          R(t) = 2^(-t/h)
///
/// Grades 2, 3 and 4 are successes alike. The exponent is held in [-20, 30], so that h stays within a tenth of a second and three million
/// years. When the answers came plays no part. State: the counts s and f.
/// Source: Settles and Meeder (2016), with the features and start values of srs-benchmark; see docs/models/hlr.md.
struct HlrEquations {
  static constexpr std::string_view id = "hlr";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"successes", "1", 2.5819, 0.0, 10.0, 2.0, "doublings of the half-life per root of the number of successes"},
      ParamSpec{"failures", "1", -0.8674, -10.0, 0.0, 1.0, "the same for failures"},
      ParamSpec{"bias", "1", 2.7245, -10.0, 15.0, 2.0, "doublings of one day before any answer"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr std::array state_fields{StateSpec{"successes", "1", 0.0, 1e9}, StateSpec{"failures", "1", 0.0, 1e9}};

  static constexpr double least_doublings = -20.0;
  static constexpr double most_doublings = 30.0;

  template <class T>
  struct Params {
    T successes, failures, bias;
  };
  template <class T>
  struct State {
    T successes, failures;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return review(w, State<T>{T(0.0), T(0.0)}, T(0.0), grade);
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    using math::exp;
    return exp(T(-std::numbers::ln2) * days / half_life(w, s));
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T&, Grade grade) {
    if (is_success(grade)) return {math::min<T>(s.successes + T(1.0), T(1e9)), s.failures};
    return {s.successes, math::min<T>(s.failures + T(1.0), T(1e9))};
  }

  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::log;
    return T(-1.0 / std::numbers::ln2) * log(target) * half_life(w, s);
  }

  /// Days until recall has fallen to 1/2.
  template <class T>
  static T half_life(const Params<T>& w, const State<T>& s) {
    using math::exp;
    using math::sqrt;
    const T doublings = w.successes * sqrt(s.successes) + w.failures * sqrt(s.failures) + w.bias;
    return exp(T(std::numbers::ln2) * math::clamp(doublings, least_doublings, most_doublings));
  }
};

using Hlr = Model<HlrEquations>;
static_assert(MemoryModel<Hlr>);

}  // namespace perdure::inline PERDURE_ABI::models
