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

/// The scheduler that Anki had before FSRS, a descendant of SM-2, as a memory model: recall is 0.9 when an interval ends.
///
///     R(t)      = 0.9^(t/I)
///     first     I = graduating, or easy_interval when the grade is Easy; E = ease
///     failure   I' = max(1, lapse_multiplier I)                            E' = E - 0.20
///     Hard      I' = m hard_factor I, at least I + 1                       E' = E - 0.15
///     Good      I' = m E (I + late/2), at least 1 more than Hard           E' = E
///     Easy      I' = m E easy_bonus (I + late), at least 1 more than Good  E' = E + 0.15
///
/// `late` is t - I and m the interval multiplier. An early answer (t < I) gets I' = m max(t, I/2) hard_factor, m max(t E, I), and that times
/// (1 + easy_bonus)/2, each at least 1. E stays in [1.3, 5.5]. Intervals are not rounded to days or fuzzed, and there are no learning steps.
/// State: interval (days), ease. Source: behavior of Anki 24.11, limits of parameters included; see docs/models/anki_sm_2.md.
struct AnkiSm2Equations {
  static constexpr std::string_view id = "anki-sm-2";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"graduating", "days", 1.0, 1.0, 9999.0, 5.0, "interval after a first answer other than Easy"},
      ParamSpec{"easy_interval", "days", 4.0, 1.0, 9999.0, 10.0, "interval after a first answer Easy"},
      ParamSpec{"ease", "1", 2.5, 1.31, 5.0, 1.0, "ease after the first answer"},
      ParamSpec{"easy_bonus", "1", 1.3, 1.0, 5.0, 0.5, "further factor of the interval at Easy"},
      ParamSpec{"hard_factor", "1", 1.2, 0.5, 1.3, 0.3, "factor of the interval at Hard, in place of the ease"},
      ParamSpec{"lapse_multiplier", "1", 0.0, 0.0, 1.0, 0.3, "share of the interval kept at a failure"},
      ParamSpec{"interval_multiplier", "1", 1.0, 0.5, 2.0, 0.5, "factor of every interval after a success"},
  };
  static constexpr std::array<std::size_t, 2> ordered{0, 1};  ///< a first answer Easy never leaves less than another
  static constexpr std::array waivers{
      Waiver{Law::success_never_forgets_faster, "Hard on an early answer may halve an interval of which a failure may keep all"}};

  static constexpr double shortest = 1.0;     ///< days
  static constexpr double longest = 36500.0;  ///< days
  static constexpr double least_ease = 1.3;
  static constexpr double most_ease = 5.5;
  static constexpr std::array state_fields{StateSpec{"interval", "days", shortest, longest}, StateSpec{"ease", "1", least_ease, most_ease}};

  template <class T>
  struct Params {
    T graduating, easy_interval, ease, easy_bonus, hard_factor, lapse_multiplier, interval_multiplier;
  };
  template <class T>
  struct State {
    T interval, ease;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return {grade == Grade::easy ? w.easy_interval : w.graduating, w.ease};
  }

  template <class T>
  static T recall(const Params<T>&, const State<T>& s, const T& days) {
    using math::exp;
    return exp(T(log_recall_when_due) * days / s.interval);
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    const T ease = math::clamp<T>(s.ease + T(change_of_ease(grade)), least_ease, most_ease);
    if (!is_success(grade)) return {bounded<T>(s.interval * w.lapse_multiplier), ease};
    const T interval = math::choose(
        days < s.interval, [&] { return early(w, s, days, grade); }, [&] { return in_time(w, s, days, grade); });
    return {bounded(interval), ease};
  }

  template <class T>
  static T interval(const Params<T>&, const State<T>& s, const T& target) {
    using math::log;
    return s.interval * (log(target) / T(log_recall_when_due));
  }

 private:
  static constexpr double log_recall_when_due = -0.10536051565782628;  ///< ln 0.9

  static constexpr double change_of_ease(Grade grade) {
    switch (grade) {
      case Grade::again: return -0.20;
      case Grade::hard: return -0.15;
      case Grade::easy: return 0.15;
      default: return 0.0;
    }
  }

  template <class T>
  static T early(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    if (grade == Grade::hard) return w.interval_multiplier * w.hard_factor * math::max<T>(days, s.interval * T(0.5));
    const T good = w.interval_multiplier * math::max<T>(days * s.ease, s.interval);
    return grade == Grade::easy ? T(good * (T(1.0) + w.easy_bonus) * T(0.5)) : good;
  }

  template <class T>
  static T in_time(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    using math::select;
    const auto hard_grows = w.hard_factor > T(1.0);
    const T longer = s.interval + T(1.0);
    const T plain_hard = w.interval_multiplier * w.hard_factor * s.interval;
    const T hard = select(hard_grows, math::max<T>(plain_hard, longer), plain_hard);
    if (grade == Grade::hard) return hard;
    const T late = days - s.interval;
    const T above_hard = select(hard_grows, T(hard + T(1.0)), longer);
    const T good = math::max<T>(w.interval_multiplier * s.ease * (s.interval + late * T(0.5)), above_hard);
    if (grade == Grade::good) return good;
    return math::max<T>(w.interval_multiplier * s.ease * w.easy_bonus * days, good + T(1.0));
  }

  template <class T>
  static T bounded(const T& interval) {
    return math::clamp(interval, shortest, longest);
  }
};

using AnkiSm2 = Model<AnkiSm2Equations>;
static_assert(MemoryModel<AnkiSm2>);

}  // namespace perdure::inline PERDURE_ABI::models
