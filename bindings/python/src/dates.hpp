#pragma once

#include <perdure/time/date.hpp>

#include <pybind11/pybind11.h>

#include <chrono>
#include <string>

/// datetime.date to and from days.
namespace perdure_python {

namespace py = pybind11;

/// TypeError for what is not a plain date; ValueError outside the years 1400 to 9999.
inline perdure::time::Date to_date(const py::handle& value, const char* name) {
  const py::module_ datetime = py::module_::import("datetime");
  if (!py::isinstance(value, datetime.attr("date")) || py::isinstance(value, datetime.attr("datetime"))) {
    throw py::type_error(std::string{name} + " must be a datetime.date, got " + std::string{py::repr(value)});
  }
  const auto number = [&](const char* part) { return value.attr(part).cast<int>(); };
  const perdure::time::Date date{std::chrono::year{number("year")} / number("month") / number("day")};
  if (!perdure::time::in_range(date)) throw py::value_error(std::string{name} + " is outside the years 1400 to 9999");
  return date;
}

inline py::object from_date(perdure::time::Date date) {
  const std::chrono::year_month_day ymd{date};
  return py::module_::import("datetime")
      .attr("date")(static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

}  // namespace perdure_python
