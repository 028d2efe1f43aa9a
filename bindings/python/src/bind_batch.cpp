#include "arrays.hpp"
#include "catalog.hpp"

#include <perdure/batch/check.hpp>
#include <perdure/batch/columns.hpp>

#include <pybind11/stl.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;

namespace {

using FloatColumn = py::array_t<float>;

void refuse(const std::optional<perdure::Error>& problem) {
  if (problem) throw py::value_error(problem->what);
}

/// Borrowed, checked state columns of model M, each `rows` long.
template <class M>
perdure::batch::StateIn<M> state_in(const std::vector<py::array>& state, std::size_t rows) {
  constexpr std::size_t fields = M::state_fields.size();
  if (state.size() != fields) {
    throw py::value_error(std::string{M::id} + " has " + std::to_string(fields) + " state columns, got " + std::to_string(state.size()));
  }
  perdure::batch::StateIn<M> in{};
  for (std::size_t k = 0; k < fields; ++k) {
    const std::string name{M::state_fields[k].name};
    const auto values = column<float>(state[k], name.c_str());
    require_rows(values.size(), rows, name.c_str());
    refuse(perdure::batch::check_state(values, M::state_fields[k]));
    in[k] = values.data();
  }
  return in;
}

/// New state columns of `rows` rows: where a kernel writes, and the tuple that Python gets.
template <class M>
struct StateResult {
  explicit StateResult(std::size_t rows) : columns(M::state_fields.size()) {
    for (std::size_t k = 0; k < columns.size(); ++k) {
      arrays[k] = FloatColumn(static_cast<py::ssize_t>(rows));
      columns[k] = arrays[k];
      out[k] = arrays[k].mutable_data();
    }
  }
  std::array<FloatColumn, M::state_fields.size()> arrays;
  py::tuple columns;
  perdure::batch::StateOut<M> out{};
};

py::object first(const std::string& model, const std::string& profile, const py::array& values, const py::array& grade, unsigned threads) {
  py::object result;
  with_model(model, profile, [&]<class M>() {
    const auto w = params<M>(column<double>(values, "parameters"));
    const auto grades = column<std::uint8_t>(grade, "grade");
    refuse(perdure::batch::check_grades(grades));
    StateResult<M> state(grades.size());
    {
      const py::gil_scoped_release release;
      perdure::batch::first<M>(w, grades, state.out, threads);
    }
    result = state.columns;
  });
  return result;
}

py::object review(const std::string& model, const std::string& profile, const py::array& values, const std::vector<py::array>& state,
                  const py::array& grade, const py::array& elapsed, unsigned threads) {
  py::object result;
  with_model(model, profile, [&]<class M>() {
    const auto w = params<M>(column<double>(values, "parameters"));
    const auto grades = column<std::uint8_t>(grade, "grade");
    const auto days = column<float>(elapsed, "elapsed_days");
    require_rows(days.size(), grades.size(), "elapsed_days");
    refuse(perdure::batch::check_grades(grades));
    refuse(perdure::batch::check_elapsed(days));
    const auto in = state_in<M>(state, grades.size());
    StateResult<M> next(grades.size());
    {
      const py::gil_scoped_release release;
      perdure::batch::review<M>(w, in, grades, days, next.out, threads);
    }
    result = next.columns;
  });
  return result;
}

py::object recall(const std::string& model, const std::string& profile, const py::array& values, const std::vector<py::array>& state,
                  const py::array& elapsed, unsigned threads) {
  FloatColumn out;
  with_model(model, profile, [&]<class M>() {
    const auto w = params<M>(column<double>(values, "parameters"));
    const auto days = column<float>(elapsed, "elapsed_days");
    refuse(perdure::batch::check_elapsed(days));
    const auto in = state_in<M>(state, days.size());
    out = FloatColumn(static_cast<py::ssize_t>(days.size()));
    float* data = out.mutable_data();
    const py::gil_scoped_release release;
    perdure::batch::recall<M>(w, in, days, data, threads);
  });
  return out;
}

py::object interval(const std::string& model, const std::string& profile, const py::array& values, const std::vector<py::array>& state,
                    const py::array& target, unsigned threads) {
  FloatColumn out;
  with_model(model, profile, [&]<class M>() {
    const auto w = params<M>(column<double>(values, "parameters"));
    const auto targets = column<float>(target, "target");
    refuse(perdure::batch::check_targets(targets));
    const auto in = state_in<M>(state, targets.size());
    out = FloatColumn(static_cast<py::ssize_t>(targets.size()));
    float* data = out.mutable_data();
    const py::gil_scoped_release release;
    perdure::batch::interval<M>(w, in, targets, data, threads);
  });
  return out;
}

}  // namespace

/// The model catalog over NumPy columns. Columns are borrowed; the GIL is released while a kernel runs.
void bind_batch(py::module_& module) {
  py::module_ batch = module.def_submodule("batch", "Models over columns; see perdure.batch.");
  batch.def("first", &first, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("grade"), py::arg("threads"));
  batch.def("review", &review, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("state"), py::arg("grade"),
            py::arg("elapsed_days"), py::arg("threads"));
  batch.def("recall", &recall, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("state"), py::arg("elapsed_days"),
            py::arg("threads"));
  batch.def("interval", &interval, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("state"), py::arg("target"),
            py::arg("threads"));
}
