#pragma once

#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs7.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/models/param_spec.hpp>
#include <perdure/plan/memory.hpp>

#include <array>
#include <bit>
#include <vector>

namespace perdure::test {

/// A model with its default parameters, as a planner sees it.
template <class M>
[[nodiscard]] plan::MemoryOf<M> memory_of() {
  return plan::MemoryOf<M>{std::bit_cast<typename M::template Params<double>>(models::defaults<M>())};
}

/// States after a first right and after a first wrong answer.
template <class M>
[[nodiscard]] std::vector<plan::State> starts_of() {
  std::vector<plan::State> starts;
  for (const Grade grade : {Grade::good, Grade::again}) {
    const auto first = M::first(std::bit_cast<typename M::template Params<double>>(models::defaults<M>()), grade);
    const auto values = std::bit_cast<std::array<double, M::state_fields.size()>>(first);
    plan::State s{};
    for (std::size_t i = 0; i < values.size(); ++i) s[i] = values[i];
    starts.push_back(s);
  }
  return starts;
}

/// Calls f(memory, starts) for memories of one, two and more state variables.
template <class F>
void each_memory(const F& f) {
  f(memory_of<models::HalfLife>(), starts_of<models::HalfLife>());
  f(memory_of<models::Fsrs6>(), starts_of<models::Fsrs6>());
  f(memory_of<models::Fsrs7>(), starts_of<models::Fsrs7>());
}

}  // namespace perdure::test
