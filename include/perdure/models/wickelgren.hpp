#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/log1p.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/convex_crossing.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// ln of Wickelgren's retention function, as a curve over days (models/convex_crossing.hpp): it falls and is convex.
template <class T>
struct WickelgrenCurve {
  T strength, forgetting, interference;  ///< lambda, psi, pi (1/days)
  T age;                                 ///< 1 / beta, days

  [[nodiscard]] T value(const T& days) const {
    using math::log;
    return log(strength) - forgetting * math::log1p<T>(days / age) - interference * days;
  }
  [[nodiscard]] Tangent<T> tangent(const T& days) const { return {value(days), -(forgetting / (age + days) + interference)}; }
  template <class To>
  [[nodiscard]] WickelgrenCurve<To> as() const {
    return {value_as<To>(strength), value_as<To>(forgetting), value_as<To>(interference), value_as<To>(age)};
  }
};

/// Wickelgren's power law: a memory trace of strength lambda fades the more slowly the older it is, because it grows less fragile with
/// time, and interference wears it down at a steady rate:
///
///     R(t) = lambda (1 + beta t)^(-psi) e^(-pi t)          beta = 1 / age
///
/// That is the published function for one learning. Fragility falls as 1 / (age + t), so that after t days the trace's age is age + t. What an
/// answer does is ours: a success restores the strength and keeps the age it finds, age' = age + consolidation t (the theory has
/// consolidation 1); a failure lays a new trace, age' = first_wrong. State: age in days. Source: Wickelgren (1974); without interference Wixted
/// and Carpenter (2007). See docs/models/wickelgren.md.
struct WickelgrenEquations {
  static constexpr std::string_view id = "wickelgren";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"strength", "1", 0.95, 0.05, 1.0, 0.1, "recall right after an answer (lambda)"},
      ParamSpec{"first_wrong", "days", 0.2, 0.001, 365.0, 1.0, "age (1/beta) of a trace after a wrong answer"},
      ParamSpec{"first_right", "days", 2.0, 0.001, 365.0, 5.0, "age of a trace after a right first answer"},
      ParamSpec{"forgetting", "1", 0.15, 0.02, 2.0, 0.15, "exponent of forgetting (psi)"},
      ParamSpec{"interference", "1/days", 0.0, 0.0, 0.1, 0.002, "steady rate of loss (pi)"},
      ParamSpec{"consolidation", "1", 1.0, 0.0, 50.0, 3.0, "age gained at a success, per day since the last answer"},
  };
  static constexpr std::array<std::size_t, 2> ordered{1, 2};  ///< a wrong first answer never leaves more than a right one
  static constexpr std::array waivers{Waiver{Law::recall_starts_at_one, "recall starts at the strength of the trace, a parameter"}};

  static constexpr double youngest = 0.001;  ///< days
  static constexpr double oldest = 36500.0;  ///< days
  static constexpr std::array state_fields{StateSpec{"age", "days", youngest, oldest}};

  template <class T>
  struct Params {
    T strength, first_wrong, first_right, forgetting, interference, consolidation;
  };
  template <class T>
  struct State {
    T age;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return {is_success(grade) ? w.first_right : w.first_wrong};
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    using math::exp;
    return w.strength * exp(-(w.forgetting * math::log1p<T>(days / s.age) + w.interference * days));
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    if (!is_success(grade)) return {w.first_wrong};
    return {math::clamp<T>(s.age + w.consolidation * days, youngest, oldest)};
  }

  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::log;
    const WickelgrenCurve<T> curve{w.strength, w.forgetting, w.interference, s.age};
    return convex_interval(curve, T(log(target)));
  }
};

using Wickelgren = Model<WickelgrenEquations>;
static_assert(MemoryModel<Wickelgren>);

}  // namespace perdure::inline PERDURE_ABI::models
