#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// SM-2, the algorithm of SuperMemo 2: the interval after n right answers in a row is I(1), I(2), then the last one times the ease; the
/// answer's quality q (1 + grade: 2 to 5) moves the ease. Recall is read into it: 0.9 when an interval ends.
///
///     R(t)   = 0.9^(t/I)
///     I      = first, second, I E, I E, ...     a failure starts again at n = 1
///     E'     = clamp(E + ease_offset - ease_curvature (q - ease_peak)^2, 1.3, 10)
///
/// With the default three numbers E moves by -0.32, -0.14, 0 and +0.10, which is the published E + 0.1 - (5 - q)(0.08 + (5 - q) 0.02). The
/// time of an answer plays no part. State: interval (days), ease, and right answers in a row, counting from 1 after a failure.
/// Source: Wozniak (1990); the six trainable numbers and the limits from srs-benchmark. See docs/models/sm_2.md.
struct Sm2Equations {
  static constexpr std::string_view id = "sm-2";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"first_interval", "days", 1.0, 0.01, 100.0, 2.0, "interval after a first answer and after a failure"},
      ParamSpec{"second_interval", "days", 6.0, 0.01, 100.0, 6.0, "interval after the second right answer in a row"},
      ParamSpec{"ease", "1", 2.5, 1.3, 10.0, 1.0, "ease before the first answer"},
      ParamSpec{"ease_curvature", "1", 0.02, 0.0, 1.0, 0.02, "loss of ease per squared distance from the peak"},
      ParamSpec{"ease_peak", "1", 7.0, 5.0, 20.0, 2.0, "quality that would raise the ease most"},
      ParamSpec{"ease_offset", "1", 0.18, -2.0, 2.0, 0.2, "gain of ease at the peak"},
  };
  static constexpr std::array<std::size_t, 2> ordered{0, 1};  ///< a success never leaves a shorter interval than a failure

  static constexpr double shortest = 0.01;    ///< days
  static constexpr double longest = 36500.0;  ///< days
  static constexpr double least_ease = 1.3;
  static constexpr double most_ease = 10.0;
  static constexpr double most_repetitions = 1e6;  ///< counts stop here; the third and all later ones act alike
  static constexpr std::array state_fields{StateSpec{"interval", "days", shortest, longest}, StateSpec{"ease", "1", least_ease, most_ease},
                                           StateSpec{"repetitions", "1", 1.0, most_repetitions}};

  template <class T>
  struct Params {
    T first_interval, second_interval, ease, ease_curvature, ease_peak, ease_offset;
  };
  template <class T>
  struct State {
    T interval, ease, repetitions;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return {w.first_interval, eased(w, w.ease, grade), T(1.0)};
  }

  template <class T>
  static T recall(const Params<T>&, const State<T>& s, const T& days) {
    using math::exp;
    return exp(T(log_recall_when_due) * days / s.interval);
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T&, Grade grade) {
    using math::select;
    const T ease = eased(w, s.ease, grade);
    if (!is_success(grade)) return {w.first_interval, ease, T(1.0)};
    const T later = math::min<T>(s.interval * s.ease, T(longest));
    const T interval = select(s.repetitions < T(1.5), w.second_interval, later);
    return {interval, ease, math::min<T>(s.repetitions + T(1.0), T(most_repetitions))};
  }

  template <class T>
  static T interval(const Params<T>&, const State<T>& s, const T& target) {
    using math::log;
    return s.interval * (log(target) / T(log_recall_when_due));
  }

 private:
  static constexpr double log_recall_when_due = -0.10536051565782628;  ///< ln 0.9

  template <class T>
  static T eased(const Params<T>& w, const T& ease, Grade grade) {
    const T distance = T(1.0 + static_cast<double>(grade)) - w.ease_peak;
    return math::clamp<T>(ease + w.ease_offset - w.ease_curvature * distance * distance, least_ease, most_ease);
  }
};

using Sm2 = Model<Sm2Equations>;
static_assert(MemoryModel<Sm2>);

}  // namespace perdure::inline PERDURE_ABI::models
