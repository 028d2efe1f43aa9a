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

/// DASH[ACT-R]: the log-odds of recall grow with the logarithm of a sum over all past answers, each weighed by a power of its age:
///
///     logit R(t) = bias + gain ln(1 + max(0, Σ_k x_k max(age_k + t, 0.1)^(-decay))),  x_k = success or failure
///
/// Ages are in days; those below 0.1 days count as 0.1. Grades 2, 3 and 4 are successes alike. `slots` is how many past answers have a
/// place of their own (perdure/models/history.hpp).
/// Source: Lindsey, Shroyer, Pashler and Mozer (2014), with the start values of srs-benchmark; see docs/models/dash_act_r.md.
template <std::size_t slots>
struct DashActREquations {
  static constexpr std::string_view id = "dash-act-r";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::size_t history_cap = slots;
  /// Which slots are merged is decided by comparing ages, which float32 would sometimes decide otherwise.
  using KernelReal = double;
  static constexpr std::array waivers{
      Waiver{Law::recall_starts_at_one, "recall at zero is logistic in the sum, as published"},
      Waiver{Law::recall_never_rises, "failures may weigh negatively, as in the published start: as a failure fades, recall rises"},
  };
  static constexpr std::array specs{
      ParamSpec{"gain", "1", 1.4164, 0.001, 10.0, 1.0, "log-odds per logarithm of the sum"},
      ParamSpec{"decay", "1", 0.516, 0.001, 5.0, 0.5, "exponent of an answer's age"},
      ParamSpec{"failure", "1", -0.0564, -10.0, 10.0, 1.0, "weight of a failure"},
      ParamSpec{"success", "1", 1.9223, 0.0, 10.0, 1.5, "weight of a success"},
      ParamSpec{"bias", "1", 1.0549, -10.0, 10.0, 2.0, "log-odds before any answer, and long after the last"},
  };
  static constexpr std::array<std::size_t, 2> ordered{2, 3};  ///< a failure never weighs more than a success
  static constexpr auto state_fields = SlotFields<counted_slot, slots>::specs;

  static constexpr double youngest = 0.1;  ///< days

  template <class T>
  struct Params {
    T gain, decay, failure, success, bias;
  };
  template <class T>
  using State = History<T, slots>;

  template <class T>
  static State<T> first(const Params<T>&, Grade grade) {
    return State<T>::of(answer<T>(grade));
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return logistic(score(w, s, days));
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T& days, Grade grade) {
    return remembered(s, days, answer<T>(grade), MergeCounts{});
  }

  /// Solved by `crossing`. Where recall rises and falls, one of the times at which it falls to the target.
  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    return score_crossing<DashActREquations, T>(w, s, target);
  }

  /// Log-odds of recall.
  template <class T>
  static T score(const Params<T>& w, const State<T>& s, const T& days) {
    using math::exp;
    using math::log;
    T sum = T(0.0);
    for (std::size_t k = 0; k < slots; ++k) {
      const Slot<T> slot = s.slot(k);
      sum = sum + math::choose(
                      slot.count > T(0.0),
                      [&] {
                        const T weight = (slot.count - slot.mark) * w.failure + slot.mark * w.success;
                        return T(weight * exp(-w.decay * log(math::max<T>(slot.age + days, T(youngest)))));
                      },
                      [] { return T(0.0); });
    }
    return w.bias + w.gain * log(T(1.0) + math::max<T>(sum, T(0.0)));
  }

 private:
  template <class T>
  static Slot<T> answer(Grade grade) {
    return {T(0.0), T(1.0), T(is_success(grade) ? 1.0 : 0.0)};
  }
};

using DashActR = Model<DashActREquations<16>>;
static_assert(MemoryModel<DashActR>);

}  // namespace perdure::inline PERDURE_ABI::models
