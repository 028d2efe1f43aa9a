// perdure._core.time: zones, study calendars, elapsed rules. Columns of times are int64 milliseconds; see include/perdure/time/columns.hpp.

#include "arrays.hpp"

#include <perdure/time/calendar.hpp>
#include <perdure/time/columns.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/elapsed.hpp>
#include <perdure/time/roll.hpp>
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

namespace {

namespace time = perdure::time;
using perdure_python::column;
using perdure_python::mutable_column;
using Paths = std::optional<std::vector<std::string>>;

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

time::Zone load(const std::string& name, const Paths& paths) {
  return unwrap(paths ? time::Zone::load(name, *paths) : time::Zone::load(name));
}

/// A new array of `rows` elements, not initialized.
template <class Number>
py::array_t<Number> new_column(std::size_t rows) {
  return py::array_t<Number>(static_cast<py::ssize_t>(rows));
}

time::Date to_date(const py::handle& value, const char* name) {
  const py::module_ datetime = py::module_::import("datetime");
  if (!py::isinstance(value, datetime.attr("date")) || py::isinstance(value, datetime.attr("datetime"))) {
    throw py::type_error(std::string{name} + " must be a datetime.date, got " + std::string{py::repr(value)});
  }
  const auto number = [&](const char* part) { return value.attr(part).cast<int>(); };
  const time::Date date{std::chrono::year{number("year")} / number("month") / number("day")};
  if (!time::in_range(date)) throw py::value_error(std::string{name} + " is outside the years 1400 to 9999");
  return date;
}

py::object from_date(time::Date date) {
  const std::chrono::year_month_day ymd{date};
  return py::module_::import("datetime")
      .attr("date")(static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

std::vector<time::Date> to_dates(const py::iterable& values, const char* name) {
  std::vector<time::Date> dates;
  for (const py::handle value : values) dates.push_back(to_date(value, name));
  return dates;
}

py::list from_dates(const std::vector<time::Date>& dates) {
  py::list list;
  for (const time::Date date : dates) list.append(from_date(date));
  return list;
}

time::Instant to_instant(std::int64_t ms, const char* name) {
  const time::Instant t{std::chrono::milliseconds{ms}};
  if (!time::in_range(t))
    throw py::value_error(std::string{name} + " is " + std::to_string(ms) + " ms since 1970-01-01; expected the years 1400 to 9999");
  return t;
}

/// Weekday names by way of the text form of a calendar, so that there is one list of them.
time::Weekdays to_weekdays(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "rest=" : ",") + name;
  return names.empty() ? time::Weekdays{} : unwrap(time::parse_calendar(text)).rest_weekdays();
}

std::vector<std::string> from_weekdays(time::Weekdays weekdays) {
  std::vector<std::string> names;
  constexpr const char* all[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  for (const std::size_t day : {1U, 2U, 3U, 4U, 5U, 6U, 0U}) {
    if (weekdays[day]) names.emplace_back(all[day]);
  }
  return names;
}

void bind_roll(py::module_& m) {
  auto roll =
      py::enum_<time::Roll>(m, "Roll", "Where a due date moves when it lands on a rest day. A name serves wherever a Roll is expected.");
  for (const time::Roll one : time::rolls) {
    std::string python_name{time::to_string(one)};
    for (char& c : python_name) c = c == '-' ? '_' : c;
    roll.value(python_name.c_str(), one);
  }
  roll.def(py::init([](const std::string& name) { return unwrap(time::parse_roll(name)); }), py::arg("name"));
  roll.def_property_readonly(
      "text", [](time::Roll one) { return std::string{time::to_string(one)}; }, "The name that files use.");
  py::implicitly_convertible<py::str, time::Roll>();
}

void bind_calendar(py::module_& m) {
  py::class_<time::Calendar>(m, "Calendar", R"(Which days a learner studies.

Every day but the rest weekdays and the days off, and besides the extra study days; a day off wins over an extra study day. Immutable; two
calendars are equal exactly when they study the same days.

Parameters
----------
rest_weekdays : sequence of str
    Of mon, tue, wed, thu, fri, sat, sun.
days_off, extra_study_days : iterable of datetime.date
    In any order; years 1400 to 9999.

Raises
------
ValueError
    An unknown weekday or a date out of range. TypeError for what is not a date.
)")
      .def(py::init([](const std::vector<std::string>& rest, const py::iterable& off, const py::iterable& extra) {
             return time::Calendar{to_weekdays(rest), to_dates(off, "days_off"), to_dates(extra, "extra_study_days")};
           }),
           py::arg("rest_weekdays") = std::vector<std::string>{}, py::kw_only(), py::arg("days_off") = py::tuple(),
           py::arg("extra_study_days") = py::tuple())
      .def_static(
          "parse", [](const std::string& text) { return unwrap(time::parse_calendar(text)); }, py::arg("text"),
          "Read the text form, for example ``rest=sat,sun;off=2026-11-11``.")
      .def_property_readonly(
          "text", [](const time::Calendar& c) { return time::format_calendar(c); }, "The text form; ``parse`` reads it.")
      .def_property_readonly("rest_weekdays", [](const time::Calendar& c) { return from_weekdays(c.rest_weekdays()); })
      .def_property_readonly(
          "days_off", [](const time::Calendar& c) { return from_dates(c.days_off()); }, "Ascending; without those on a rest weekday.")
      .def_property_readonly(
          "extra_study_days", [](const time::Calendar& c) { return from_dates(c.extra_study_days()); },
          "Ascending; those on a rest weekday.")
      .def(
          "studies", [](const time::Calendar& c, const py::object& day) { return c.studies(to_date(day, "day")); }, py::arg("day"))
      .def(
          "roll",
          [](const time::Calendar& c, const py::object& day, time::Roll how, int limit) {
            if (limit < 0) throw py::value_error("limit must not be negative, got " + std::to_string(limit));
            return from_date(c.roll(to_date(day, "day"), how, std::chrono::days{limit}));
          },
          py::arg("day"), py::arg("how") = time::Roll::following, py::arg("limit") = 31,
          "The study day that ``day`` moves to, at most ``limit`` days away; ``day`` itself when the roll allows none.")
      .def(
          "roll_days",
          [](const time::Calendar& c, const py::array& days, time::Roll how, int limit) {
            if (limit < 0) throw py::value_error("limit must not be negative, got " + std::to_string(limit));
            const auto in = column<std::int32_t>(days, "days");
            auto out = new_column<std::int32_t>(in.size());
            const auto to = mutable_column<std::int32_t>(out, "out");
            without_gil([&] {
              for (std::size_t i = 0; i < in.size(); ++i) {
                const time::Date rolled = c.roll(time::Date{std::chrono::days{in[i]}}, how, std::chrono::days{limit});
                to[i] = static_cast<std::int32_t>(rolled.time_since_epoch().count());
              }
              return 0;
            });
            return out;
          },
          py::arg("days"), py::arg("how") = time::Roll::following, py::arg("limit") = 31,
          "``roll`` of an int32 array of days since 1970-01-01; int32 array.")
      .def(
          "advance",
          [](const time::Calendar& c, const py::object& day, std::int64_t n) {
            return from_date(unwrap(c.advance(to_date(day, "day"), n)));
          },
          py::arg("day"), py::arg("n"), "The n-th study day after ``day`` (before it, for negative n); ``day`` for 0.")
      .def(
          "study_days",
          [](const time::Calendar& c, const py::object& first, const py::object& last) {
            return c.study_days(to_date(first, "first"), to_date(last, "last"));
          },
          py::arg("first"), py::arg("last"), "Study days after ``first``, up to and with ``last``; negative when ``last`` is earlier.")
      .def(
          "with_leave",
          [](const time::Calendar& c, const py::object& first, const py::object& last) {
            return without_gil([&, from = to_date(first, "first"), to = to_date(last, "last")] { return c.with_leave(from, to); });
          },
          py::arg("first"), py::arg("last"), "This calendar without the days ``first`` to ``last``, both included.")
      .def(
          "joint", [](const time::Calendar& a, const time::Calendar& b) { return joint(a, b); }, py::arg("other"),
          "The calendar that studies where both study.")
      .def(py::self == py::self)
      .def("__hash__", [](const time::Calendar& c) { return py::hash(py::str(time::format_calendar(c))); })
      .def("__repr__", [](const time::Calendar& c) { return "Calendar.parse('" + time::format_calendar(c) + "')"; });
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
  bind_roll(sub);
  bind_calendar(sub);
  bind_zone(sub);
  bind_elapsed_rule(sub);
  bind_columns(sub);
}
