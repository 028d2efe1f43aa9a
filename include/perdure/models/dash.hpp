#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/history.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// DASH: the log-odds of recall are linear in the logarithms of how many answers, and how many right ones, lie in windows of time before now:
///
///     logit R(t) = bias + Σ_window [attempts_w ln(1 + n_w(t)) + successes_w ln(1 + c_w(t))],  windows of 1, 7 and 30 days and all time
///
/// An answer belongs to a window while its age is at most the window's length: recall changes in steps, when answers leave windows. Grades 2, 3
/// and 4 are successes alike. `slots` is how many past answers have a place of their own (perdure/models/history.hpp); the counts of all
/// time are exact for any number.
/// Source: Lindsey, Shroyer, Pashler and Mozer (2014), with the start values of srs-benchmark; see docs/models/dash.md.
template <std::size_t slots>
struct DashEquations {
  static constexpr std::string_view id = "dash";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::size_t history_cap = slots;
  /// Which answers lie in a window is decided by comparisons, which float32 would get wrong near the edge.
  using KernelReal = double;
  static constexpr std::array waivers{
      Waiver{Law::recall_starts_at_one, "recall at zero is logistic in the counts, as published"},
      Waiver{Law::recall_never_rises, "attempts may weigh negatively: when a failure leaves a window, recall rises"},
  };
  static constexpr std::array specs{
      ParamSpec{"attempts_1", "1", -0.1766, -5.0, 5.0, 1.0, "log-odds per ln(1 + answers of the last day)"},
      ParamSpec{"successes_1", "1", 0.4483, 0.0, 5.0, 1.0, "log-odds per ln(1 + right answers of the last day)"},
      ParamSpec{"attempts_7", "1", -0.3618, -5.0, 5.0, 1.0, "answers of the last 7 days"},
      ParamSpec{"successes_7", "1", 0.5953, 0.0, 5.0, 1.0, "right answers of the last 7 days"},
      ParamSpec{"attempts_30", "1", -0.5104, -5.0, 5.0, 1.0, "answers of the last 30 days"},
      ParamSpec{"successes_30", "1", 0.8609, 0.0, 5.0, 1.0, "right answers of the last 30 days"},
      ParamSpec{"attempts_all", "1", -0.3643, -5.0, 5.0, 1.0, "all answers"},
      ParamSpec{"successes_all", "1", 0.6447, 0.0, 5.0, 1.0, "all right answers"},
      ParamSpec{"bias", "1", 1.2815, -10.0, 10.0, 2.0, "log-odds before any answer"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr auto state_fields = SlotFields<counted_slot, slots>::specs;

  static constexpr std::array windows{1.0, 7.0, 30.0};  ///< days

  template <class T>
  struct Params {
    std::array<T, 9> value;  ///< in the order of `specs`
  };
  template <class T>
  using State = History<T, slots>;

  template <class T>
  static State<T> first(const Params<T>&, Grade grade) {
    return State<T>::of(answer<T>(grade));
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return logistic(score<T>(w, s, [&](const T& leaves) { return days <= leaves; }));
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T& days, Grade grade) {
    return remembered(s, days, answer<T>(grade), MergeCounts{});
  }

  /// Recall falls only when an answer leaves a window: the first such time after which it is at or below the target.
  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    using math::select;
    const T level = log_odds(target);
    T earliest = T(std::numeric_limits<double>::infinity());
    for (const double window : windows) {
      for (std::size_t k = 0; k < slots; ++k) {
        const Slot<T> slot = s.slot(k);
        const T leaves = T(window) - slot.age;
        earliest = math::choose(
            slot.count > T(0.0) && leaves >= T(0.0) && leaves < earliest,
            [&] {
              const T after = score<T>(w, s, [&](const T& other) { return leaves < other; });
              return T(select(after <= level, leaves, earliest));
            },
            [&] { return earliest; });
      }
    }
    const T now = score<T>(w, s, [](const T& leaves) { return leaves >= T(0.0); });
    return select(now <= level, T(0.0), earliest);
  }

 private:
  template <class T>
  static Slot<T> answer(Grade grade) {
    return {T(0.0), T(1.0), T(is_success(grade) ? 1.0 : 0.0)};
  }

  /// Log-odds of recall. `inside(leaves)` says whether an answer is in a window that it leaves `leaves` days after the last answer.
  template <class T, class Inside>
  static T score(const Params<T>& w, const State<T>& s, const Inside& inside) {
    using math::log;
    using math::select;
    T sum = w.value[8];
    const auto add = [&](std::size_t window, const T& attempts, const T& successes) {
      sum = sum + w.value[2 * window] * log(T(1.0) + attempts) + w.value[2 * window + 1] * log(T(1.0) + successes);
    };
    T all_attempts = T(0.0);
    T all_successes = T(0.0);
    for (std::size_t k = 0; k < slots; ++k) {
      const Slot<T> slot = s.slot(k);
      all_attempts = all_attempts + slot.count;
      all_successes = all_successes + slot.mark;
    }
    for (std::size_t j = 0; j < windows.size(); ++j) {
      T attempts = T(0.0);
      T successes = T(0.0);
      for (std::size_t k = 0; k < slots; ++k) {
        const Slot<T> slot = s.slot(k);
        const auto in = inside(T(T(windows[j]) - slot.age));
        attempts = attempts + select(in, slot.count, T(0.0));
        successes = successes + select(in, slot.mark, T(0.0));
      }
      add(j, attempts, successes);
    }
    add(windows.size(), all_attempts, all_successes);
    return sum;
  }
};

using Dash = Model<DashEquations<16>>;
static_assert(MemoryModel<Dash>);

}  // namespace perdure::inline PERDURE_ABI::models
