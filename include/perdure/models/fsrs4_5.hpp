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

/// FSRS-4.5: forgetting as one over a square root, difficulty that is linear in the grade, and no rule of its own for the same day. 17
/// parameters; state: stability S in days (time until recall is 0.9) and difficulty D in [1, 10].
///
///     R(t, S) = (1 + 19/81 t/S)^(-1/2),  I(r, S) = 81/19 S (r^-2 - 1)
///
/// Both updates read the old S and D. Source: open-spaced-repetition, FSRS-4.5 (w0..w16 here by name, in that order); see
/// docs/models/fsrs4_5.md, which also says where version 4 differs.
struct Fsrs45Equations {
  static constexpr std::string_view id = "fsrs4.5";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"first_stability_again", "days", 0.4872, 0.01, 100.0, 6.61, "stability after a first Again"},
      ParamSpec{"first_stability_hard", "days", 1.4003, 0.01, 100.0, 9.52, "stability after a first Hard"},
      ParamSpec{"first_stability_good", "days", 3.7145, 0.01, 100.0, 17.69, "stability after a first Good"},
      ParamSpec{"first_stability_easy", "days", 13.8206, 0.01, 100.0, 27.74, "stability after a first Easy"},
      ParamSpec{"first_difficulty", "1", 5.1618, 0.0, 10.0, 0.55, "difficulty after a first Good"},
      ParamSpec{"first_difficulty_grade", "1", 1.2298, 0.01, 5.0, 0.8, "fall of first difficulty per grade"},
      ParamSpec{"difficulty_step", "1", 0.8975, 0.01, 5.0, 0.4, "change of difficulty per grade away from Good"},
      ParamSpec{"difficulty_reversion", "1", 0.031, 0.0, 0.8, 0.12, "pull of difficulty towards that of a first Good"},
      ParamSpec{"growth", "1", 1.6474, 0.0, 6.0, 0.4, "log of the growth of stability at a success"},
      ParamSpec{"growth_saturation", "1", 0.1367, 0.0, 0.8, 0.18, "how growth falls as stability rises"},
      ParamSpec{"growth_spacing", "1", 1.0461, 0.01, 5.0, 0.34, "how growth rises as recall falls"},
      ParamSpec{"lapse", "1", 2.1072, 0.2, 6.0, 0.27, "scale of stability after a lapse"},
      ParamSpec{"lapse_difficulty", "1", 0.0793, 0.01, 0.4, 0.08, "how lapse stability falls with difficulty"},
      ParamSpec{"lapse_stability", "1", 0.3246, 0.01, 0.9, 0.14, "how lapse stability rises with stability"},
      ParamSpec{"lapse_spacing", "1", 1.587, 0.01, 4.0, 0.57, "how lapse stability rises as recall falls"},
      ParamSpec{"hard_factor", "1", 0.2272, 0.0, 1.0, 0.25, "share of the growth at Hard"},
      ParamSpec{"easy_factor", "1", 2.8755, 1.0, 10.0, 1.03, "multiple of the growth at Easy"},
  };
  static constexpr std::array<std::size_t, 4> ordered{0, 1, 2, 3};  ///< a better first grade never leaves less
  static constexpr std::array state_fields{StateSpec{"stability", "days", 1e-6, 1e9}, StateSpec{"difficulty", "1", 1.0, 10.0}};

  static constexpr double lowest_stability = 0.01;      ///< days
  static constexpr double highest_stability = 36500.0;  ///< days

  template <class T>
  struct Params {
    T first_stability_again, first_stability_hard, first_stability_good, first_stability_easy;
    T first_difficulty, first_difficulty_grade, difficulty_step, difficulty_reversion;
    T growth, growth_saturation, growth_spacing;
    T lapse, lapse_difficulty, lapse_stability, lapse_spacing;
    T hard_factor, easy_factor;
  };
  template <class T>
  struct State {
    T stability;   ///< days
    T difficulty;  ///< in [1, 10]
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    const T difficulty = w.first_difficulty - w.first_difficulty_grade * T(number(grade) - 3.0);
    return {bounded<T>(fsrs_parts::first_stability(w, grade)),
            math::clamp(difficulty, fsrs_parts::lowest_difficulty, fsrs_parts::highest_difficulty)};
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
    const T forgotten = fsrs_parts::root_forgotten(s.stability, days);
    if (is_success(grade)) {
      return {bounded<T>(fsrs_parts::success_stability(w, s.stability, s.difficulty, forgotten, grade)),
              next_difficulty(w, s.difficulty, grade)};
    }
    const T left = fsrs_parts::lapse_scale(w, s.difficulty, forgotten) * fsrs_parts::shrunk(s.stability, w.lapse_stability);
    return {bounded<T>(math::min(left, s.stability)), next_difficulty(w, s.difficulty, grade)};
  }

 private:
  /// A step by grade, then a pull towards the difficulty of a first Good.
  template <class T>
  static T next_difficulty(const Params<T>& w, const T& difficulty, Grade grade) {
    const T moved = difficulty - w.difficulty_step * T(number(grade) - 3.0);
    const T reverted = w.difficulty_reversion * w.first_difficulty + (T(1.0) - w.difficulty_reversion) * moved;
    return math::clamp(reverted, fsrs_parts::lowest_difficulty, fsrs_parts::highest_difficulty);
  }

  template <class T>
  static T bounded(const T& stability) {
    return math::clamp(stability, lowest_stability, highest_stability);
  }
};

using Fsrs45 = Model<Fsrs45Equations>;
static_assert(MemoryModel<Fsrs45>);

}  // namespace perdure::inline PERDURE_ABI::models
