// perdure._core.time: rolls, study calendars, public holidays, leave and anchored steps.

#include "arrays.hpp"
#include "dates.hpp"
#include "results.hpp"

#include <perdure/time/anchor.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/leave.hpp>
#include <perdure/time/public_holidays.hpp>
#include <perdure/time/roll.hpp>

#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace {

namespace time = perdure::time;
using namespace perdure_python;

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
          "study_days",
          [](const time::Calendar& c, const py::object& first, std::size_t days) {
            const time::Date from = to_date(first, "first");
            std::string marks(days, '\0');
            for (std::size_t n = 0; n < days; ++n) marks[n] = c.studies(from + std::chrono::days{n}) ? '\1' : '\0';
            return py::bytes(marks);
          },
          py::arg("first"), py::arg("days"), "A byte a day from `first` on: 1 for a day that is studied.")
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

void bind_public_holidays(py::module_& m) {
  m.def(
      "french_public_holidays",
      [](const py::object& first, const py::object& last, bool alsace_moselle) {
        const auto region = alsace_moselle ? time::FrenchRegion::alsace_moselle : time::FrenchRegion::general;
        py::list days;
        for (const auto& one : unwrap(time::french_public_holidays(to_date(first, "first"), to_date(last, "last"), region)))
          days.append(py::make_tuple(from_date(one.date), one.name));
        return days;
      },
      py::arg("first"), py::arg("last"), py::arg("alsace_moselle") = false,
      "(date, name) of each public holiday of France, both ends included; ValueError outside the years 2008 to 2199.");
}

void bind_leave(py::module_& m) {
  m.def(
      "move_for_leave",
      [](const py::iterable& due, const std::vector<std::pair<py::object, py::object>>& leave, const std::string& rule) {
        std::vector<time::Leave::Period> periods;
        for (const auto& [first, last] : leave) periods.push_back({to_date(first, "leave"), to_date(last, "leave")});
        const auto dates = to_dates(due, "due");
        const auto how = unwrap(time::parse_leave_rule(rule));
        const auto moved = without_gil([&] {
          const time::Leave all{std::move(periods)};
          std::vector<std::optional<time::Date>> out;
          out.reserve(dates.size());
          for (const time::Date one : dates) out.push_back(all.move(one, how));
          return out;
        });
        py::list list;
        for (const auto& one : moved) list.append(one ? from_date(*one) : py::none());
        return list;
      },
      py::arg("due"), py::arg("leave"), py::arg("rule"),
      "Where each due date goes when its learner takes these leaves, by shift, skip or keep; None where it is dropped.");
}

void bind_anchor(py::module_& m) {
  m.def(
      "anchor",
      [](const py::object& training_end, std::int64_t after, const time::Calendar& calendar, time::Roll roll, std::int64_t tolerance,
         const py::object& deadline) {
        const time::AnchorRule rule{std::chrono::days{after}, roll, std::chrono::days{tolerance}};
        const auto end = to_date(training_end, "training_end");
        const auto last = deadline.is_none() ? std::nullopt : std::optional{to_date(deadline, "deadline")};
        const auto found = without_gil([&] { return time::anchor(end, rule, calendar, last); });
        return py::make_tuple(from_date(found.nominal), from_date(found.first), from_date(found.last),
                              found.day ? from_date(*found.day) : py::none());
      },
      py::arg("training_end"), py::arg("after"), py::arg("calendar"), py::arg("roll") = time::Roll::following, py::arg("tolerance") = 31,
      py::arg("deadline") = py::none(),
      "(nominal, first, last, day) of the step at J+after: day is None when no study day lies from first to last.");
}

}  // namespace

void bind_calendars(py::module_& time_module) {
  bind_roll(time_module);
  bind_calendar(time_module);
  bind_public_holidays(time_module);
  bind_leave(time_module);
  bind_anchor(time_module);
}
