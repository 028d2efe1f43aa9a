// perdure._core.time: zones, delivery windows and elapsed rules; calendars are in bind_calendar.cpp. Columns of times are int64 milliseconds; see include/perdure/time/columns.hpp.

#include "arrays.hpp"
#include "dates.hpp"
#include "results.hpp"

#include <perdure/time/columns.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/delivery.hpp>
#include <perdure/time/elapsed.hpp>
#include <perdure/time/zone.hpp>

#include <pybind11/numpy.h>
#include <pybind11/operators.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

void bind_calendars(py::module_& time_module);

namespace {

namespace time = perdure::time;
using namespace perdure_python;
using Paths = std::optional<std::vector<std::string>>;

time::Zone load(const std::string& name, const Paths& paths) {
  return unwrap(paths ? time::Zone::load(name, *paths) : time::Zone::load(name));
}

time::Instant to_instant(std::int64_t ms, const char* name) {
  const time::Instant t{std::chrono::milliseconds{ms}};
  if (!time::in_range(t))
    throw py::value_error(std::string{name} + " is " + std::to_string(ms) + " ms since 1970-01-01; expected the years 1400 to 9999");
  return t;
}

void bind_zone(py::module_& m) {
  py::class_<time::Zone>(m, "Zone", R"(A time zone of the IANA database: the offset from UTC at each instant. Immutable.

Instants are int milliseconds since 1970-01-01 UTC; wall-clock times are the same number read as if UTC. Years 1400 to 9999; ValueError
outside.
)")
      .def(
          py::init(&load), py::arg("name"), py::arg("paths") = py::none(),
          "Load a zone such as ``Europe/Paris`` from the first of ``paths`` that has it; None: the system's folders. ValueError otherwise.")
      .def_static("utc", &time::Zone::utc, "UTC; needs no database.")
      .def_property_readonly("name", &time::Zone::name)
      .def(
          "offset", [](const time::Zone& z, std::int64_t utc_ms) { return z.offset(to_instant(utc_ms, "utc_ms")).count(); },
          py::arg("utc_ms"), "Local time minus UTC, in seconds.")
      .def(
          "to_local",
          [](const time::Zone& z, std::int64_t utc_ms) { return z.to_local(to_instant(utc_ms, "utc_ms")).time_since_epoch().count(); },
          py::arg("utc_ms"), "What the wall clock shows.")
      .def(
          "to_utc",
          [](const time::Zone& z, std::int64_t local_ms) {
            const auto resolved = z.to_instant(time::Local{to_instant(local_ms, "local_ms").time_since_epoch()});
            return py::make_tuple(resolved.instant.time_since_epoch().count(), static_cast<int>(resolved.kind),
                                  resolved.last.time_since_epoch().count());
          },
          py::arg("local_ms"),
          "(utc_ms, status, last_utc_ms): status 0 unique; 1 gap, the first instant after it; 2 overlap, its first and last occurrence.")
      .def(py::self == py::self)
      .def("__hash__", [](const time::Zone& z) { return py::hash(py::str(z.name())); })
      .def("__repr__", [](const time::Zone& z) { return "Zone('" + z.name() + "')"; });
}

void bind_delivery(py::module_& m) {
  using Minutes = std::pair<int, int>;
  const auto span = [](const Minutes& m) { return time::ClockSpan{time::ClockTime{m.first}, time::ClockTime{m.second}}; };
  py::class_<time::DeliveryWindow>(m, "DeliveryWindow", R"(The times of day at which messages may go out, on the learner's wall clock.

Times are minutes since midnight, 0 to 1440. ``quiet`` may run over midnight. ValueError when a time does not fit, or when quiet hours leave
nothing of the window.
)")
      .def(py::init([span](const Minutes& window, const std::optional<Minutes>& quiet) {
             return unwrap(time::DeliveryWindow::make(span(window), quiet ? std::optional{span(*quiet)} : std::nullopt));
           }),
           py::arg("window"), py::arg("quiet") = py::none())
      .def(
          "first",
          [](const time::DeliveryWindow& window, const time::Zone& zone, const py::object& day, int wished) {
            const auto date = to_date(day, "day");
            const auto found = without_gil([&] { return window.first(zone, date, time::ClockTime{wished}); });
            return found ? py::object{py::make_tuple(found->at.time_since_epoch().count(), found->local.time_since_epoch().count())}
                         : py::object{py::none()};
          },
          py::arg("zone"), py::arg("day"), py::arg("wished") = 0,
          "(utc_ms, local_ms) of the first allowed time of the local day at or after ``wished``; None when it has none left.");
}

void bind_elapsed_rule(py::module_& m) {
  py::class_<time::ElapsedRule>(m, "ElapsedRule", R"(How the time between two answers becomes elapsed days, by its id.

``exact`` | ``whole-days`` | ``calendar-days:ZONE:HOUR`` | ``study-days:ZONE:HOUR:CALENDAR``, for example ``calendar-days:Europe/Paris:4``.
Immutable.
)")
      .def(py::init([](const std::string& id, const Paths& paths) {
             return unwrap(paths ? time::ElapsedRule::parse(id, *paths) : time::ElapsedRule::parse(id));
           }),
           py::arg("id") = "exact", py::arg("paths") = py::none())
      .def_property_readonly("id", &time::ElapsedRule::id)
      .def(
          "elapsed",
          [](const time::ElapsedRule& rule, std::int64_t from_ms, std::int64_t to_ms) {
            return rule.elapsed(to_instant(from_ms, "from_ms"), to_instant(to_ms, "to_ms")).value();
          },
          py::arg("from_ms"), py::arg("to_ms"), "Days between two instants, >= 0; 0 when ``to_ms`` is earlier.")
      .def(py::self == py::self)
      .def("__hash__", [](const time::ElapsedRule& rule) { return py::hash(py::str(rule.id())); })
      .def("__repr__", [](const time::ElapsedRule& rule) { return "ElapsedRule('" + rule.id() + "')"; });
}

void bind_columns(py::module_& m) {
  m.def(
      "local_to_utc",
      [](const std::string& zone_name, const py::array& local_ms, const Paths& paths) {
        const time::Zone zone = load(zone_name, paths);
        const auto in = column<std::int64_t>(local_ms, "local_ms");
        auto utc = new_column<std::int64_t>(in.size());
        auto status = new_column<std::uint8_t>(in.size());
        const auto utc_out = mutable_column<std::int64_t>(utc, "utc");
        const auto status_out = mutable_column<std::uint8_t>(status, "status");
        (void)unwrap(without_gil([&] { return time::local_to_utc(zone, in, utc_out, status_out); }));
        return std::pair{std::move(utc), std::move(status)};
      },
      py::arg("zone"), py::arg("local_ms"), py::arg("paths") = py::none(), R"(Wall clock to UTC.

Parameters
----------
zone : str
    IANA name.
local_ms : int64 array (n,)
    Milliseconds since 1970-01-01 as if UTC; years 1400 to 9999.
paths : sequence of str, optional
    Folders with TZif files, in order. None: PERDURE_TZDIR, TZDIR and the usual system folders.

Returns
-------
utc_ms : int64 array (n,)
status : uint8 array (n,)
    0 unique; 1 gap, and utc_ms is the first instant after it; 2 overlap, and utc_ms is the first occurrence.

Raises
------
ValueError
    Unknown zone; an array of another type; a row out of range, which is named.
)");
  m.def(
      "utc_to_local",
      [](const std::string& zone_name, const py::array& utc_ms, const Paths& paths) {
        const time::Zone zone = load(zone_name, paths);
        const auto in = column<std::int64_t>(utc_ms, "utc_ms");
        auto local = new_column<std::int64_t>(in.size());
        const auto out = mutable_column<std::int64_t>(local, "local");
        (void)unwrap(without_gil([&] { return time::utc_to_local(zone, in, out); }));
        return local;
      },
      py::arg("zone"), py::arg("utc_ms"), py::arg("paths") = py::none(),
      "UTC to wall clock; int64 arrays (n,) of milliseconds. ValueError as ``local_to_utc``.");
  m.def(
      "local_date",
      [](const std::string& zone_name, const py::array& utc_ms, int rollover_hour, const Paths& paths) {
        const time::Zone zone = load(zone_name, paths);
        const auto in = column<std::int64_t>(utc_ms, "utc_ms");
        auto days = new_column<std::int32_t>(in.size());
        const auto out = mutable_column<std::int32_t>(days, "days");
        (void)unwrap(without_gil([&] { return time::local_dates(zone, in, rollover_hour, out); }));
        return days;
      },
      py::arg("zone"), py::arg("utc_ms"), py::arg("rollover_hour") = 0, py::arg("paths") = py::none(),
      "Local days since 1970-01-01, int32 array (n,), of int64 milliseconds UTC; a day begins at ``rollover_hour`` (0 to 23).");
  m.def(
      "elapsed",
      [](const std::string& rule_id, const py::array& from_ms, const py::array& to_ms, const Paths& paths) {
        const time::ElapsedRule rule = unwrap(paths ? time::ElapsedRule::parse(rule_id, *paths) : time::ElapsedRule::parse(rule_id));
        const auto from = column<std::int64_t>(from_ms, "from_ms");
        const auto to = column<std::int64_t>(to_ms, "to_ms");
        auto days = new_column<double>(from.size());
        const auto out = mutable_column<double>(days, "days");
        (void)unwrap(without_gil([&] { return time::elapsed_days(rule, from, to, out); }));
        return days;
      },
      py::arg("rule"), py::arg("from_ms"), py::arg("to_ms"), py::arg("paths") = py::none(),
      "Elapsed days by the rule with this id (see ``ElapsedRule``), float64 array (n,), >= 0; of int64 milliseconds UTC.");
  m.def(
      "database_version",
      [](const Paths& paths) -> std::optional<std::string> {
        const auto version = time::zone_database_version(paths ? *paths : time::default_zone_paths());
        return version ? std::optional{*version} : std::nullopt;
      },
      py::arg("paths") = py::none(), "Version of the tz database such as ``2026a``, for reports; None when no folder tells.");
}

}  // namespace

void bind_time(py::module_& m) {
  py::module_ sub = m.def_submodule("time", "Time zones, study calendars and elapsed rules. Times are int64 milliseconds.");
  bind_calendars(sub);
  bind_zone(sub);
  bind_delivery(sub);
  bind_elapsed_rule(sub);
  bind_columns(sub);
}
