#include "arrays.hpp"

#include <perdure/plan/daily_cap.hpp>
#include <perdure/time/calendar.hpp>

#include <pybind11/stl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;

namespace {

perdure::time::Date date(std::int32_t days) { return perdure::time::Date{std::chrono::days{days}}; }

py::dict daily_cap(const py::array& learner, const py::array& last_answered, const py::array& interval, const py::array& recall,
                   const std::vector<perdure::time::Calendar>& calendars, const std::vector<std::uint32_t>& caps, std::int32_t first,
                   std::int32_t last, unsigned threads) {
  require_rows(caps.size(), calendars.size(), "caps");
  std::vector<perdure::plan::LearnerRules> rules(calendars.size());
  for (std::size_t i = 0; i < rules.size(); ++i) rules[i] = {.calendar = calendars[i], .questions_per_day = caps[i]};
  const perdure::plan::DueColumns cards{.learner = column<std::uint32_t>(learner, "learner"),
                                        .last_answered = column<std::int32_t>(last_answered, "last_answered"),
                                        .interval = column<double>(interval, "interval"),
                                        .recall = column<double>(recall, "recall")};
  std::vector<perdure::plan::Assignment> assignments;
  {
    const py::gil_scoped_release release;
    assignments = perdure::plan::daily_cap(cards, rules, {.first = date(first), .last = date(last)}, threads);
  }
  const auto day = [](perdure::time::Date d) { return static_cast<std::int32_t>(d.time_since_epoch().count()); };
  std::vector<std::int32_t> dates, ideals;
  std::vector<std::uint8_t> outcomes, waited;
  for (const perdure::plan::Assignment& a : assignments) {
    dates.push_back(day(a.date));
    ideals.push_back(day(a.ideal));
    outcomes.push_back(static_cast<std::uint8_t>(a.outcome));
    waited.push_back(a.waited ? 1 : 0);
  }
  return py::dict(py::arg("date") = to_numpy(std::move(dates)), py::arg("ideal") = to_numpy(std::move(ideals)),
                  py::arg("outcome") = to_numpy(std::move(outcomes)), py::arg("waited") = to_numpy(std::move(waited)));
}

}  // namespace

/// Next quizzes under a daily cap.
void bind_plan(py::module_& module) {
  py::module_ plan = module.def_submodule("plan", "Plans; see perdure.Planner.");
  py::list names;
  py::list planned;
  for (std::size_t k = 0; k < std::size(perdure::plan::outcome_names); ++k) {
    names.append(std::string{perdure::plan::outcome_names[k]});
    if (perdure::plan::is_planned(static_cast<perdure::plan::Outcome>(k))) planned.append(names[k]);
  }
  plan.attr("outcomes") = py::tuple(names);
  plan.attr("planned") = py::tuple(planned);
  plan.def("daily_cap", &daily_cap, py::arg("learner"), py::arg("last_answered"), py::arg("interval"), py::arg("recall"),
           py::arg("calendars"), py::arg("caps"), py::arg("first"), py::arg("last"), py::arg("threads"));
}
