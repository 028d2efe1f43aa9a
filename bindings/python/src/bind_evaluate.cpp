#include "arrays.hpp"

#include <perdure/evaluate/bootstrap.hpp>
#include <perdure/evaluate/metrics.hpp>

#include <pybind11/stl.h>

#include <cstdint>

namespace py = pybind11;
using namespace perdure_python;

/// Scores of predictions.
void bind_evaluate(py::module_& module) {
  py::module_ evaluate = module.def_submodule("evaluate", "Proper scores; see perdure.evaluate.");
  evaluate.def(
      "score",
      [](const py::array& p, const py::array& success) {
        const auto s = perdure::evaluate::score(column<double>(p, "p"), column<std::uint8_t>(success, "success"));
        return py::dict(py::arg("n") = s.n, py::arg("success_rate") = s.success_rate, py::arg("log_loss") = s.log_loss,
                        py::arg("brier") = s.brier, py::arg("auc") = s.auc, py::arg("ece") = s.ece);
      },
      py::arg("p"), py::arg("success"));
  evaluate.def(
      "calibration",
      [](const py::array& p, const py::array& success, std::size_t bins) {
        py::list rows;
        for (const auto& bin : perdure::evaluate::calibration(column<double>(p, "p"), column<std::uint8_t>(success, "success"), bins)) {
          rows.append(py::dict(py::arg("from") = bin.from, py::arg("to") = bin.to, py::arg("n") = bin.n,
                               py::arg("predicted") = bin.predicted, py::arg("observed") = bin.observed, py::arg("low") = bin.low,
                               py::arg("high") = bin.high));
        }
        return rows;
      },
      py::arg("p"), py::arg("success"), py::arg("bins"));
  evaluate.def(
      "paired_log_loss",
      [](const py::array& p, const py::array& baseline, const py::array& success, const py::array& cluster, std::size_t clusters,
         std::uint64_t seed) {
        const auto i = perdure::evaluate::paired_log_loss(column<double>(p, "p"), column<double>(baseline, "baseline"),
                                                          column<std::uint8_t>(success, "success"),
                                                          column<std::uint32_t>(cluster, "cluster"), clusters, seed);
        return py::make_tuple(i.mean, i.low, i.high);
      },
      py::arg("p"), py::arg("baseline"), py::arg("success"), py::arg("cluster"), py::arg("clusters"), py::arg("seed"));
}
