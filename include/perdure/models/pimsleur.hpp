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

/// Pimsleur's graduated-interval recall as a memory model, in the form that half-life regression is measured against: the schedule 5 s, 25 s,
/// 2 min, 10 min, 1 h, 5 h, 1 d, 5 d, 25 d, 4 months, 2 years as half-lives, one for each answer, right or wrong.
///
///     R(t) = 2^(-t/h)          h = clamp(2^(start + step n), 15 minutes, 274 days)
///
/// Nothing is trained: the published form has no free number (its trainable form is half-life regression). State: the number n of answers.
/// Source: Pimsleur (1967); Settles and Meeder (2016), and the constants of the code published with it. See docs/models/pimsleur.md.
struct PimsleurEquations {
  static constexpr std::string_view id = "pimsleur";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr bool trainable = false;
  static constexpr std::array specs{
      ParamSpec{"start", "1", -16.46, -30.0, 10.0, 1.0, "log2 of the half-life in days before any answer"},
      ParamSpec{"step", "1", 2.35, 0.0, 10.0, 1.0, "log2 of the growth of the half-life at an answer"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};

  static constexpr double most_answers = 1e6;     ///< counts stop here
  static constexpr double shortest = 1.0 / 96.0;  ///< days (15 minutes)
  static constexpr double longest = 274.0;        ///< days
  static constexpr std::array state_fields{StateSpec{"answers", "1", 1.0, most_answers}};

  template <class T>
  struct Params {
    T start, step;
  };
  template <class T>
  struct State {
    T answers;
  };

  template <class T>
  static State<T> first(const Params<T>&, Grade) {
    return {T(1.0)};
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    using math::exp;
    return exp(T(-std::numbers::ln2) * days / half_life(w, s));
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T&, Grade) {
    return {math::min<T>(s.answers + T(1.0), T(most_answers))};
  }

  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::log;
    return T(-1.0 / std::numbers::ln2) * log(target) * half_life(w, s);
  }

  /// Half-life in days. Its logarithm is clamped before it becomes a power, so that nothing overflows.
  template <class T>
  static T half_life(const Params<T>& w, const State<T>& s) {
    using math::exp;
    const T octaves = math::clamp<T>(w.start + w.step * s.answers, -10.0, 10.0);
    return math::clamp<T>(exp(T(std::numbers::ln2) * octaves), shortest, longest);
  }
};

using Pimsleur = Model<PimsleurEquations>;
static_assert(MemoryModel<Pimsleur>);

}  // namespace perdure::inline PERDURE_ABI::models
