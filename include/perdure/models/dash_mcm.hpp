#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/crossing.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// DASH[MCM]: DASH whose windows are replaced by counts that decay, one pair for each of four time constants:
///
///     logit R(t) = bias + Σ_j [attempts_j ln(1 + n_j e^(-t/τ_j)) + successes_j ln(1 + c_j e^(-t/τ_j))]
///     answer:  n_j' = n_j e^(-t/τ_j) + 1,  c_j' = c_j e^(-t/τ_j) + (1 when right)          τ = 0.2434, 1.9739, 16.009, 129.8426 days
///
/// Grades 2, 3 and 4 are successes alike. State: the eight counts as they stand right after the last answer; exact for any history.
/// Source: Lindsey, Shroyer, Pashler and Mozer (2014), with the start values of srs-benchmark; see docs/models/dash_mcm.md.
struct DashMcmEquations {
  static constexpr std::string_view id = "dash-mcm";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  /// The interval is found where a curve may be nearly flat; float32 would find it to two or three digits there.
  using KernelReal = double;
  static constexpr std::array waivers{
      Waiver{Law::recall_starts_at_one, "recall at zero is logistic in the counts, as published"},
      Waiver{Law::recall_never_rises, "attempts may weigh negatively: as a failure fades, recall rises"},
  };
  static constexpr std::array specs{
      ParamSpec{"attempts_1", "1", -0.1766, -5.0, 5.0, 1.0, "log-odds per ln(1 + answers), decaying in 0.2434 days"},
      ParamSpec{"successes_1", "1", 0.4483, 0.0, 5.0, 1.0, "log-odds per ln(1 + right answers), decaying in 0.2434 days"},
      ParamSpec{"attempts_2", "1", -0.3618, -5.0, 5.0, 1.0, "answers, decaying in 1.9739 days"},
      ParamSpec{"successes_2", "1", 0.5953, 0.0, 5.0, 1.0, "right answers, decaying in 1.9739 days"},
      ParamSpec{"attempts_3", "1", -0.5104, -5.0, 5.0, 1.0, "answers, decaying in 16.009 days"},
      ParamSpec{"successes_3", "1", 0.8609, 0.0, 5.0, 1.0, "right answers, decaying in 16.009 days"},
      ParamSpec{"attempts_4", "1", -0.3643, -5.0, 5.0, 1.0, "answers, decaying in 129.8426 days"},
      ParamSpec{"successes_4", "1", 0.6447, 0.0, 5.0, 1.0, "right answers, decaying in 129.8426 days"},
      ParamSpec{"bias", "1", 1.2815, -10.0, 10.0, 2.0, "log-odds before any answer, and long after the last"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr double most = 1e9;  ///< answers; counts stop there
  static constexpr std::array state_fields{StateSpec{"attempts_1", "1", 0.0, most}, StateSpec{"successes_1", "1", 0.0, most},
                                           StateSpec{"attempts_2", "1", 0.0, most}, StateSpec{"successes_2", "1", 0.0, most},
                                           StateSpec{"attempts_3", "1", 0.0, most}, StateSpec{"successes_3", "1", 0.0, most},
                                           StateSpec{"attempts_4", "1", 0.0, most}, StateSpec{"successes_4", "1", 0.0, most}};

  static constexpr std::array time_constants{0.2434, 1.9739, 16.0090, 129.8426};  ///< days

  template <class T>
  struct Params {
    std::array<T, 9> value;  ///< in the order of `specs`
  };
  template <class T>
  struct State {
    std::array<T, 8> count;  ///< in the order of `state_fields`
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    State<T> nothing;
    nothing.count.fill(T(0.0));
    return review(w, nothing, T(0.0), grade);
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return logistic(score(w, s, days));
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T& days, Grade grade) {
    State<T> next;
    for (std::size_t j = 0; j < time_constants.size(); ++j) {
      const T kept = decay(j, days);
      next.count[2 * j] = math::min<T>(s.count[2 * j] * kept + T(1.0), T(most));
      next.count[2 * j + 1] = math::min<T>(s.count[2 * j + 1] * kept + T(is_success(grade) ? 1.0 : 0.0), T(most));
    }
    return next;
  }

  /// Solved by `crossing`. Where recall rises and falls, one of the times at which it falls to the target.
  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    return score_crossing<DashMcmEquations, T>(w, s, target);
  }

  /// Log-odds of recall.
  template <class T>
  static T score(const Params<T>& w, const State<T>& s, const T& days) {
    using math::log;
    T sum = w.value[8];
    for (std::size_t j = 0; j < time_constants.size(); ++j) {
      const T kept = decay(j, days);
      sum = sum + w.value[2 * j] * log(T(1.0) + s.count[2 * j] * kept) + w.value[2 * j + 1] * log(T(1.0) + s.count[2 * j + 1] * kept);
    }
    return sum;
  }

 private:
  template <class T>
  static T decay(std::size_t j, const T& days) {
    using math::exp;
    return exp(T(-1.0 / time_constants[j]) * days);
  }
};

using DashMcm = Model<DashMcmEquations>;
static_assert(MemoryModel<DashMcm>);

}  // namespace perdure::inline PERDURE_ABI::models
