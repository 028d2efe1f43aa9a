#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// The only code that touches the buffers of NumPy arrays. A column is one-dimensional, C-contiguous, aligned, and has exactly the element type
/// that is asked for; it is borrowed, never copied.
namespace perdure_python {

namespace py = pybind11;

/// Borrowed elements of a column. Throws TypeError for another element type and ValueError for another shape or layout, naming the column.
template <class T>
[[nodiscard]] std::span<const T> column(const py::array& array, const char* name) {
  const auto expected = py::dtype::of<T>();
  if (!array.dtype().is(expected) && !array.dtype().equal(expected)) {
    throw py::type_error(std::string{name} + " must have dtype " + py::str(expected).cast<std::string>() + ", got " +
                         py::str(array.dtype()).cast<std::string>());
  }
  if (array.ndim() != 1) throw py::value_error(std::string{name} + " must have one dimension, got " + std::to_string(array.ndim()));
  if ((array.flags() & py::array::c_style) == 0) throw py::value_error(std::string{name} + " must be contiguous");
  if ((array.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_) == 0)
    throw py::value_error(std::string{name} + " must be aligned in memory");
  return {static_cast<const T*>(array.data()), static_cast<std::size_t>(array.size())};
}

/// The same, to write into.
template <class T>
[[nodiscard]] std::span<T> mutable_column(py::array& array, const char* name) {
  const auto view = column<T>(array, name);
  return {static_cast<T*>(array.mutable_data()), view.size()};
}

/// A NumPy array that owns the vector's memory; nothing is copied.
template <class T>
[[nodiscard]] py::array_t<T> to_numpy(std::vector<T> values) {
  auto owner = std::make_unique<std::vector<T>>(std::move(values));
  const T* data = owner->data();
  const auto size = static_cast<py::ssize_t>(owner->size());
  const py::capsule keeper(owner.release(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array_t<T>(size, data, keeper);
}

/// A new array of `rows` elements, not initialized.
template <class T>
[[nodiscard]] py::array_t<T> new_column(std::size_t rows) {
  return py::array_t<T>(static_cast<py::ssize_t>(rows));
}

/// A new array with a copy of borrowed elements.
template <class T>
[[nodiscard]] py::array_t<T> copy_to_numpy(std::span<const T> values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

/// Throws ValueError unless `length` rows are there.
inline void require_rows(std::size_t rows, std::size_t length, const char* name) {
  if (rows != length) {
    throw py::value_error(std::string{name} + " must have " + std::to_string(length) + " rows, got " + std::to_string(rows));
  }
}

}  // namespace perdure_python
