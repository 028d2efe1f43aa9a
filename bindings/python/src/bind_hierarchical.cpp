#include "arrays.hpp"
#include "catalog.hpp"
#include "fit_calls.hpp"
#include "fit_dicts.hpp"
#include "progress.hpp"
#include "results.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/grouped.hpp>
#include <perdure/fit/hierarchical.hpp>

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
using perdure::data::Histories;
using perdure::data::ReviewLog;

namespace {

perdure::fit::Pooling pooling_of(const std::string& name) {
  if (name == "complete") return perdure::fit::Pooling::complete;
  if (name == "none") return perdure::fit::Pooling::none;
  if (name == "partial") return perdure::fit::Pooling::partial;
  throw py::value_error("pooling must be complete, partial or none, got " + name);
}

py::dict report_dict(perdure::fit::HierarchicalReport report) {
  std::vector<std::string> statuses;
  for (const perdure::fit::Status status : report.segment_status) statuses.emplace_back(perdure::fit::name(status));
  std::vector<bool> logs;
  for (const perdure::fit::Scale scale : report.scale) logs.push_back(scale == perdure::fit::Scale::logarithmic);
  std::vector<double> covariance(report.covariance.data(), report.covariance.data() + report.covariance.size());  // symmetric
  return py::dict(py::arg("status") = perdure::fit::name(report.status), py::arg("reason") = report.reason,
                  py::arg("parameters") = to_numpy(std::move(report.parameters)),
                  py::arg("standard_errors") = to_numpy(std::move(report.standard_errors)), py::arg("statuses") = std::move(statuses),
                  py::arg("answers") = std::vector<std::uint64_t>(report.answers.begin(), report.answers.end()),
                  py::arg("log_losses") = to_numpy(std::move(report.segment_log_loss)), py::arg("logarithmic") = std::move(logs),
                  py::arg("mean") = to_numpy(std::move(report.mean)), py::arg("mean_errors") = to_numpy(std::move(report.mean_errors)),
                  py::arg("covariance") = to_numpy(std::move(covariance)), py::arg("learned") = std::move(report.learned_segments),
                  py::arg("objective_path") = std::move(report.objective_path), py::arg("evaluations") = report.evaluations,
                  py::arg("rounds") = report.rounds, py::arg("log_loss") = report.log_loss,
                  py::arg("warnings") = std::move(report.warnings));
}

py::tuple fit(const std::string& model, const std::string& profile, const Histories& histories, const py::array& group, std::size_t groups,
              const py::array& start, const py::dict& settings, unsigned threads, const py::object& progress) {
  const FitCalls& calls = fit_calls(model, profile);
  const auto values = column<double>(start, "parameters");
  const auto of_card = column<std::uint32_t>(group, "group");
  py::object interrupt = py::none();
  perdure::fit::HierarchicalOptions options;
  options.pooling = pooling_of(settings["pooling"].cast<std::string>());
  options.covariance_scale = settings["covariance_scale"].cast<double>();
  options.assumed_segments = settings["assumed_groups"].cast<double>();
  options.base.minimum_gap = settings["minimum_gap"].cast<double>();
  options.base.prior_weight = settings["prior_weight"].cast<double>();
  options.base.threads = threads;
  options.base.progress = with_signals(progress, interrupt);
  auto report =
      without_gil([&] { return perdure::fit::hierarchical(calls.facts, calls.engine(), histories, of_card, groups, values, options); });
  return py::make_tuple(report_dict(std::move(report)), interrupt);
}

py::object group_of_cards(const Histories& histories, const py::array& group_of_row) {
  const auto of_row = column<std::uint32_t>(group_of_row, "groups");
  return to_numpy(without_gil([&] { return perdure::fit::group_of_cards(histories, of_row); }));
}

py::object predict_sequence(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                            const py::array& parameters, const py::array& group, const py::dict& observed, const py::array& first_rate,
                            unsigned threads) {
  const perdure::fit::Observation layer = observation_from(observed);
  const auto values = column<double>(parameters, "parameters");
  const auto of_card = column<std::uint32_t>(group, "group");
  const auto rates = column<double>(first_rate, "first_rate");
  std::vector<double> predicted;
  with_model(model, profile, [&]<class M>() {
    predicted = without_gil([&] {
      return perdure::fit::grouped_predict_sequence<M>(log, histories, perdure::fit::GroupedParameters<M>{values, of_card}, layer, rates,
                                                       threads);
    });
  });
  return to_numpy(std::move(predicted));
}

py::dict states(const std::string& model, const std::string& profile, const ReviewLog& log, const Histories& histories,
                const py::array& parameters, const py::array& group, unsigned threads) {
  const auto values = column<double>(parameters, "parameters");
  const auto of_card = column<std::uint32_t>(group, "group");
  perdure::fit::CardStates all{0, 0};
  with_model(model, profile, [&]<class M>() {
    all = without_gil([&] {
      return perdure::fit::grouped_states<M>(log, histories, perdure::fit::GroupedParameters<M>{values, of_card}, threads);
    });
  });
  return states_dict(std::move(all));
}

py::object recall(const std::string& model, const std::string& profile, const py::tuple& state, const py::array& days,
                  const py::array& parameters, const py::array& group, unsigned threads) {
  std::vector<py::array> kept;
  std::vector<std::span<const float>> columns;
  for (const py::handle& field : state) {
    kept.push_back(field.cast<py::array>());
    columns.push_back(column<float>(kept.back(), "state"));
  }
  const auto elapsed = column<double>(days, "days");
  const auto values = column<double>(parameters, "parameters");
  const auto of_row = column<std::uint32_t>(group, "group");
  std::vector<double> recalls;
  with_model(model, profile, [&]<class M>() {
    recalls = without_gil([&] {
      return perdure::fit::grouped_recall<M>(columns, elapsed, perdure::fit::GroupedParameters<M>{values, of_row}, threads);
    });
  });
  return to_numpy(std::move(recalls));
}

}  // namespace

/// Fits of many groups in one call, and predictions and states with parameters by group.
void bind_hierarchical(py::module_& module) {
  py::module_ grouped = module.def_submodule("grouped", "Parameters by group; see perdure.Hierarchical.");
  grouped.def("fit", &fit, py::arg("model"), py::arg("profile"), py::arg("histories"), py::arg("group"), py::arg("groups"),
              py::arg("start"), py::kw_only(), py::arg("settings"), py::arg("threads"), py::arg("progress"));
  grouped.def("group_of_cards", &group_of_cards, py::arg("histories"), py::arg("groups"));
  grouped.def("predict_sequence", &predict_sequence, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"),
              py::arg("parameters"), py::arg("group"), py::arg("observation"), py::arg("first_rate"), py::arg("threads"));
  grouped.def("states", &states, py::arg("model"), py::arg("profile"), py::arg("log"), py::arg("histories"), py::arg("parameters"),
              py::arg("group"), py::arg("threads"));
  grouped.def("recall", &recall, py::arg("model"), py::arg("profile"), py::arg("state"), py::arg("days"), py::arg("parameters"),
              py::arg("group"), py::arg("threads"));
}
