#include "arrays.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/evaluate/bootstrap.hpp>
#include <perdure/evaluate/ici.hpp>
#include <perdure/evaluate/metrics.hpp>
#include <perdure/evaluate/rmse_bins.hpp>
#include <perdure/evaluate/smooth_ece.hpp>
#include <perdure/evaluate/universal.hpp>

#include <pybind11/stl.h>

#include <cstdint>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
namespace evaluate = perdure::evaluate;

namespace {

using Pointwise = double (*)(std::span<const double>, std::span<const std::uint8_t>, std::span<const double>);

/// A column of weights, or none.
std::span<const double> weights(const py::object& given) {
  return given.is_none() ? std::span<const double>{} : column<double>(given.cast<py::array>(), "weights");
}

/// Binds a score of predictions, outcomes and weights.
void bind_pointwise(py::module_& module, const char* name, Pointwise score) {
  module.def(
      name,
      [score](const py::array& p, const py::array& success, const py::object& weight) {
        const auto predicted = column<double>(p, "p");
        const auto right = column<std::uint8_t>(success, "success");
        const auto weighing = weights(weight);
        const py::gil_scoped_release release;
        return score(predicted, right, weighing);
      },
      py::arg("p"), py::arg("success"), py::arg("weights") = py::none());
}

/// Binds a score of predictions and outcomes.
template <class Score>
void bind_plain(py::module_& module, const char* name, const Score& score) {
  module.def(
      name,
      [score](const py::array& p, const py::array& success) {
        const auto predicted = column<double>(p, "p");
        const auto right = column<std::uint8_t>(success, "success");
        const py::gil_scoped_release release;
        return score(predicted, right);
      },
      py::arg("p"), py::arg("success"));
}

py::dict score(const py::array& p, const py::array& success) {
  const auto predicted = column<double>(p, "p");
  const auto right = column<std::uint8_t>(success, "success");
  const auto s = [&] {
    const py::gil_scoped_release release;
    return evaluate::score(predicted, right);
  }();
  return py::dict(py::arg("n") = s.n, py::arg("success_rate") = s.success_rate, py::arg("log_loss") = s.log_loss,
                  py::arg("brier") = s.brier, py::arg("auc") = s.auc, py::arg("ece") = s.ece, py::arg("rmse") = s.rmse,
                  py::arg("mean_bias") = s.mean_bias);
}

py::list calibration(const py::array& p, const py::array& success, std::size_t bins, bool by_quantile) {
  const auto predicted = column<double>(p, "p");
  const auto right = column<std::uint8_t>(success, "success");
  const auto table = [&] {
    const py::gil_scoped_release release;
    return by_quantile ? evaluate::calibration_by_quantile(predicted, right, bins) : evaluate::calibration(predicted, right, bins);
  }();
  py::list rows;
  for (const auto& bin : table) {
    rows.append(py::dict(py::arg("from") = bin.from, py::arg("to") = bin.to, py::arg("n") = bin.n, py::arg("predicted") = bin.predicted,
                         py::arg("observed") = bin.observed, py::arg("low") = bin.low, py::arg("high") = bin.high));
  }
  return rows;
}

/// One tuple (model, than, mean, low, high) for every pair of columns of predictions.
py::list differences(const std::vector<py::array>& predictions, const py::array& success, const py::array& cluster, std::size_t clusters,
                     std::uint64_t seed, std::uint32_t replicates, unsigned threads) {
  std::vector<std::span<const double>> columns;
  for (const py::array& p : predictions) columns.push_back(column<double>(p, "p"));
  const auto right = column<std::uint8_t>(success, "success");
  const auto codes = column<std::uint32_t>(cluster, "cluster");
  const auto all = [&] {
    const py::gil_scoped_release release;
    return evaluate::ClusterLosses{columns, right, codes, clusters}.differences(
        {.seed = seed, .replicates = replicates, .threads = threads});
  }();
  py::list rows;
  for (const auto& d : all) rows.append(py::make_tuple(d.model, d.than, d.interval.mean, d.interval.low, d.interval.high));
  return rows;
}

}  // namespace

/// Scores of predictions.
void bind_evaluate(py::module_& module) {
  py::module_ scores = module.def_submodule("evaluate", "Scores of predictions; see perdure.metrics and perdure.evaluate.");
  bind_pointwise(scores, "log_loss", &evaluate::log_loss);
  bind_pointwise(scores, "brier", &evaluate::brier);
  bind_pointwise(scores, "rmse", &evaluate::rmse);
  bind_pointwise(scores, "mean_bias", &evaluate::mean_bias);
  bind_pointwise(scores, "auc", &evaluate::auc);
  bind_plain(scores, "ici", [](auto p, auto success) { return evaluate::ici(p, success); });
  bind_plain(scores, "smooth_ece", [](auto p, auto success) { return evaluate::smooth_ece(p, success); });
  scores.def("score", &score, py::arg("p"), py::arg("success"));
  scores.def(
      "ece",
      [](const py::array& p, const py::array& success, std::size_t bins) {
        return evaluate::ece(column<double>(p, "p"), column<std::uint8_t>(success, "success"), bins);
      },
      py::arg("p"), py::arg("success"), py::arg("bins"));
  scores.def("calibration", &calibration, py::arg("p"), py::arg("success"), py::arg("bins"), py::arg("by_quantile") = false);
  scores.def(
      "smooth_ece_at",
      [](const py::array& p, const py::array& success, double width) {
        return evaluate::SmoothEce{column<double>(p, "p"), column<std::uint8_t>(success, "success")}.at(width);
      },
      py::arg("p"), py::arg("success"), py::arg("width"));
  scores.def(
      "review_bins", [](const perdure::data::Histories& histories) { return to_numpy(evaluate::review_bins(histories)); },
      py::arg("histories"));
  scores.def(
      "recency_weights", [](std::size_t n) { return to_numpy(evaluate::recency_weights(n)); }, py::arg("n"));
  scores.def(
      "rmse_bins_srs_benchmark",
      [](const py::array& p, const py::array& success, const py::array& bins) {
        return evaluate::rmse_bins_srs_benchmark(column<double>(p, "p"), column<std::uint8_t>(success, "success"),
                                                 column<std::int32_t>(bins, "bins"));
      },
      py::arg("p"), py::arg("success"), py::arg("bins"));
  scores.def(
      "rmse_bins_fsrs_rs",
      [](const py::array& p, const py::array& success, const py::array& bins, const py::array& weight) {
        return evaluate::rmse_bins_fsrs_rs(column<double>(p, "p"), column<std::uint8_t>(success, "success"),
                                           column<std::int32_t>(bins, "bins"), column<double>(weight, "weights"));
      },
      py::arg("p"), py::arg("success"), py::arg("bins"), py::arg("weights"));
  scores.def(
      "universal_metric",
      [](const py::array& a, const py::array& b, const py::array& success) {
        return evaluate::universal_metric(column<double>(a, "p_a"), column<double>(b, "p_b"), column<std::uint8_t>(success, "success"));
      },
      py::arg("p_a"), py::arg("p_b"), py::arg("success"));
  scores.def("differences", &differences, py::arg("predictions"), py::arg("success"), py::arg("cluster"), py::arg("clusters"),
             py::arg("seed"), py::arg("replicates"), py::arg("threads"));
}
