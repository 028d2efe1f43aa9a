#include "arrays.hpp"
#include "catalog.hpp"
#include "results.hpp"

#include <perdure/models/migrate.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
namespace migrate = perdure::models::migrate;

namespace {

py::array_t<double> parameters(const py::array& values, bool clip) {
  const auto made = unwrap(migrate::to_fsrs6(column<double>(values, "parameters"), clip ? migrate::Beyond::clip : migrate::Beyond::refuse));
  return copy_to_numpy(std::span<const double>{made});
}

/// Columns of states, one row a memory of SM-2.
template <class M>
py::list memories(const py::array& values, std::span<const double> ease, std::span<const double> interval,
                  std::span<const double> retention) {
  constexpr std::size_t fields = M::state_fields.size();
  const auto w = params<M>(column<double>(values, "parameters"));
  std::array<std::vector<float>, fields> columns;
  for (auto& made : columns) made.resize(ease.size());
  for (std::size_t i = 0; i < ease.size(); ++i) {
    const auto memory = migrate::memory_from_sm2<M>(w, {ease[i], interval[i], retention[i]});
    if (!memory) throw py::value_error("row " + std::to_string(i) + ": " + memory.error().what);
    const auto numbers = std::bit_cast<std::array<double, fields>>(*memory);
    for (std::size_t k = 0; k < fields; ++k) columns[k][i] = static_cast<float>(numbers[k]);
  }
  py::list out;
  for (auto& made : columns) out.append(to_numpy(std::move(made)));
  return out;
}

py::list from_sm2(const std::string& model, const std::string& profile, const py::array& values, const py::array& ease,
                  const py::array& interval, const py::array& retention) {
  const auto eases = column<double>(ease, "ease");
  const auto intervals = column<double>(interval, "interval");
  const auto retentions = column<double>(retention, "retention");
  require_rows(intervals.size(), eases.size(), "interval");
  require_rows(retentions.size(), eases.size(), "retention");
  py::list out;
  with_model(model, profile, [&]<class M>() {
    if constexpr (migrate::from_sm2_known<M>) {
      out = memories<M>(values, eases, intervals, retentions);
    } else {
      throw py::value_error("no memory of " + model + " is made from one of SM-2; FSRS models take it over");
    }
  });
  return out;
}

}  // namespace

/// Parameters and memories of other schedulers and versions.
void bind_migrate(py::module_& module) {
  py::module_ out = module.def_submodule("migrate", "See perdure.migrate.");
  out.def("parameters", &parameters, py::arg("values"), py::arg("clip"));
  out.def("from_sm2", &from_sm2, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("ease"), py::arg("interval"),
          py::arg("retention"));
}
