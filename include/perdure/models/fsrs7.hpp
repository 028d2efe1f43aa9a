#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/fsrs7_curve.hpp>
#include <perdure/models/fsrs_parts.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// FSRS-7: two traces, a slow and a fast one, each with a stability of its own; recall is a mixture of their power laws whose weights depend on
/// the stabilities and on difficulty. Time is in fractional days, and no rule is special to the same day. 34 parameters; state: stability of
/// the slow trace in days, difficulty in [1, 10], stability of the fast trace in days.
///
///     R(t) = e + (1 - 2e) (a_fast R_fast + a_slow R_slow)/(a_fast + a_slow),   e = 1e-5
///     R_trace(t) = (1 + F t/S)^(-decay),   F = base^(-1/decay) - 1
///
/// Stability is not the time to 90 %: each trace falls to its own base when t is its stability. Ask interval(state, 0.9). Recall never falls
/// below e. Source: open-spaced-repetition, FSRS-7 in its form with 34 parameters (w0..w33 here by name, in that order); see
/// docs/models/fsrs7.md.
struct Fsrs7Equations {
  static constexpr std::string_view id = "fsrs7";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      ParamSpec{"first_stability_again", "days", 0.1104, 1e-4, 50.0, 6.43, "stability after a first Again"},
      ParamSpec{"first_stability_hard", "days", 2.2395, 1e-4, 100.0, 9.66, "stability after a first Hard"},
      ParamSpec{"first_stability_good", "days", 3.9221, 1e-4, 100.0, 17.58, "stability after a first Good"},
      ParamSpec{"first_stability_easy", "days", 11.7841, 1e-4, 100.0, 27.85, "stability after a first Easy"},
      ParamSpec{"first_difficulty", "1", 6.1686, 1.0, 10.0, 0.523, "difficulty after a first Again"},
      ParamSpec{"first_difficulty_grade", "1", 0.6457, 0.001, 4.0, 0.2528, "how fast first difficulty falls with the grade"},
      ParamSpec{"difficulty_step", "1", 3.6807, 0.1, 4.0, 0.4329, "change of difficulty per grade away from Good"},
      ParamSpec{"slow_growth", "1", 1.9795, 0.0, 4.0, 0.2966, "slow trace: log of growth at a success, plus 1.5"},
      ParamSpec{"slow_growth_saturation", "1", 0.0, 0.0, 1.2, 0.2139, "slow trace: how growth falls as stability rises"},
      ParamSpec{"slow_growth_spacing", "1", 1.3826, 0.3, 3.0, 0.2889, "slow trace: how growth rises as recall falls"},
      ParamSpec{"slow_lapse", "1", 0.7024, 0.01, 1.5, 0.1862, "slow trace: scale of stability after a lapse"},
      ParamSpec{"slow_lapse_stability", "1", 0.5999, 0.1, 1.0, 0.175, "slow trace: how lapse stability rises with stability"},
      ParamSpec{"slow_lapse_spacing", "1", 0.8146, 0.0, 3.5, 0.3812, "slow trace: how lapse stability rises as recall falls"},
      ParamSpec{"slow_hard_factor", "1", 0.6398, 0.0, 1.0, 0.3013, "slow trace: share of the growth at Hard"},
      ParamSpec{"slow_easy_factor", "1", 1.0, 1.0, 7.0, 0.9104, "slow trace: multiple of the growth at Easy"},
      ParamSpec{"fast_growth", "1", 1.3207, 0.0, 4.0, 0.3234, "fast trace: log of growth at a success, plus 1.5"},
      ParamSpec{"fast_growth_saturation", "1", 0.6707, 0.0, 2.0, 0.2448, "fast trace: how growth falls as stability rises"},
      ParamSpec{"fast_growth_spacing", "1", 3.8668, 0.5, 6.0, 0.3273, "fast trace: how growth rises as its recall falls"},
      ParamSpec{"fast_lapse", "1", 0.4416, 0.001, 1.5, 0.1842, "fast trace: scale of stability after a lapse"},
      ParamSpec{"fast_lapse_stability", "1", 0.0934, 0.001, 1.0, 0.1735, "fast trace: how lapse stability rises with stability"},
      ParamSpec{"fast_lapse_spacing", "1", 1.8631, 0.0, 5.0, 0.4608, "fast trace: how lapse stability rises as its recall falls"},
      ParamSpec{"fast_hard_factor", "1", 0.6162, 0.0, 1.0, 0.311, "fast trace: share of the growth at Hard"},
      ParamSpec{"fast_easy_factor", "1", 1.0869, 1.0, 7.0, 0.864, "fast trace: multiple of the growth at Easy"},
      ParamSpec{"fast_decay", "1", 0.1567, 0.01, 0.25, 0.0418, "fast trace: exponent of forgetting at a stability of one day"},
      ParamSpec{"slow_decay", "1", 0.0801, 0.01, 0.95, 0.2596, "slow trace: exponent of forgetting"},
      ParamSpec{"fast_base", "1", 0.2421, 0.2, 0.85, 0.0798, "fast trace: its recall when t is its stability"},
      ParamSpec{"slow_base", "1", 0.9464, 0.5, 0.99, 0.0682, "slow trace: its recall when t is its stability, at difficulty 5"},
      ParamSpec{"fast_weight", "1", 0.1433, 0.01, 1.0, 0.1282, "fast trace: weight at a stability of one day"},
      ParamSpec{"slow_weight", "1", 0.7145, 0.1, 1.0, 0.1397, "slow trace: weight at a stability of one day and difficulty 5"},
      ParamSpec{"fast_weight_stability", "1", 0.0, 0.0, 0.9, 0.1407, "fast trace: how its weight falls as its stability rises"},
      ParamSpec{"slow_weight_stability", "1", 0.5667, 0.1, 1.1, 0.1489, "slow trace: how its weight rises with its stability"},
      ParamSpec{"slow_weight_difficulty", "1", 0.3734, 0.0, 1.0, 0.2, "slow trace: effect of difficulty on its weight, plus 0.5"},
      ParamSpec{"slow_rate_difficulty", "1", 0.5333, 0.0, 0.6, 0.15, "slow trace: effect of difficulty on its rate, plus 0.3"},
      ParamSpec{"fast_decay_stability", "1", 0.3048, 0.0, 0.6, 0.15, "fast trace: effect of its stability on its decay, plus 0.3"},
  };
  static constexpr std::array<std::size_t, 4> ordered{0, 1, 2, 3};  ///< a better first grade never leaves less
  static constexpr std::array state_fields{StateSpec{"stability", "days", 1e-6, 1e9}, StateSpec{"difficulty", "1", 1.0, 10.0},
                                           StateSpec{"stability_fast", "days", 1e-6, 1e9}};

  static constexpr double least_recall = 1e-5;  ///< e: what recall falls to, and what it lacks of 1 at the start
  static constexpr double recall_ceiling = 1.0 - least_recall;
  static constexpr std::array waivers{Waiver{
      Law::success_never_forgets_faster,
      "bounds admit parameters with which the slow trace, to which a success moves weight, recalls less at that time, or with which a "
      "hard item is forgotten more slowly; at the defaults neither was found"}};
  template <class T>
  struct Params {
    T first_stability_again, first_stability_hard, first_stability_good, first_stability_easy;
    T first_difficulty, first_difficulty_grade, difficulty_step;
    T slow_growth, slow_growth_saturation, slow_growth_spacing, slow_lapse, slow_lapse_stability, slow_lapse_spacing;
    T slow_hard_factor, slow_easy_factor;
    T fast_growth, fast_growth_saturation, fast_growth_spacing, fast_lapse, fast_lapse_stability, fast_lapse_spacing;
    T fast_hard_factor, fast_easy_factor;
    T fast_decay, slow_decay, fast_base, slow_base;
    T fast_weight, slow_weight, fast_weight_stability, slow_weight_stability;
    T slow_weight_difficulty, slow_rate_difficulty, fast_decay_stability;
  };
  template <class T>
  struct State {
    T stability;       ///< of the slow trace, days
    T difficulty;      ///< in [1, 10]
    T stability_fast;  ///< days
  };

  static constexpr double lowest_stability = 1e-4;      ///< days
  static constexpr double highest_stability = 36500.0;  ///< days
  static constexpr double fast_share = 0.8;             ///< of the slow stability: where the fast one starts, and at most after a failure
  static constexpr double growth_shift = 1.5;
  static constexpr double spacing_shift = 0.3;  ///< of slow_rate_difficulty and fast_decay_stability
  static constexpr double weight_shift = 0.5;   ///< of slow_weight_difficulty
  static constexpr double lapse_surprise = 0.1;
  static constexpr double difficulty_reversion = 0.01;
  static constexpr double middle_difficulty = 5.0;
  static constexpr double lowest_decay = 0.01;
  static constexpr double highest_decay = 0.95;
  static constexpr double highest_steepness = 60.0;

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    const T slow = bounded<T>(fsrs_parts::first_stability(w, grade));
    return {slow, math::clamp<T>(fsrs_parts::first_difficulty<T>(w, grade), fsrs_parts::lowest_difficulty, fsrs_parts::highest_difficulty),
            bounded<T>(T(fast_share) * slow)};
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return T(1.0) - mixed_forgotten(curve(w, s), days);
  }

  /// 0 for targets of 1 - e and above, infinity for targets of e and below.
  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::select;
    constexpr double inner = 1.0 / (1.0 - 2.0 * least_recall);
    constexpr double lowest_inner = 1e-12;  // any target in (0, 1): what comes out is replaced
    const T mixed = math::clamp<T>((target - T(least_recall)) * T(inner), lowest_inner, 1.0);
    const T days = curve(w, s).interval(mixed);
    const T late = select(target <= T(least_recall), T(std::numeric_limits<double>::infinity()), days);
    return select(target >= T(recall_ceiling), T(0.0), late);
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    const Curve<T> now = curve(w, s);
    const T forgotten = mixed_forgotten(now, days);
    const Update<T> slow_update{w.slow_growth - T(growth_shift), w.slow_growth_saturation, w.slow_growth_spacing, w.slow_lapse,
                                w.slow_lapse_stability,          w.slow_lapse_spacing,     w.slow_hard_factor,    w.slow_easy_factor};
    const Update<T> fast_update{w.fast_growth - T(growth_shift), w.fast_growth_saturation, w.fast_growth_spacing, w.fast_lapse,
                                w.fast_lapse_stability,          w.fast_lapse_spacing,     w.fast_hard_factor,    w.fast_easy_factor};
    const T slow = updated(slow_update, s.stability, s.difficulty, forgotten, grade);
    const T fast = updated(fast_update, s.stability_fast, s.difficulty, now.fast.forgotten(days), grade);
    const T step = w.difficulty_step * T(3.0 - number(grade)) * (is_success(grade) ? T(1.0) : T(1.0 + lapse_surprise) - forgotten);
    return {slow,
            fsrs_parts::next_difficulty<T>(s.difficulty, step, T(difficulty_reversion), fsrs_parts::first_difficulty<T>(w, Grade::easy)),
            is_success(grade) ? fast : bounded<T>(math::min<T>(fast, T(fast_share) * slow))};
  }

 private:
  template <class T>
  using Curve = fsrs7::Curve<T>;

  /// What updates one trace, by the names that fsrs_parts reads.
  template <class T>
  struct Update {
    T growth, growth_saturation, growth_spacing, lapse, lapse_stability, lapse_spacing, hard_factor, easy_factor;
  };

  /// 1 - R.
  template <class T>
  static T mixed_forgotten(const Curve<T>& curve, const T& days) {
    return T(least_recall) + T(1.0 - 2.0 * least_recall) * curve.forgotten(days);
  }

  /// Stability of one trace after an answer; `forgotten` is what its recall lacks of 1.
  template <class T>
  static T updated(const Update<T>& w, const T& stability, const T& difficulty, const T& forgotten, Grade grade) {
    using math::exp;
    if (is_success(grade)) return bounded<T>(fsrs_parts::success_stability(w, stability, difficulty, forgotten, grade));
    const T left = w.lapse * exp(w.lapse_spacing * forgotten) * fsrs_parts::shrunk(stability, w.lapse_stability);
    return bounded<T>(math::min(left, stability));
  }

  template <class T>
  static Curve<T> curve(const Params<T>& w, const State<T>& s) {
    using math::exp;
    using math::log;
    const T log_slow = log(s.stability);
    const T log_fast = log(s.stability_fast);
    const T hardness = s.difficulty - T(middle_difficulty);
    const T fast_decay =
        math::clamp<T>(w.fast_decay * exp((w.fast_decay_stability - T(spacing_shift)) * log_fast), lowest_decay, highest_decay);
    const T fast_steepness = math::min<T>(-log(w.fast_base) / fast_decay, T(highest_steepness));
    const T slow_scale = s.stability * exp(hardness * (T(spacing_shift) - w.slow_rate_difficulty));
    const T slow_odds = w.slow_weight / w.fast_weight *
                        exp(w.slow_weight_stability * log_slow + w.fast_weight_stability * log_fast +
                            hardness * (w.slow_weight_difficulty - T(weight_shift)));
    return {{fast_decay, fast_steepness, s.stability_fast}, {w.slow_decay, -log(w.slow_base) / w.slow_decay, slow_scale}, slow_odds};
  }

  template <class T>
  static T bounded(const T& stability) {
    return math::clamp(stability, lowest_stability, highest_stability);
  }
};

using Fsrs7 = Model<Fsrs7Equations>;
static_assert(MemoryModel<Fsrs7>);

}  // namespace perdure::inline PERDURE_ABI::models
