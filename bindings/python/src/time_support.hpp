#pragma once

#include <perdure/core/result.hpp>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <utility>

/// What the bindings of the time layer share.
namespace perdure_python {

namespace py = pybind11;

/// The value, or a ValueError with the message of the Error.
template <class T>
T unwrap(perdure::Result<T> result) {
  if (!result) throw py::value_error(result.error().what);
  return std::move(result).value();
}

/// Calls `work` without the GIL. A caller's mistake becomes a ValueError.
template <class Work>
auto without_gil(Work work) {
  try {
    const py::gil_scoped_release released;
    return work();
  } catch (const perdure::Exception& mistake) {
    throw py::value_error(mistake.what());
  }
}

/// A new array of `rows` elements, not initialized.
template <class Number>
py::array_t<Number> new_column(std::size_t rows) {
  return py::array_t<Number>(static_cast<py::ssize_t>(rows));
}

}  // namespace perdure_python
