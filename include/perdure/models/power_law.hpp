#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/log1p.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// Forgetting along a power of time, at a scale that grows with each success, the more the more had been forgotten:
///
///     R(t) = (1 + t/scale)^(-decay)          scale0 = first_wrong or first_right
///     success: scale' = scale (1 + gain (1 - R))          failure: scale' = lapse scale
///
/// The half-life model with a thick tail instead of a thin one: the two differ in the curve alone. The default curve is that of FSRS-6's
/// defaults after a first answer. State: the scale in days, in [shortest, longest]. See docs/models/power_law.md.
struct PowerLawEquations {
  static constexpr std::string_view id = "power-law";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"first_wrong", "days", 0.22, 0.001, 365.0, 1.0, "scale after a wrong first answer"},
      ParamSpec{"first_right", "days", 2.4, 0.001, 365.0, 5.0, "scale after a right first answer"},
      ParamSpec{"decay", "1", 0.15, 0.02, 2.0, 0.15, "exponent of forgetting"},
      ParamSpec{"gain", "1", 20.0, 0.0, 200.0, 20.0, "growth of the scale at a success, per share forgotten"},
      ParamSpec{"lapse", "1", 0.3, 0.01, 1.0, 0.3, "share of the scale kept at a failure"},
  };
  static constexpr std::array<std::size_t, 2> ordered{0, 1};  ///< a wrong first answer never leaves more than a right one

  static constexpr double shortest = 0.001;   ///< days
  static constexpr double longest = 36500.0;  ///< days
  static constexpr std::array state_fields{StateSpec{"scale", "days", shortest, longest}};

  template <class T>
  struct Params {
    T first_wrong, first_right, decay, gain, lapse;
  };
  template <class T>
  struct State {
    T scale;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return {is_success(grade) ? w.first_right : w.first_wrong};
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return math::pow<T>(T(1.0) + days / s.scale, -w.decay);
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    if (!is_success(grade)) return {bounded<T>(w.lapse * s.scale)};
    const T forgotten = T(1.0) - recall(w, s, days);
    return {bounded<T>(s.scale * (T(1.0) + w.gain * forgotten))};
  }

  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::log;
    return s.scale * math::expm1<T>(-log(target) / w.decay);
  }

 private:
  template <class T>
  static T bounded(const T& scale) {
    return math::clamp(scale, shortest, longest);
  }
};

using PowerLaw = Model<PowerLawEquations>;
static_assert(MemoryModel<PowerLaw>);

}  // namespace perdure::inline PERDURE_ABI::models
