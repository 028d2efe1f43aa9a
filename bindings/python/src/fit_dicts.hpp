#pragma once

#include "arrays.hpp"

#include <perdure/fit/observation.hpp>
#include <perdure/fit/states.hpp>

#include <pybind11/pybind11.h>

#include <cstddef>
#include <utility>

/// Pieces of a fit that cross to Python and back as dictionaries.
namespace perdure_python {

[[nodiscard]] inline py::dict observation_dict(const perdure::fit::Observation& o) {
  return py::dict(py::arg("first_success") = o.first_success, py::arg("first_weight") = o.first_weight, py::arg("intercept") = o.intercept,
                  py::arg("slope") = o.slope, py::arg("minimum_gap") = o.minimum_gap);
}

[[nodiscard]] inline perdure::fit::Observation observation_from(const py::dict& d) {
  return {.first_success = d["first_success"].cast<double>(),
          .first_weight = d["first_weight"].cast<double>(),
          .intercept = d["intercept"].cast<double>(),
          .slope = d["slope"].cast<double>(),
          .minimum_gap = d["minimum_gap"].cast<double>()};
}

/// One row per card: learner and item codes, answers, lapses, time of the last answer, state columns (float32).
[[nodiscard]] inline py::dict states_dict(perdure::fit::CardStates all) {
  py::tuple state(all.state.size());
  for (std::size_t k = 0; k < all.state.size(); ++k) state[k] = to_numpy(std::move(all.state[k]));
  return py::dict(py::arg("learner") = to_numpy(std::move(all.learner)), py::arg("item") = to_numpy(std::move(all.item)),
                  py::arg("answers") = to_numpy(std::move(all.answers)), py::arg("lapses") = to_numpy(std::move(all.lapses)),
                  py::arg("last_answered_at") = to_numpy(std::move(all.last_answered_at)), py::arg("state") = state);
}

}  // namespace perdure_python
