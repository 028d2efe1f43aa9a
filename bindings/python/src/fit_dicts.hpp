#pragma once

#include "arrays.hpp"

#include <perdure/fit/observation.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/fit/states.hpp>

#include <Eigen/Core>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <utility>
#include <vector>

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

/// A symmetric matrix row after row, to the last bit; None for an empty one.
[[nodiscard]] inline py::object rows_of(const Eigen::MatrixXd& matrix) {
  if (matrix.size() == 0) return py::none();
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(matrix.size()));
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) values.push_back(0.5 * (matrix(i, j) + matrix(j, i)));
  }
  return to_numpy(std::move(values));
}

/// A fit's report, its covariance row after row.
[[nodiscard]] inline py::dict report_dict(perdure::fit::FitReport report) {
  return py::dict(py::arg("status") = perdure::fit::name(report.status), py::arg("reason") = report.reason,
                  py::arg("parameters") = to_numpy(std::move(report.parameters)), py::arg("objective_path") = report.objective_path,
                  py::arg("iterations") = report.iterations, py::arg("evaluations") = report.evaluations,
                  py::arg("answers") = report.answers, py::arg("effective_answers") = report.effective_answers,
                  py::arg("log_loss") = report.log_loss, py::arg("start_log_loss") = report.start_log_loss,
                  py::arg("predicted_decrease") = report.predicted_decrease, py::arg("gradient_norm") = report.gradient_norm,
                  py::arg("at_bound") = report.at_bound, py::arg("covariance") = rows_of(report.covariance),
                  py::arg("standard_errors") = report.standard_errors, py::arg("low") = report.low, py::arg("high") = report.high,
                  py::arg("learned") = report.learned, py::arg("warnings") = report.warnings);
}

}  // namespace perdure_python
