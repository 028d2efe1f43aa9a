#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// Half-life regression as Duolingo published it, without the weights of lexemes:
///
///     h = 2^(right √(1 + r) + wrong √(1 + f) + bias), held in [15 minutes, 274 days]
///     R(t) = 2^(-t/h), held in [0.0001, 0.9999]
///
/// Recall thus starts at its ceiling, 0.9999, and never falls below 0.0001. A model of Perdure sees no words: the published weight of each
/// lexeme has no place here. State: the counts of right (r) and wrong (f) answers.
/// Source: Settles and Meeder (2016), equations 2 and 3, and the authors' code; see docs/models/hlr_duolingo.md.
struct HlrDuolingoEquations {
  static constexpr std::string_view id = "hlr-duolingo";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr double recall_ceiling = 0.9999;
  static constexpr double recall_floor = 0.0001;
  static constexpr std::array specs{
      ParamSpec{"right", "1", 0.0, 0.0, 10.0, 2.0, "doublings of the half-life per root of one more than the right answers"},
      ParamSpec{"wrong", "1", 0.0, -10.0, 0.0, 2.0, "the same for wrong answers"},
      ParamSpec{"bias", "1", 0.0, -15.0, 15.0, 4.0, "doublings of one day"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr std::array state_fields{StateSpec{"right", "1", 0.0, 1e9}, StateSpec{"wrong", "1", 0.0, 1e9}};

  static constexpr double shortest_log2 = -6.584962500721156;  ///< log2 of 15 minutes in days
  static constexpr double longest_log2 = 8.098032082960526;    ///< log2 of 274 days

  template <class T>
  struct Params {
    T right, wrong, bias;
  };
  template <class T>
  struct State {
    T right, wrong;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return review(w, State<T>{T(0.0), T(0.0)}, T(0.0), grade);
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    using math::exp;
    return math::clamp<T>(exp(T(-std::numbers::ln2) * days / half_life(w, s)), recall_floor, recall_ceiling);
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T&, Grade grade) {
    if (is_success(grade)) return {math::min<T>(s.right + T(1.0), T(1e9)), s.wrong};
    return {s.right, math::min<T>(s.wrong + T(1.0), T(1e9))};
  }

  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::log;
    using math::select;
    const T days = T(-1.0 / std::numbers::ln2) * log(target) * half_life(w, s);
    const T reached = select(target < T(recall_floor), T(std::numeric_limits<double>::infinity()), days);
    return select(target < T(recall_ceiling), reached, T(0.0));
  }

  /// Days until recall has fallen to 1/2.
  template <class T>
  static T half_life(const Params<T>& w, const State<T>& s) {
    using math::exp;
    using math::sqrt;
    const T doublings = w.right * sqrt(T(1.0) + s.right) + w.wrong * sqrt(T(1.0) + s.wrong) + w.bias;
    return exp(T(std::numbers::ln2) * math::clamp(doublings, shortest_log2, longest_log2));
  }
};

using HlrDuolingo = Model<HlrDuolingoEquations>;
static_assert(MemoryModel<HlrDuolingo>);

}  // namespace perdure::inline PERDURE_ABI::models
