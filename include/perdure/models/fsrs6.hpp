#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/fsrs6_profile.hpp>
#include <perdure/models/fsrs_parts.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace perdure::inline PERDURE_ABI::models {

/// FSRS-6: power-law forgetting with a trainable decay; stability grows at a success, shrinks at a lapse, and answers on the same day follow a
/// rule of their own. 21 parameters; state: stability S in days (time until recall is 0.9) and difficulty D in [1, 10].
///
///     k = -decay,  F = 0.9^(1/k) - 1,  R(t, S) = (1 + F t/S)^k,  I(r, S) = (S/F)(r^(1/k) - 1)
///
/// Both updates read the old S and D. Source: open-spaced-repetition, FSRS-6 (w0..w20 here by name, in that order); see docs/models/fsrs6.md.
template <class Profile>
struct Fsrs6Equations {
  static constexpr std::string_view id = "fsrs6";
  static constexpr std::string_view profile = Profile::id;
  static constexpr std::string_view elapsed_rule = Profile::elapsed_rule;
  static constexpr double rounding = 0.5 * Profile::resolution;
  static constexpr std::array specs{
      ParamSpec{"first_stability_again", "days", 0.212, 0.001, 100.0, 6.43, "stability after a first Again"},
      ParamSpec{"first_stability_hard", "days", 1.2931, 0.001, 100.0, 9.66, "stability after a first Hard"},
      ParamSpec{"first_stability_good", "days", 2.3065, 0.001, 100.0, 17.58, "stability after a first Good"},
      ParamSpec{"first_stability_easy", "days", 8.2956, 0.001, 100.0, 27.85, "stability after a first Easy"},
      ParamSpec{"first_difficulty", "1", 6.4133, 1.0, 10.0, 0.57, "difficulty after a first Again"},
      ParamSpec{"first_difficulty_grade", "1", 0.8334, 0.001, 4.0, 0.28, "how fast first difficulty falls with the grade"},
      ParamSpec{"difficulty_step", "1", 3.0194, 0.001, 4.0, 0.6, "change of difficulty per grade away from Good"},
      ParamSpec{"difficulty_reversion", "1", 0.001, 0.001, 0.75, 0.12, "pull of difficulty towards that of a first Easy"},
      ParamSpec{"growth", "1", 1.8722, 0.0, 4.5, 0.39, "log of the growth of stability at a success"},
      ParamSpec{"growth_saturation", "1", 0.1666, 0.0, 0.8, 0.18, "how growth falls as stability rises"},
      ParamSpec{"growth_spacing", "1", 0.796, 0.001, 3.5, 0.33, "how growth rises as recall falls"},
      ParamSpec{"lapse", "1", 1.4835, 0.001, 5.0, 0.3, "scale of stability after a lapse"},
      ParamSpec{"lapse_difficulty", "1", 0.0614, 0.001, 0.25, 0.09, "how lapse stability falls with difficulty"},
      ParamSpec{"lapse_stability", "1", 0.2629, 0.001, 0.9, 0.16, "how lapse stability rises with stability"},
      ParamSpec{"lapse_spacing", "1", 1.6483, 0.0, 4.0, 0.57, "how lapse stability rises as recall falls"},
      ParamSpec{"hard_factor", "1", 0.6014, 0.0, 1.0, 0.25, "share of the growth at Hard"},
      ParamSpec{"easy_factor", "1", 1.8729, 1.0, 6.0, 1.03, "multiple of the growth at Easy"},
      ParamSpec{"same_day", "1", 0.5425, 0.0, 2.0, 0.31, "same-day change of stability per grade"},
      ParamSpec{"same_day_shift", "1", 0.0912, 0.0, 2.0, 0.32, "grade shift of the same-day change"},
      ParamSpec{"same_day_saturation", "1", 0.0658, 0.0, 0.8, 0.14, "how the same-day change falls as stability rises"},
      ParamSpec{"decay", "1", 0.1542, 0.1, 0.8, 0.27, "exponent of forgetting"},
  };
  static constexpr std::array<std::size_t, 4> ordered{0, 1, 2, 3};  ///< a better first grade never leaves less
  static constexpr std::array state_fields{StateSpec{"stability", "days", 1e-6, 1e9}, StateSpec{"difficulty", "1", 1.0, 10.0}};

  template <class T>
  struct Params {
    T first_stability_again, first_stability_hard, first_stability_good, first_stability_easy;
    T first_difficulty, first_difficulty_grade, difficulty_step, difficulty_reversion;
    T growth, growth_saturation, growth_spacing;
    T lapse, lapse_difficulty, lapse_stability, lapse_spacing;
    T hard_factor, easy_factor;
    T same_day, same_day_shift, same_day_saturation;
    T decay;
  };
  template <class T>
  struct State {
    T stability;   ///< days
    T difficulty;  ///< in [1, 10]
  };

  static constexpr double same_day_below = 1.0;  ///< days

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    const T& stability = fsrs_parts::first_stability(w, grade);
    return {rounded<T>(math::clamp(stability, Profile::lowest_first_stability, Profile::highest_stability)),
            rounded<T>(
                math::clamp<T>(fsrs_parts::first_difficulty<T>(w, grade), fsrs_parts::lowest_difficulty, fsrs_parts::highest_difficulty))};
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return math::pow<T>(T(1.0) + curve_factor(w) * days / s.stability, -w.decay);
  }

  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::exp;
    using math::log;
    return s.stability / curve_factor(w) * (exp(-log(target) / w.decay) - T(1.0));
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    const T stability = math::choose(
        days < T(same_day_below), [&] { return same_day_stability(w, s, grade); },
        [&] {
          const T r = recall(w, s, days);
          return is_success(grade) ? success_stability(w, s, r, grade) : lapse_stability(w, s, r);
        });
    return {rounded<T>(math::clamp(stability, Profile::lowest_stability, Profile::highest_stability)),
            rounded<T>(next_difficulty(w, s.difficulty, grade))};
  }

  /// Stability after a success at recall r, a day or more after the last answer. Grades other than Hard and Easy count as Good.
  template <class T>
  static T success_stability(const Params<T>& w, const State<T>& s, const T& r, Grade grade) {
    using math::exp;
    const T scale = fsrs_parts::growth_scale(w, s.stability, s.difficulty);
    const T growth = scale * (exp(w.growth_spacing * (T(1.0) - r)) - T(1.0));
    return fsrs_parts::grown(w, s.stability, growth, grade);
  }

  /// Stability after a failure at recall r, a day or more after the last answer: never above S / e^(same_day same_day_shift).
  template <class T>
  static T lapse_stability(const Params<T>& w, const State<T>& s, const T& r) {
    const T forgotten =
        fsrs_parts::lapse_scale<T>(w, s.difficulty, T(1.0) - r) * (math::pow<T>(s.stability + T(1.0), w.lapse_stability) - T(1.0));
    return math::min<T>(forgotten, fsrs_parts::lapse_ceiling(w, s.stability));
  }

  /// Stability after an answer less than a day after the last one.
  template <class T>
  static T same_day_stability(const Params<T>& w, const State<T>& s, Grade grade) {
    using math::exp;
    using math::log;
    const T change = exp(w.same_day * (T(number(grade) - 3.0) + w.same_day_shift) - w.same_day_saturation * log(s.stability));
    const bool floored = Profile::hard_floor ? is_success(grade) : grade >= Grade::good;
    return s.stability * (floored ? math::max<T>(change, T(1.0)) : change);
  }

  /// Difficulty after an answer: a damped step by grade, then a pull towards the (unclamped) difficulty of a first Easy.
  template <class T>
  static T next_difficulty(const Params<T>& w, const T& difficulty, Grade grade) {
    return fsrs_parts::next_difficulty<T>(difficulty, w.difficulty_step * T(3.0 - number(grade)), w.difficulty_reversion,
                                          fsrs_parts::first_difficulty<T>(w, Grade::easy));
  }

 private:
  /// F, chosen so that recall is 0.9 when t = S.
  template <class T>
  static T curve_factor(const Params<T>& w) {
    using math::exp;
    constexpr double log_anchor = -0.10536051565782628;  // ln 0.9
    return exp(T(-log_anchor) / w.decay) - T(1.0);
  }

  /// Rounding as the profile asks. Only plain numbers are rounded: a derivative goes through unrounded.
  template <class T>
  static T rounded(const T& x) {
    if constexpr (std::is_same_v<T, double> && Profile::resolution > 0.0) {
      constexpr double steps = 1.0 / Profile::resolution;
      return std::floor(x * steps + 0.5) / steps;
    } else {
      return x;
    }
  }
};

template <class Profile>
using Fsrs6As = Model<Fsrs6Equations<Profile>>;
using Fsrs6 = Fsrs6As<fsrs6::Perdure>;
static_assert(MemoryModel<Fsrs6>);

}  // namespace perdure::inline PERDURE_ABI::models
