#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/pack.hpp>
#include <perdure/core/random.hpp>
#include <perdure/core/text.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/testing/model_samples.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// The laws that every memory model obeys, ours or a user's. Each law takes a sample of parameters, states and times, and returns what it found
/// wrong, one sentence each; an empty list is a pass. No test framework is needed; perdure/testing/model_suite.hpp runs them under GoogleTest.
namespace perdure::inline PERDURE_ABI::testing {

using Violations = std::vector<std::string>;

/// Times at which curves are looked at, in days: from a minute to a century.
inline constexpr std::array curve_days{0.0, 0.0007, 0.02, 0.5, 0.999, 1.0, 1.5, 3.0, 7.0, 30.0, 90.0, 365.0, 3650.0, 36500.0};

/// Recall at zero elapsed time is 1, or the ceiling that the model states (to a rounding).
template <models::MemoryModel M>
[[nodiscard]] Violations recall_starts_at_one(const Sample<M>& sample) {
  constexpr double ceiling = models::recall_ceiling<M>();
  const double r = M::recall(sample.params, sample.state, 0.0);
  if (ceiling == 1.0 ? r == 1.0 : std::abs(r - ceiling) <= 1e-12) return {};
  return {"recall at zero elapsed time is " + to_text(r) + ", not " + to_text(ceiling)};
}

/// Recall never rises and stays in [0, 1].
template <models::MemoryModel M>
[[nodiscard]] Violations recall_never_rises(const Sample<M>& sample) {
  Violations found;
  double last = 1.0;
  for (const double days : curve_days) {
    const double r = M::recall(sample.params, sample.state, days);
    if (!(r >= 0.0 && r <= 1.0)) found.push_back("recall after " + to_text(days) + " days is " + to_text(r));
    if (!(r <= last)) found.push_back("recall rises to " + to_text(r) + " at " + to_text(days) + " days");
    last = r;
  }
  return found;
}

/// recall(interval(r)) == r, to the tolerance that the model states; where recall falls in steps, r lies between its values just before and
/// just after. An interval of 0 means that recall starts at or below r, an infinite one that recall never falls to it.
template <models::MemoryModel M>
[[nodiscard]] Violations interval_inverts_recall(const Sample<M>& sample) {
  constexpr double tolerance = models::interval_tolerance<M>();
  constexpr double beside = 1e-9;           // share of a time that counts as "just before" and "just after" a step
  constexpr double end_of_time = 1e15;      // days
  constexpr double shortest_step = 1e-300;  // days
  Violations found;
  for (const double target : {0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0}) {
    const double days = M::interval(sample.params, sample.state, target);
    const auto recall = [&](double when) { return M::recall(sample.params, sample.state, when); };
    const bool reached = days <= end_of_time;
    const double at = recall(reached ? days : end_of_time);
    const double before = days > shortest_step && reached ? recall(days * (1.0 - beside)) : 1.0;
    const double after = reached ? recall(days * (1.0 + beside)) : 0.0;
    const bool falls_there = std::abs(at - target) <= tolerance && reached;
    const bool steps_there = before >= target - tolerance && after <= target + tolerance && reached;
    const bool starts_below = days == 0.0 && at <= target + tolerance;
    const bool never = !reached && at >= target - tolerance;
    if (!(days >= 0.0) || !(falls_there || steps_there || starts_below || never)) {
      found.push_back("interval(" + to_text(target) + ") is " + to_text(days) + " days, recall there " + to_text(at));
    }
  }
  return found;
}

/// After a success recall is never below recall after a failure, at any later time; the same for a first answer.
template <models::MemoryModel M>
[[nodiscard]] Violations success_never_forgets_faster(const Sample<M>& sample) {
  Violations found;
  const auto compare = [&](const auto& success, const auto& failure, const std::string& when) {
    for (const double days : curve_days) {
      const double right = M::recall(sample.params, success, days);
      const double wrong = M::recall(sample.params, failure, days);
      if (!(right >= wrong)) {
        found.push_back(when + ": recall " + to_text(days) + " days later is " + to_text(right) + " after a success, " + to_text(wrong) +
                        " after a failure");
        return;
      }
    }
  };
  for (const Grade grade : {Grade::hard, Grade::good, Grade::easy}) {
    compare(M::first(sample.params, grade), M::first(sample.params, Grade::again), "first answer");
    compare(M::review(sample.params, sample.state, sample.days, grade), M::review(sample.params, sample.state, sample.days, Grade::again),
            "answer after " + to_text(sample.days) + " days");
  }
  return found;
}

/// Every state that the model makes is finite and within the bounds of its fields.
template <models::MemoryModel M>
[[nodiscard]] Violations states_stay_in_bounds(const Sample<M>& sample) {
  Violations found;
  for (const Grade grade : {Grade::again, Grade::hard, Grade::good, Grade::easy}) {
    const auto values =
        std::bit_cast<std::array<double, M::state_fields.size()>>(M::review(sample.params, sample.state, sample.days, grade));
    for (std::size_t k = 0; k < values.size(); ++k) {
      const models::StateSpec& field = M::state_fields[k];
      if (!(values[k] >= field.lower && values[k] <= field.upper))
        found.push_back(std::string{field.name} + " becomes " + to_text(values[k]));
    }
  }
  return found;
}

/// The template gives the same for packs as for scalars, up to the rounding of vectorized exp and log (a few units in the last place, which
/// the exponents of a model magnify by less than a hundred), and up to the rounding of states in scalars where the published form has one.
template <models::MemoryModel M>
[[nodiscard]] Violations pack_equals_scalar(const Sample<M>& sample) {
  constexpr std::size_t lanes = 8;
  constexpr double tolerance = 1e-12;
  using P = Pack<double, lanes>;
  constexpr std::size_t fields = M::state_fields.size();
  const auto w = map_params<M, P>(sample.params, [](double value, std::size_t) { return P(value); });
  const auto numbers = std::bit_cast<std::array<double, fields>>(sample.state);
  std::array<P, fields> columns;
  for (std::size_t k = 0; k < fields; ++k) columns[k] = P(numbers[k]);
  const auto state = state_from<M, P>(columns);
  P days;
  for (std::size_t i = 0; i < lanes; ++i) days.lane[i] = sample.days * static_cast<double>(i) / 3.0;

  Violations found;
  const auto agree = [&](double got, double expected, const std::string& what) {
    if (!(std::abs(got - expected) <= M::rounding + tolerance * std::max(1.0, std::abs(expected)))) {
      found.push_back(what + " is " + to_text(got) + " in a pack, " + to_text(expected) + " alone");
    }
  };
  P targets;
  for (std::size_t i = 0; i < lanes; ++i) targets.lane[i] = 0.55 + 0.05 * static_cast<double>(i);
  const P r = M::recall(w, state, days);
  const P intervals = M::interval(w, state, targets);
  for (std::size_t i = 0; i < lanes; ++i) {
    agree(r.lane[i], M::recall(sample.params, sample.state, days.lane[i]), "recall");
    const double expected = M::interval(sample.params, sample.state, targets.lane[i]);
    if (expected < 1e15) agree(intervals.lane[i], expected, "interval");
  }
  for (const Grade grade : {Grade::again, Grade::hard, Grade::good, Grade::easy}) {
    const auto next = state_columns<M, P>(M::review(w, state, days, grade));
    for (std::size_t i = 0; i < lanes; ++i) {
      const auto expected = std::bit_cast<std::array<double, fields>>(M::review(sample.params, sample.state, days.lane[i], grade));
      for (std::size_t k = 0; k < fields; ++k) agree(next[k].lane[i], expected[k], std::string{M::state_fields[k].name});
    }
  }
  return found;
}

/// The dual numbers' gradient of recall after a short history equals a central difference. Where the two one-sided differences disagree the
/// point is a kink of a clamp, and nothing is asked; nor of a model whose published form rounds its states or is not trainable, which has no derivative.
template <models::MemoryModel M>
[[nodiscard]] Violations dual_gradient_equals_difference(const Sample<M>& sample) {
  if constexpr (M::rounding > 0.0 || !models::trainable<M>()) return {};
  constexpr std::size_t n = M::specs.size();
  constexpr double tolerance = 1e-4;  // a step of 1e-6 leaves a difference quotient five good digits
  using D = Dual<n>;
  const auto recall_after = [&sample]<class T>(const typename M::template Params<T>& w) {
    auto state = M::first(w, sample.grade);
    state = M::review(w, state, T(sample.days), Grade::good);
    state = M::review(w, state, T(sample.days + 2.0), Grade::again);
    state = M::review(w, state, T(0.01), Grade::good);
    return M::recall(w, state, T(3.0));
  };
  const D got =
      recall_after.template operator()<D>(map_params<M, D>(sample.params, [](double value, std::size_t i) { return D::seed(value, i); }));
  Violations found;
  const double here = recall_after.template operator()<double>(sample.params);
  for (std::size_t i = 0; i < n; ++i) {
    const auto shifted = [&](double h) {
      return recall_after.template operator()<double>(
          map_params<M, double>(sample.params, [&](double value, std::size_t k) { return k == i ? value + h : value; }));
    };
    const double value = std::bit_cast<std::array<double, n>>(sample.params)[i];
    const double h = 1e-6 * std::max(0.1, std::abs(value));
    const double up = (shifted(h) - here) / h;
    const double down = (here - shifted(-h)) / h;
    const double scale = std::max({std::abs(up), std::abs(down), 1e-3});
    if (std::abs(up - down) > tolerance * scale) continue;
    if (!(std::abs(got.d[i] - 0.5 * (up + down)) <= tolerance * scale)) {
      found.push_back("derivative by " + std::string{M::specs[i].name} + " is " + to_text(got.d[i]) + ", difference quotient " +
                      to_text(0.5 * (up + down)));
    }
  }
  return found;
}

}  // namespace perdure::inline PERDURE_ABI::testing
