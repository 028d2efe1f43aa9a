#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/crossing.hpp>
#include <perdure/models/history.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// Fields of ACT-R's history.
inline constexpr std::array<StateSpec, 3> act_r_slot{StateSpec{"age", "days", 0.0, longest_age}, StateSpec{"weight", "1", 0.0, 1e9},
                                                     StateSpec{"decay", "1", 0.0, 51.0}};

/// ACT-R's base-level activation with the spacing effect of Pavlik and Anderson: every past answer adds a power of its age, and decays the
/// faster the more active the memory was when it came:
///
///     A(t) = Σ_k max(1, 86400 time_scale (age_k + t))^(-d_k)          activation m = ln A
///     R(t) = 1 / (1 + e^((threshold - m)/noise))
///     answer after t days:  d = decay_scale A(t) + decay              first answer:  d = decay
///
/// Whether an answer was right plays no part, in this published form. `slots` is how many past answers have a place of their own
/// (perdure/models/history.hpp). Slots merge so that their contribution 30 days later stays as it is. A decay stops at 50: what fades faster is
/// gone within minutes.
/// Source: Pavlik and Anderson (2005), equations 2 to 5, with the time scale and start values of srs-benchmark; see docs/models/act_r.md.
template <std::size_t slots>
struct ActREquations {
  static constexpr std::string_view id = "act-r";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::size_t history_cap = slots;
  /// Which slots are merged is decided by comparing ages, which float32 would sometimes decide otherwise.
  using KernelReal = double;
  static constexpr std::array waivers{
      Waiver{Law::recall_starts_at_one, "recall at zero is logistic in the activation, as published"},
  };
  static constexpr double interval_tolerance = 1e-11;  ///< 4 units in the last place of an activation near 25, times 1/(4 noise) <= 250
  static constexpr std::array specs{
      ParamSpec{"decay", "1", 0.176786766570677, 0.001, 1.0, 0.2, "least decay of an answer"},
      ParamSpec{"decay_scale", "1", 0.216967308403809, 0.001, 1.0, 0.2, "decay per e^activation at the time of an answer"},
      ParamSpec{"noise", "1", 0.254893976981164, 0.001, 1.0, 0.2, "spread of activation, logistic"},
      ParamSpec{"threshold", "1", -0.704205679427144, -20.0, -0.001, 1.0, "activation at which recall is 1/2"},
      ParamSpec{"time_scale", "1", 0.025, 0.001, 1.0, 0.05, "share of elapsed time that interferes"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr auto state_fields = SlotFields<act_r_slot, slots>::specs;

  static constexpr double fastest_decay = 50.0;
  static constexpr double merge_horizon = 30.0;  ///< days

  template <class T>
  struct Params {
    T decay, decay_scale, noise, threshold, time_scale;
  };
  template <class T>
  using State = History<T, slots>;

  template <class T>
  static State<T> first(const Params<T>& w, Grade) {
    return State<T>::of({T(0.0), T(1.0), w.decay});
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return logistic(score(w, s, days));
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade) {
    const T decay = math::min<T>(w.decay_scale * strength(w, s, days) + w.decay, T(fastest_decay));
    return remembered(s, days, {T(0.0), T(1.0), decay},
                      [&w](const Slot<T>& newer, const Slot<T>& older) { return merged(w, newer, older); });
  }

  /// Solved by `crossing`.
  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    return score_crossing<ActREquations, T>(w, s, target);
  }

  /// Log-odds of recall.
  template <class T>
  static T score(const Params<T>& w, const State<T>& s, const T& days) {
    using math::log;
    constexpr double least = 1e-37;  // not reached: the slowest answer alone contributes more
    return (log(math::max<T>(strength(w, s, days), T(least))) - w.threshold) / w.noise;
  }

 private:
  /// ln of an answer's age in interfering seconds, 0 below one.
  template <class T>
  static T log_age(const Params<T>& w, const T& days) {
    using math::log;
    constexpr double seconds = 86400.0;  // in a day
    return log(math::max<T>(w.time_scale * (T(seconds) * days), T(1.0)));
  }

  /// e^activation.
  template <class T>
  static T strength(const Params<T>& w, const State<T>& s, const T& days) {
    using math::exp;
    T sum = T(0.0);
    for (std::size_t k = 0; k < slots; ++k) {
      const Slot<T> slot = s.slot(k);
      sum = sum + math::choose(
                      slot.count > T(0.0), [&] { return T(slot.count * exp(-slot.mark * log_age(w, T(slot.age + days)))); },
                      [] { return T(0.0); });
    }
    return sum;
  }

  /// One power law for two: age and decay are means by contribution at the horizon, and the weight keeps that contribution, or, where that
  /// would take more than the two had, their sum.
  template <class T>
  static Slot<T> merged(const Params<T>& w, const Slot<T>& newer, const Slot<T>& older) {
    using math::exp;
    using math::log;
    constexpr double least = 1e-37;
    const auto at_horizon = [&](const Slot<T>& slot) {
      return T(slot.count * exp(-slot.mark * log_age(w, T(slot.age + T(merge_horizon)))));
    };
    const T first = at_horizon(newer);
    const T second = at_horizon(older);
    const T both = math::max<T>(first + second, T(least));
    const T share = second / both;
    const T age = newer.age + (older.age - newer.age) * share;
    const T decay = newer.mark + (older.mark - newer.mark) * share;
    const T most = newer.count + older.count;
    const T log_weight = math::min<T>(log(both) + decay * log_age(w, T(age + T(merge_horizon))), log(math::max<T>(most, T(1.0))));
    return {age, math::min<T>(exp(log_weight), most), decay};
  }
};

using ActR = Model<ActREquations<16>>;
static_assert(MemoryModel<ActR>);

}  // namespace perdure::inline PERDURE_ABI::models
