#include "arrays.hpp"
#include "results.hpp"

#include <perdure/batch/wide.hpp>

#include <pybind11/stl.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
using perdure::batch::Wide;

namespace {

using Arrays = std::vector<py::array>;

/// A model by name. Throws ValueError naming what does not fit.
Wide wide(const std::string& model, const std::string& profile, const py::array& parameters) {
  return unwrap(Wide::make(model, profile, column<double>(parameters, "parameters")));
}

/// Borrowed state columns, named after the model's fields in messages.
std::vector<std::span<const float>> columns_of(const Wide& model, const Arrays& arrays) {
  std::vector<std::span<const float>> columns;
  for (std::size_t k = 0; k < arrays.size(); ++k) {
    const auto fields = model.state_fields();
    columns.push_back(column<float>(arrays[k], k < fields.size() ? std::string{fields[k].name}.c_str() : "state"));
  }
  return columns;
}

std::vector<std::span<float>> outputs(Arrays& arrays) {
  std::vector<std::span<float>> columns;
  for (py::array& array : arrays) columns.push_back(mutable_column<float>(array, "out"));
  return columns;
}

void first(const std::string& model, const std::string& profile, const py::array& parameters, const py::array& grade, Arrays out,
           unsigned threads) {
  const Wide kernels = wide(model, profile, parameters);
  const auto grades = column<std::uint8_t>(grade, "grade");
  const auto to = outputs(out);
  without_gil([&] { kernels.first(grades, to, threads); });
}

void review(const std::string& model, const std::string& profile, const py::array& parameters, const Arrays& state, const py::array& grade,
            const py::array& elapsed, Arrays out, float target, const py::object& due, unsigned threads) {
  const Wide kernels = wide(model, profile, parameters);
  const auto from = columns_of(kernels, state);
  const auto grades = column<std::uint8_t>(grade, "grade");
  const auto days = column<float>(elapsed, "elapsed_days");
  const auto to = outputs(out);
  if (due.is_none()) {
    without_gil([&] { kernels.review(from, grades, days, to, threads); });
    return;
  }
  auto due_array = due.cast<py::array>();
  const auto due_days = mutable_column<float>(due_array, "due");
  without_gil([&] { kernels.review(from, grades, days, to, {target, due_days}, threads); });
}

void recall(const std::string& model, const std::string& profile, const py::array& parameters, const Arrays& state,
            const py::array& elapsed, py::array out, unsigned threads) {
  const Wide kernels = wide(model, profile, parameters);
  const auto from = columns_of(kernels, state);
  const auto days = column<float>(elapsed, "elapsed_days");
  const auto to = mutable_column<float>(out, "out");
  without_gil([&] { kernels.recall(from, days, to, threads); });
}

void interval(const std::string& model, const std::string& profile, const py::array& parameters, const Arrays& state,
              const py::array& target, py::array out, unsigned threads) {
  const Wide kernels = wide(model, profile, parameters);
  const auto from = columns_of(kernels, state);
  const auto targets = column<float>(target, "target");
  const auto to = mutable_column<float>(out, "out");
  without_gil([&] { kernels.interval(from, targets, to, threads); });
}

void replay(const std::string& model, const std::string& profile, const py::array& parameters, const py::array& offsets,
            const py::array& grade, const py::array& elapsed, Arrays out, unsigned threads) {
  const Wide kernels = wide(model, profile, parameters);
  const auto starts = column<std::int64_t>(offsets, "offsets");
  const auto grades = column<std::uint8_t>(grade, "grade");
  const auto days = column<float>(elapsed, "elapsed_days");
  const auto to = outputs(out);
  without_gil([&] { kernels.replay(starts, grades, days, to, threads); });
}

std::string active() { return std::string{perdure::batch::name(unwrap(perdure::batch::active_isa()))}; }

std::vector<std::string> available() {
  std::vector<std::string> names;
  for (const auto isa : perdure::batch::available()) names.emplace_back(perdure::batch::name(isa));
  return names;
}

}  // namespace

/// The wide kernels over NumPy columns: inputs and outputs are borrowed, and the GIL is released while a kernel runs.
void bind_batch(py::module_& module) {
  py::module_ batch = module.def_submodule("batch", "Models over columns; see perdure.batch.");
  batch.def("first", &first, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("grade"), py::arg("out"),
            py::arg("threads"));
  batch.def("review", &review, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("state"), py::arg("grade"),
            py::arg("elapsed_days"), py::arg("out"), py::arg("target"), py::arg("due").none(true), py::arg("threads"));
  batch.def("recall", &recall, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("state"), py::arg("elapsed_days"),
            py::arg("out"), py::arg("threads"));
  batch.def("interval", &interval, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("state"), py::arg("target"),
            py::arg("out"), py::arg("threads"));
  batch.def("replay", &replay, py::arg("model"), py::arg("profile"), py::arg("parameters"), py::arg("offsets"), py::arg("grade"),
            py::arg("elapsed_days"), py::arg("out"), py::arg("threads"));
  batch.def("active_isa", &active, "Name of the instruction set in use.");
  batch.def("available_isas", &available, "Names of the instruction sets that this machine and build have, narrow to wide.");
}
