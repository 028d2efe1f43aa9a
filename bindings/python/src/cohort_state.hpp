#pragma once

#include "arrays.hpp"

#include <perdure/cohort/filter.hpp>

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

/// What a filter knows, as columns and back, to the bit: float32 row after row, times apart.
namespace perdure_python {

/// The float32 members that begin a state; `last` follows where there is one.
template <class State>
inline constexpr std::size_t floats = (sizeof(State) - (requires(State s) { s.last; } ? sizeof(double) : 0)) / sizeof(float);

template <class State>
[[nodiscard]] std::vector<float> to_floats(std::span<const State> states) {
  static_assert(std::is_trivially_copyable_v<State>);
  std::vector<float> values(states.size() * floats<State>);
  for (std::size_t i = 0; i < states.size(); ++i) std::memcpy(&values[i * floats<State>], &states[i], floats<State> * sizeof(float));
  return values;
}

template <class State>
[[nodiscard]] std::vector<State> from_floats(const py::array& array, const char* name) {
  const auto values = column<float>(array, name);
  if (values.size() % floats<State> != 0)
    throw py::value_error(std::string{name} + " must have a multiple of " + std::to_string(floats<State>) + " values");
  std::vector<State> states(values.size() / floats<State>);
  for (std::size_t i = 0; i < states.size(); ++i) {
    std::memcpy(static_cast<void*>(&states[i]), &values[i * floats<State>], floats<State> * sizeof(float));
  }
  return states;
}

template <class State>
[[nodiscard]] std::vector<double> to_times(std::span<const State> states) {
  std::vector<double> times;
  times.reserve(states.size());
  for (const State& s : states) times.push_back(s.last);
  return times;
}

template <class State>
void set_times(std::vector<State>& states, const py::array& array, const char* name) {
  const auto times = column<double>(array, name);
  require_rows(times.size(), states.size(), name);
  for (std::size_t i = 0; i < states.size(); ++i) states[i].last = times[i];
}

[[nodiscard]] inline py::dict state_dict(const perdure::cohort::Snapshot& s) {
  using perdure::cohort::MemoryState;
  const auto memories = [](const perdure::cohort::Memories& m) {
    const std::span<const MemoryState<float>> states{m.states()};
    return py::dict(py::arg("keys") = to_numpy(m.keys()), py::arg("values") = to_numpy(to_floats(states)),
                    py::arg("last") = to_numpy(to_times(states)));
  };
  const std::span learners{s.learners};
  return py::dict(py::arg("cohort") = to_numpy(to_floats(std::span{&s.cohort, 1})), py::arg("learners") = to_numpy(to_floats(learners)),
                  py::arg("learners_last") = to_numpy(to_times(learners)), py::arg("items") = to_numpy(to_floats(std::span{s.items})),
                  py::arg("skills") = to_numpy(to_floats(std::span{s.skills})), py::arg("item_memories") = memories(s.item_memories),
                  py::arg("skill_memories") = memories(s.skill_memories));
}

[[nodiscard]] inline perdure::cohort::Snapshot state_from(const py::dict& d) {
  using namespace perdure::cohort;
  const auto array = [&d](const char* name) { return d[name].cast<py::array>(); };
  const auto memories = [&d](const char* name) {
    const auto given = d[name].cast<py::dict>();
    auto states = from_floats<MemoryState<float>>(given["values"].cast<py::array>(), name);
    set_times(states, given["last"].cast<py::array>(), name);
    const auto keys_array = given["keys"].cast<py::array>();
    const auto keys = column<std::uint64_t>(keys_array, name);
    require_rows(keys.size(), states.size(), name);
    Memories all;
    for (std::size_t i = 0; i < states.size(); ++i) all.put(keys[i], states[i]);
    return all;
  };
  const auto cohort = from_floats<CohortState<float>>(array("cohort"), "cohort");
  if (cohort.size() != 1) throw py::value_error("cohort must be one state");
  Snapshot s{.cohort = cohort.front(),
             .learners = from_floats<LearnerState<float>>(array("learners"), "learners"),
             .items = from_floats<MaterialState<float>>(array("items"), "items"),
             .skills = from_floats<MaterialState<float>>(array("skills"), "skills"),
             .item_memories = memories("item_memories"),
             .skill_memories = memories("skill_memories")};
  set_times(s.learners, array("learners_last"), "learners_last");
  return s;
}

}  // namespace perdure_python
