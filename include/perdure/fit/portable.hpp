#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/log_loss.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/models/concept.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace perdure::inline PERDURE_ABI::fit {

namespace detail {

/// Walks one lane of a group through a model; `visit(recall, code, weight)` is called for every predicted answer.
template <models::MemoryModel M, class T, class Visit>
void walk_lane(const typename M::template Params<T>& w, const StepGroup& group, std::size_t lane, const Visit& visit) {
  typename M::template State<T> state = M::first(w, static_cast<Grade>(group.code[lane] & step::grade));
  for (std::size_t row = 1; row < group.rows && lane < group.active[row]; ++row) {
    const std::size_t at = row * group.lanes + lane;
    const T days(static_cast<double>(group.days[at]));
    const std::uint8_t code = group.code[at];
    if ((code & step::predicted) != 0) visit(M::recall(w, state, days), code, group.weight == nullptr ? 1.0 : group.weight[at]);
    if ((code & step::grade) != 0) state = M::review(w, state, days, static_cast<Grade>(code & step::grade));
  }
}

template <models::MemoryModel M, class T, class Visit>
void walk_groups(const double* parameters, const StepGroup* groups, std::size_t count, const Visit& visit) {
  constexpr std::size_t n = M::specs.size();
  std::array<T, n> seeds;
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (is_dual<T>) {
      seeds[i] = T::seed(parameters[i], i);
    } else {
      seeds[i] = parameters[i];
    }
  }
  const auto w = models::assemble<M, T>(std::span<const T, n>{seeds});
  for (std::size_t g = 0; g < count; ++g) {
    for (std::size_t lane = 0; lane < groups[g].active[0]; ++lane) walk_lane<M, T>(w, groups[g], lane, visit);
  }
}

template <models::MemoryModel M>
void add_portable(const double* parameters, const StepGroup* groups, std::size_t count, int order, double* loss, double* gradient,
                  double* fisher, float*) noexcept {
  constexpr std::size_t n = M::specs.size();
  if (order == static_cast<int>(Order::loss)) {
    walk_groups<M, double>(parameters, groups, count, [&](double recall, std::uint8_t code, double weight) {
      *loss += weight * log_loss(recall, (code & step::right) != 0);
    });
    return;
  }
  walk_groups<M, Dual<n>>(parameters, groups, count, [&](const Dual<n>& recall, std::uint8_t code, double weight) {
    const bool right = (code & step::right) != 0;
    *loss += weight * log_loss(recall.v, right);
    if (!(recall.v > probability_floor && recall.v < 1.0 - probability_floor)) return;  // the clamp is flat
    const double precision = weight / (recall.v * (1.0 - recall.v));
    const double slope = precision * (recall.v - (right ? 1.0 : 0.0));
    for (std::size_t i = 0; i < n; ++i) gradient[i] += slope * recall.d[i];
    if (order < static_cast<int>(Order::fisher)) return;
    for (std::size_t i = 0; i < n; ++i) {
      const double scaled = precision * recall.d[i];
      for (std::size_t j = 0; j <= i; ++j) fisher[i * n + j] += scaled * recall.d[j];
    }
  });
}

}  // namespace detail

/// The engine that every model has: its one template, in double, with dual numbers for derivatives. O(answers x parameters) for the gradient.
template <models::MemoryModel M>
[[nodiscard]] Engine portable() {
  return {M::specs.size(), &detail::add_portable<M>, [](std::size_t) noexcept { return std::size_t{0}; }};
}

}  // namespace perdure::inline PERDURE_ABI::fit
