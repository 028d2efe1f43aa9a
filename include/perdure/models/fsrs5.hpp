#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/fsrs_parts.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// FSRS-5: the curve of FSRS-4.5 with a rule for answers on the same day, damped steps of difficulty, and a lapse that never leaves more than
/// a share of what was there. 19 parameters; state: stability S in days (time until recall is 0.9) and difficulty D in [1, 10].
///
///     R(t, S) = (1 + 19/81 t/S)^(-1/2),  I(r, S) = 81/19 S (r^-2 - 1)
///
/// Both updates read the old S and D. Source: open-spaced-repetition, FSRS-5 (w0..w18 here by name, in that order); see docs/models/fsrs5.md.
struct Fsrs5Equations {
  static constexpr std::string_view id = "fsrs5";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"first_stability_again", "days", 0.40255, 0.01, 100.0, 6.61, "stability after a first Again"},
      ParamSpec{"first_stability_hard", "days", 1.18385, 0.01, 100.0, 9.52, "stability after a first Hard"},
      ParamSpec{"first_stability_good", "days", 3.173, 0.01, 100.0, 17.69, "stability after a first Good"},
      ParamSpec{"first_stability_easy", "days", 15.69105, 0.01, 100.0, 27.74, "stability after a first Easy"},
      ParamSpec{"first_difficulty", "1", 7.1949, 1.0, 10.0, 0.55, "difficulty after a first Again"},
      ParamSpec{"first_difficulty_grade", "1", 0.5345, 0.001, 4.0, 0.28, "how fast first difficulty falls with the grade"},
      ParamSpec{"difficulty_step", "1", 1.4604, 0.001, 4.0, 0.67, "change of difficulty per grade away from Good"},
      ParamSpec{"difficulty_reversion", "1", 0.0046, 0.001, 0.75, 0.12, "pull of difficulty towards that of a first Easy"},
      ParamSpec{"growth", "1", 1.54575, 0.0, 4.5, 0.4, "log of the growth of stability at a success"},
      ParamSpec{"growth_saturation", "1", 0.1192, 0.0, 0.8, 0.18, "how growth falls as stability rises"},
      ParamSpec{"growth_spacing", "1", 1.01925, 0.001, 3.5, 0.34, "how growth rises as recall falls"},
      ParamSpec{"lapse", "1", 1.9395, 0.001, 5.0, 0.27, "scale of stability after a lapse"},
      ParamSpec{"lapse_difficulty", "1", 0.11, 0.001, 0.25, 0.08, "how lapse stability falls with difficulty"},
      ParamSpec{"lapse_stability", "1", 0.29605, 0.001, 0.9, 0.14, "how lapse stability rises with stability"},
      ParamSpec{"lapse_spacing", "1", 2.2698, 0.0, 4.0, 0.57, "how lapse stability rises as recall falls"},
      ParamSpec{"hard_factor", "1", 0.2315, 0.0, 1.0, 0.25, "share of the growth at Hard"},
      ParamSpec{"easy_factor", "1", 2.9898, 1.0, 6.0, 1.03, "multiple of the growth at Easy"},
      ParamSpec{"same_day", "1", 0.51655, 0.0, 2.0, 0.27, "same-day change of stability per grade"},
      ParamSpec{"same_day_shift", "1", 0.6621, 0.0, 2.0, 0.39, "grade shift of the same-day change"},
  };
  static constexpr std::array<std::size_t, 4> ordered{0, 1, 2, 3};  ///< a better first grade never leaves less
  static constexpr std::array state_fields{StateSpec{"stability", "days", 1e-6, 1e9}, StateSpec{"difficulty", "1", 1.0, 10.0}};

  static constexpr double lowest_stability = 0.01;      ///< days
  static constexpr double highest_stability = 36500.0;  ///< days
  static constexpr double same_day_below = 1.0;         ///< days

  template <class T>
  struct Params {
    T first_stability_again, first_stability_hard, first_stability_good, first_stability_easy;
    T first_difficulty, first_difficulty_grade, difficulty_step, difficulty_reversion;
    T growth, growth_saturation, growth_spacing;
    T lapse, lapse_difficulty, lapse_stability, lapse_spacing;
    T hard_factor, easy_factor;
    T same_day, same_day_shift;
  };
  template <class T>
  struct State {
    T stability;   ///< days
    T difficulty;  ///< in [1, 10]
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return {bounded<T>(fsrs_parts::first_stability(w, grade)),
            math::clamp<T>(fsrs_parts::first_difficulty<T>(w, grade), fsrs_parts::lowest_difficulty, fsrs_parts::highest_difficulty)};
  }

  template <class T>
  static T recall(const Params<T>&, const State<T>& s, const T& days) {
    return fsrs_parts::root_recall(s.stability, days);
  }

  template <class T>
  static T interval(const Params<T>&, const State<T>& s, const T& target) {
    return fsrs_parts::root_interval(s.stability, target);
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    const T stability = math::choose(
        days < T(same_day_below), [&] { return same_day_stability(w, s.stability, grade); },
        [&] {
          const T forgotten = fsrs_parts::root_forgotten(s.stability, days);
          if (is_success(grade)) return fsrs_parts::success_stability(w, s.stability, s.difficulty, forgotten, grade);
          const T left = fsrs_parts::lapse_scale(w, s.difficulty, forgotten) * fsrs_parts::shrunk(s.stability, w.lapse_stability);
          return math::min<T>(left, fsrs_parts::lapse_ceiling(w, s.stability));
        });
    const T difficulty = fsrs_parts::next_difficulty<T>(s.difficulty, w.difficulty_step * T(3.0 - number(grade)), w.difficulty_reversion,
                                                        fsrs_parts::first_difficulty<T>(w, Grade::easy));
    return {bounded(stability), difficulty};
  }

 private:
  /// Stability after an answer less than a day after the last one.
  template <class T>
  static T same_day_stability(const Params<T>& w, const T& stability, Grade grade) {
    using math::exp;
    return stability * exp(w.same_day * (T(number(grade) - 3.0) + w.same_day_shift));
  }

  template <class T>
  static T bounded(const T& stability) {
    return math::clamp(stability, lowest_stability, highest_stability);
  }
};

using Fsrs5 = Model<Fsrs5Equations>;
static_assert(MemoryModel<Fsrs5>);

}  // namespace perdure::inline PERDURE_ABI::models
