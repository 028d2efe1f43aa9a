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

/// Exponential forgetting with a half-life that grows with each success, the more the more had been forgotten:
///
///     R(t, h) = 2^(-t/h)          h0 = first_wrong or first_right
///     success: h' = h (1 + gain (1 - R))          failure: h' = lapse h
///
/// The smallest model that has a spacing effect: five minutes after an answer R is near 1 and nothing is gained; see
/// docs/models/half_life.md. The default half-lives give the recall of FSRS-6's defaults 30 days after a first answer. State: the half-life in days, in [shortest, longest].
struct HalfLifeEquations {
  static constexpr std::string_view id = "half-life";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"first_wrong", "days", 27.0, 0.01, 365.0, 20.0, "half-life after a wrong first answer"},
      ParamSpec{"first_right", "days", 51.0, 0.01, 365.0, 40.0, "half-life after a right first answer"},
      ParamSpec{"gain", "1", 4.0, 0.0, 30.0, 4.0, "growth of the half-life at a success, per share forgotten"},
      ParamSpec{"lapse", "1", 0.3, 0.01, 1.0, 0.3, "share of the half-life kept at a failure"},
  };
  static constexpr std::array<std::size_t, 2> ordered{0, 1};  ///< a wrong first answer never leaves more than a right one
  static constexpr std::array state_fields{StateSpec{"half_life", "days", 1e-6, 1e9}};

  static constexpr double shortest = 1.0 / 96.0;  ///< days (15 minutes)
  static constexpr double longest = 36500.0;      ///< days

  template <class T>
  struct Params {
    T first_wrong, first_right, gain, lapse;
  };
  template <class T>
  struct State {
    T half_life;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return {bounded(is_success(grade) ? w.first_right : w.first_wrong)};
  }

  template <class T>
  static T recall(const Params<T>&, const State<T>& s, const T& days) {
    using math::exp;
    return exp(T(-std::numbers::ln2) * days / s.half_life);
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    if (!is_success(grade)) return {bounded<T>(w.lapse * s.half_life)};
    const T forgotten = T(1.0) - recall(w, s, days);
    return {bounded<T>(s.half_life * (T(1.0) + w.gain * forgotten))};
  }

  template <class T>
  static T interval(const Params<T>&, const State<T>& s, const T& target) {
    using math::log;
    return T(-1.0 / std::numbers::ln2) * log(target) * s.half_life;
  }

 private:
  template <class T>
  static T bounded(const T& half_life) {
    return math::clamp(half_life, shortest, longest);
  }
};

using HalfLife = Model<HalfLifeEquations>;
static_assert(MemoryModel<HalfLife>);

}  // namespace perdure::inline PERDURE_ABI::models
