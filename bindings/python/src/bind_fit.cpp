#include "arrays.hpp"
#include "fit_calls.hpp"
#include "fit_dicts.hpp"
#include "fit_settings.hpp"
#include "progress.hpp"
#include "results.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/bands.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/fit/posterior.hpp>

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
using perdure::data::Histories;
using perdure::data::ReviewLog;
using perdure::fit::Observation;

namespace {

py::dict report_dict(const perdure::fit::ModelFacts& facts, perdure::fit::FitReport report) {
  py::object mean = py::none();
  py::object precision = py::none();
  if (const auto known = perdure::fit::posterior(facts, report)) {
    mean = to_numpy(std::vector<double>(known->mean().begin(), known->mean().end()));
    precision = rows_of(known->precision());
  }
  py::dict all = perdure_python::report_dict(std::move(report));
  all["posterior_mean"] = mean;
  all["posterior_precision"] = precision;
  return all;
}

py::tuple pooled(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                 const py::array& start, const py::dict& settings, const py::object& prior, std::optional<std::int64_t> since,
                 unsigned threads, const py::object& progress) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto values = column<double>(start, "parameters");
  py::object interrupt = py::none();
  FitChoice chosen = read_fit_options(calls.facts, settings);
  chosen.options.threads = threads;
  chosen.options.progress = with_signals(progress, interrupt);
  if (!prior.is_none()) chosen.options.prior = prior_of(calls.facts, prior.cast<py::tuple>());
  if (const auto problem = perdure::models::check_parameters(calls.facts.id, calls.facts.specs, values))
    throw py::value_error(problem->what);
  auto report = without_gil(
      [&] { return run_fit(calls.facts, calls.engine(), log, histories, values, chosen, !prior.is_none(), counted_since(log, since)); });
  return py::make_tuple(report_dict(calls.facts, std::move(report)), interrupt);
}

py::tuple observation(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                      const py::array& values, std::size_t items, double minimum_gap, std::optional<std::int64_t> since, unsigned threads) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  perdure::fit::FirstEncounters counts;
  const auto fitted = without_gil([&] {
    const auto counted = counted_since(log, since);
    counts = perdure::fit::count_first(log, histories, items, counted);
    return calls.observation(histories, counts, parameters, minimum_gap, threads, counted);
  });
  return py::make_tuple(observation_dict(fitted.layer), to_numpy(std::move(counts.answers)), to_numpy(std::move(counts.successes)),
                        fitted.first_answers, fitted.same_day_answers);
}

/// How many first encounters of an item the common rate is worth, from counts by item.
double first_weight(const py::array& answers, const py::array& successes, double rate) {
  const auto n = column<double>(answers, "answers");
  const auto right = column<double>(successes, "successes");
  require_rows(right.size(), n.size(), "successes");
  return perdure::fit::first_weight({{n.begin(), n.end()}, {right.begin(), right.end()}}, rate);
}

/// Success rate of each item's first encounters, shrunk to the common one, and the standard error of its logit: that of the beta distribution
/// whose mean the rate is.
py::tuple first_rates(const py::dict& observed, const py::array& answers, const py::array& successes) {
  const Observation layer = observation_from(observed);
  const auto n = column<double>(answers, "answers");
  const auto right = column<double>(successes, "successes");
  require_rows(right.size(), n.size(), "successes");
  std::vector<double> rates(n.size());
  std::vector<double> errors(n.size());
  for (std::size_t i = 0; i < n.size(); ++i) {
    rates[i] = layer.first_rate(right[i], n[i]);
    const double information = (n[i] + layer.first_weight + 1.0) * rates[i] * (1.0 - rates[i]);
    errors[i] = information > 0.0 ? 1.0 / std::sqrt(information) : 0.0;
  }
  return py::make_tuple(to_numpy(std::move(rates)), to_numpy(std::move(errors)));
}

py::object predict_sequence(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                            const py::array& values, const py::dict& observed, const py::array& first_rate, unsigned threads) {
  const Observation layer = observation_from(observed);
  const auto rates = column<double>(first_rate, "first_rate");
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  return to_numpy(without_gil([&] { return calls.predict_sequence(log, histories, parameters, layer, rates, threads); }));
}

/// Ends of the bands of probabilities, `z` standard errors of the logit to either side.
py::tuple bands(std::span<const double> probability, std::span<const double> error, double z) {
  std::vector<double> low(probability.size());
  std::vector<double> high(probability.size());
  for (std::size_t i = 0; i < low.size(); ++i) {
    const perdure::fit::Band band = perdure::fit::band(probability[i], error[i], z);
    low[i] = band.low;
    high[i] = band.high;
  }
  return py::make_tuple(to_numpy(std::move(low)), to_numpy(std::move(high)));
}

py::tuple sequence_bands(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                         const py::array& values, const py::array& covariance, const py::dict& observed, const py::array& first_error,
                         const py::array& predicted, double z, unsigned threads) {
  const Observation layer = observation_from(observed);
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  const auto spread = column<double>(covariance, "covariance");
  const auto first = column<double>(first_error, "first_error");
  const auto p = column<double>(predicted, "predicted");
  require_rows(p.size(), log.size(), "predicted");
  const auto errors = without_gil([&] {
    return calls.sequence_errors(log, histories, parameters, perdure::fit::covariance_root(spread, calls.facts.size()), layer, first,
                                 threads);
  });
  return bands(p, errors, z);
}

py::tuple card_bands(const std::string& model, const std::string& profile, const Histories& histories, const py::array& values,
                     const py::array& covariance, const py::array& elapsed, const py::array& recall, double z, unsigned threads) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  const auto spread = column<double>(covariance, "covariance");
  const auto days = column<double>(elapsed, "days");
  const auto p = column<double>(recall, "recall");
  require_rows(p.size(), histories.cards(), "recall");
  const auto errors = without_gil(
      [&] { return calls.card_errors(histories, parameters, perdure::fit::covariance_root(spread, calls.facts.size()), days, threads); });
  return bands(p, errors, z);
}

py::dict states(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                const py::array& values, unsigned threads) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto parameters = column<double>(values, "parameters");
  return states_dict(without_gil([&] { return calls.states(log, histories, parameters, threads); }));
}

}  // namespace

/// Fits, predictions and states of a model on grouped answers.
void bind_fit(py::module_& module) {
  py::module_ fit = module.def_submodule("fit", "Pooled fits; see perdure.Fsrs6.");
  fit.def("pooled", &pooled, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("start"), py::kw_only(),
          py::arg("options"), py::arg("prior"), py::arg("since"), py::arg("threads"), py::arg("progress"));
  fit.def("observation", &observation, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("parameters"),
          py::arg("items"), py::arg("minimum_gap"), py::arg("since"), py::arg("threads"));
  fit.def("first_weight", &first_weight, py::arg("answers"), py::arg("successes"), py::arg("rate"));
  fit.def("first_rates", &first_rates, py::arg("observation"), py::arg("answers"), py::arg("successes"));
  fit.def(
      "unfitted", [] { return observation_dict(Observation{}); }, "The observation layer before any fit.");
  fit.def("predict_sequence", &predict_sequence, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"),
          py::arg("parameters"), py::arg("observation"), py::arg("first_rate"), py::arg("threads") = 1);
  fit.def("sequence_bands", &sequence_bands, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"),
          py::arg("parameters"), py::arg("covariance"), py::arg("observation"), py::arg("first_error"), py::arg("predicted"), py::arg("z"),
          py::arg("threads"));
  fit.def("card_bands", &card_bands, py::arg("model"), py::arg("profile"), py::arg("histories"), py::arg("parameters"),
          py::arg("covariance"), py::arg("days"), py::arg("recall"), py::arg("z"), py::arg("threads"));
  fit.def("states", &states, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("parameters"),
          py::arg("threads"));
}
