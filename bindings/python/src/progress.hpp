#pragma once

#include <perdure/fit/options.hpp>

#include <pybind11/pybind11.h>

#include <cstddef>

namespace perdure_python {

/// Keeps Ctrl-C alive during a fit: Python sees the signal between iterations, and within a long one. It stops the fit, which keeps the best so
/// far, and waits in `interrupt` to be raised again. Any other exception of the caller's function ends the fit at once. Both arguments outlive
/// the fit: what is returned is copied and destroyed without the GIL, so it owns nothing of Python's.
[[nodiscard]] inline perdure::fit::Progress with_signals(const pybind11::object& callback, pybind11::object& interrupt) {
  return [&callback, &interrupt](std::size_t done, double objective) {
    const pybind11::gil_scoped_acquire acquire;
    try {
      if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
      return callback.is_none() || callback(done, objective).cast<bool>();
    } catch (const pybind11::error_already_set& error) {
      if (!error.matches(PyExc_KeyboardInterrupt)) throw;
      interrupt = error.value();
      return false;
    }
  };
}

}  // namespace perdure_python
