#include "arrays.hpp"
#include "catalog.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/pooled.hpp>

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
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

py::dict pooled(const std::string& model, const std::string& profile, const Histories& histories, const py::array& start, double minimum_gap,
                double prior_weight, std::size_t max_iterations, double tolerance, unsigned threads, const py::object& progress) {
  perdure::fit::FitReport report;
  with_model(model, profile, [&]<class M>() {
    const auto values = column<double>(start, "parameters");
    static_cast<void>(params<M>(values));
    std::array<double, M::specs.size()> from{};
    std::copy(values.begin(), values.end(), from.begin());
    const perdure::fit::Options options{.minimum_gap = minimum_gap,
                                        .prior_weight = prior_weight,
                                        .max_iterations = max_iterations,
                                        .tolerance = tolerance,
                                        .threads = threads,
                                        .progress = with_signals(progress)};
    const py::gil_scoped_release release;
    report = perdure::fit::pooled<M>(histories, from, options);
  });
  return py::dict(py::arg("status") = perdure::fit::name(report.status), py::arg("reason") = report.reason,
                  py::arg("parameters") = to_numpy(std::move(report.parameters)), py::arg("objective_path") = report.objective_path,
                  py::arg("answers") = report.answers, py::arg("log_loss") = report.log_loss, py::arg("start_log_loss") = report.start_log_loss,
                  py::arg("predicted_decrease") = report.predicted_decrease, py::arg("at_bound") = report.at_bound);
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
  perdure::fit::FirstEncounters counts;
  Observation fitted;
  with_model(model, profile, [&]<class M>() {
    const auto w = params<M>(column<double>(values, "parameters"));
    const py::gil_scoped_release release;
    counts = perdure::fit::count_first(log, histories, items);
    fitted = perdure::fit::fit_observation<M>(histories, counts, w, minimum_gap);
  });
  return py::make_tuple(observation_dict(fitted), to_numpy(std::move(counts.answers)), to_numpy(std::move(counts.successes)));
}

py::object predict_sequence(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                            const py::array& values, const py::dict& observed, const py::array& first_rate) {
  const Observation layer = observation_from(observed);
  const auto rates = column<double>(first_rate, "first_rate");
  std::vector<double> p;
  with_model(model, profile, [&]<class M>() {
    const auto w = params<M>(column<double>(values, "parameters"));
    const py::gil_scoped_release release;
    p = perdure::fit::predict_sequence<M>(log, histories, w, layer, rates);
  });
  return to_numpy(std::move(p));
}

/// One row per card: learner and item codes, answers, lapses, time of the last answer, state columns (float32).
py::dict states(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories, const py::array& values) {
  py::dict result;
  with_model(model, profile, [&]<class M>() {
    const auto w = params<M>(column<double>(values, "parameters"));
    const std::size_t n = histories.cards();
    constexpr std::size_t fields = M::state_fields.size();
    std::vector<std::uint32_t> learner(n), item(n), answers(n), lapses(n);
    std::vector<std::int64_t> last(n);
    std::array<std::vector<float>, fields> columns;
    for (auto& c : columns) c.resize(n);
    {
      const py::gil_scoped_release release;
      for (std::size_t c = 0; c < n; ++c) {
        const perdure::data::Card card = histories.card(c);
        const auto state = perdure::fit::replay<M, double>(w, card, [](std::size_t, const auto&) {});
        const auto numbers = std::bit_cast<std::array<double, fields>>(state);
        for (std::size_t k = 0; k < fields; ++k) columns[k][c] = static_cast<float>(numbers[k]);
        learner[c] = log.learner()[card.row[0]];
        item[c] = log.item()[card.row[0]];
        answers[c] = static_cast<std::uint32_t>(card.size());
        lapses[c] = static_cast<std::uint32_t>(std::count(card.grade.begin(), card.grade.end(), std::uint8_t{1}));
        last[c] = log.answered_at()[card.row[card.size() - 1]];
      }
    }
    py::tuple state(fields);
    for (std::size_t k = 0; k < fields; ++k) state[k] = to_numpy(std::move(columns[k]));
    result = py::dict(py::arg("learner") = to_numpy(std::move(learner)), py::arg("item") = to_numpy(std::move(item)),
                      py::arg("answers") = to_numpy(std::move(answers)), py::arg("lapses") = to_numpy(std::move(lapses)),
                      py::arg("last_answered_at") = to_numpy(std::move(last)), py::arg("state") = state);
  });
  return result;
}

}  // namespace

/// Fits, predictions and states of a model on grouped answers.
void bind_fit(py::module_& module) {
  py::module_ fit = module.def_submodule("fit", "Pooled fits; see perdure.Fsrs6.");
  fit.def("pooled", &pooled, py::arg("model"), py::arg("profile"), py::arg("histories"), py::arg("start"), py::kw_only(), py::arg("minimum_gap"),
          py::arg("prior_weight"), py::arg("max_iterations"), py::arg("tolerance"), py::arg("threads"), py::arg("progress"));
  fit.def("observation", &observation, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("parameters"),
          py::arg("items"), py::arg("minimum_gap"));
  fit.def("predict_sequence", &predict_sequence, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"),
          py::arg("parameters"), py::arg("observation"), py::arg("first_rate"));
  fit.def("states", &states, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("parameters"));
}
