#include "arrays.hpp"
#include "fit_calls.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/pooled.hpp>

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
using perdure::data::Histories;
using perdure::data::ReviewLog;
using perdure::fit::Observation;

namespace {

/// Keeps Ctrl-C alive during a fit: Python sees the signal between iterations, and its exception ends the fit.
perdure::fit::Progress with_signals(const py::object& callback) {
  return [callback](std::size_t iteration, double objective) {
    const py::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    return callback.is_none() || callback(iteration, objective).cast<bool>();
  };
}

py::dict pooled(const std::string& model, const std::string& profile, const Histories& histories, const py::array& start,
                double minimum_gap, double prior_weight, std::size_t max_iterations, double tolerance, unsigned threads,
                const py::object& progress) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto values = column<double>(start, "parameters");
  const perdure::fit::Options options{.minimum_gap = minimum_gap,
                                      .prior_weight = prior_weight,
                                      .max_iterations = max_iterations,
                                      .tolerance = tolerance,
                                      .threads = threads,
                                      .progress = with_signals(progress)};
  auto report = [&] {
    const py::gil_scoped_release release;
    return calls.pooled(histories, values, options);
  }();
  return py::dict(py::arg("status") = perdure::fit::name(report.status), py::arg("reason") = report.reason,
                  py::arg("parameters") = to_numpy(std::move(report.parameters)), py::arg("objective_path") = report.objective_path,
                  py::arg("answers") = report.answers, py::arg("log_loss") = report.log_loss,
                  py::arg("start_log_loss") = report.start_log_loss, py::arg("predicted_decrease") = report.predicted_decrease,
                  py::arg("at_bound") = report.at_bound);
}

py::dict observation_dict(const Observation& o) {
  return py::dict(py::arg("first_success") = o.first_success, py::arg("first_weight") = o.first_weight, py::arg("intercept") = o.intercept,
                  py::arg("slope") = o.slope, py::arg("minimum_gap") = o.minimum_gap);
}

Observation observation_from(const py::dict& d) {
  return {.first_success = d["first_success"].cast<double>(),
          .first_weight = d["first_weight"].cast<double>(),
          .intercept = d["intercept"].cast<double>(),
          .slope = d["slope"].cast<double>(),
          .minimum_gap = d["minimum_gap"].cast<double>()};
}

py::tuple observation(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                      const py::array& values, std::size_t items, double minimum_gap) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  perdure::fit::FirstEncounters counts;
  const Observation fitted = [&] {
    const py::gil_scoped_release release;
    counts = perdure::fit::count_first(log, histories, items);
    return calls.observation(histories, counts, parameters, minimum_gap);
  }();
  return py::make_tuple(observation_dict(fitted), to_numpy(std::move(counts.answers)), to_numpy(std::move(counts.successes)));
}

/// Success rate of each item's first encounters, shrunk to the common one.
py::object first_rates(const py::dict& observed, const py::array& answers, const py::array& successes) {
  const Observation layer = observation_from(observed);
  const auto n = column<double>(answers, "answers");
  const auto right = column<double>(successes, "successes");
  require_rows(right.size(), n.size(), "successes");
  std::vector<double> rates(n.size());
  for (std::size_t i = 0; i < n.size(); ++i) rates[i] = layer.first_rate(right[i], n[i]);
  return to_numpy(std::move(rates));
}

py::object predict_sequence(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                            const py::array& values, const py::dict& observed, const py::array& first_rate) {
  const Observation layer = observation_from(observed);
  const auto rates = column<double>(first_rate, "first_rate");
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  auto p = [&] {
    const py::gil_scoped_release release;
    return calls.predict_sequence(log, histories, parameters, layer, rates);
  }();
  return to_numpy(std::move(p));
}

/// One row per card: learner and item codes, answers, lapses, time of the last answer, state columns (float32).
py::dict states(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                const py::array& values, unsigned threads) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  auto all = [&] {
    const py::gil_scoped_release release;
    return calls.states(log, histories, parameters, threads);
  }();
  py::tuple state(all.state.size());
  for (std::size_t k = 0; k < all.state.size(); ++k) state[k] = to_numpy(std::move(all.state[k]));
  return py::dict(py::arg("learner") = to_numpy(std::move(all.learner)), py::arg("item") = to_numpy(std::move(all.item)),
                  py::arg("answers") = to_numpy(std::move(all.answers)), py::arg("lapses") = to_numpy(std::move(all.lapses)),
                  py::arg("last_answered_at") = to_numpy(std::move(all.last_answered_at)), py::arg("state") = state);
}

}  // namespace

/// Fits, predictions and states of a model on grouped answers.
void bind_fit(py::module_& module) {
  py::module_ fit = module.def_submodule("fit", "Pooled fits; see perdure.Fsrs6.");
  fit.def("pooled", &pooled, py::arg("model"), py::arg("profile"), py::arg("histories"), py::arg("start"), py::kw_only(),
          py::arg("minimum_gap"), py::arg("prior_weight"), py::arg("max_iterations"), py::arg("tolerance"), py::arg("threads"),
          py::arg("progress"));
  fit.def("observation", &observation, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("parameters"),
          py::arg("items"), py::arg("minimum_gap"));
  fit.def("first_rates", &first_rates, py::arg("observation"), py::arg("answers"), py::arg("successes"));
  fit.def(
      "unfitted", [] { return observation_dict(Observation{}); }, "The observation layer before any fit.");
  fit.def("predict_sequence", &predict_sequence, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"),
          py::arg("parameters"), py::arg("observation"), py::arg("first_rate"));
  fit.def("states", &states, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("parameters"),
          py::arg("threads"));
}
