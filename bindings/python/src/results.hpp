#pragma once

#include <perdure/core/result.hpp>

#include <pybind11/pybind11.h>

#include <utility>

/// How the library's two tiers of errors reach Python: both become a ValueError with the same sentence.
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

}  // namespace perdure_python
