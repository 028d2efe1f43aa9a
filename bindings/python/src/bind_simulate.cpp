#include "arrays.hpp"
#include "results.hpp"

#include <perdure/core/parallel.hpp>
#include <perdure/simulate/cohort.hpp>

#include <pybind11/stl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
using perdure::simulate::Cohort;
using perdure::simulate::CohortOptions;

namespace {

perdure::time::Date date(std::int32_t days) { return perdure::time::Date{std::chrono::days{days}}; }

void set_number(CohortOptions& options, const std::string& name, double value) {
  for (const perdure::simulate::NumberOption& option : perdure::simulate::number_options) {
    if (option.name != name) continue;
    if (const auto problem = option.problem(value)) throw py::value_error(problem->what);
    option.set(options, value);
    return;
  }
  throw py::value_error("no option is named " + name);
}

Cohort cohort(std::uint64_t seed, const std::string& memory, const std::vector<std::uint32_t>& choices,
              const std::vector<std::uint32_t>& review_days, std::int32_t start, const perdure::time::Calendar& calendar,
              const py::dict& numbers, unsigned threads) {
  CohortOptions options;
  options.seed = seed;
  options.memory = memory;
  options.choices = choices;
  options.review_days = review_days;
  options.start = date(start);
  options.calendar = calendar;
  for (const auto& [name, value] : numbers) set_number(options, name.cast<std::string>(), value.cast<double>());
  return unwrap(without_gil([&] { return perdure::simulate::cohort(options, threads); }));
}

py::dict answers(const Cohort& cohort) {
  const perdure::simulate::Answers& a = cohort.answers;
  const std::vector<std::uint8_t> session = [&a] {
    std::vector<std::uint8_t> kinds;
    kinds.reserve(a.size());
    for (const auto kind : a.session) kinds.push_back(static_cast<std::uint8_t>(kind));
    return kinds;
  }();
  return py::dict(py::arg("learner") = to_numpy(a.learner), py::arg("item") = to_numpy(a.item), py::arg("shown_at") = to_numpy(a.shown_at),
                  py::arg("answered_at") = to_numpy(a.answered_at), py::arg("right") = to_numpy(a.right),
                  py::arg("score") = to_numpy(a.score), py::arg("session") = to_numpy(session),
                  py::arg("probability") = to_numpy(a.probability));
}

/// A column of one member of each row.
template <class Row, class Member>
py::array_t<Member> column_of(const std::vector<Row>& rows, Member Row::*member) {
  std::vector<Member> values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(row.*member);
  return to_numpy(std::move(values));
}

py::dict learners(const Cohort& cohort) {
  using perdure::simulate::LearnerTraits;
  const auto& rows = cohort.traits.learners;
  std::vector<std::int32_t> starts;
  for (std::uint32_t u = 0; u < rows.size(); ++u) {
    starts.push_back(static_cast<std::int32_t>(perdure::simulate::course_start(cohort.options, u).time_since_epoch().count()));
  }
  return py::dict(py::arg("ability") = column_of(rows, &LearnerTraits::ability), py::arg("pace") = column_of(rows, &LearnerTraits::pace),
                  py::arg("attendance") = column_of(rows, &LearnerTraits::attendance),
                  py::arg("tempo") = column_of(rows, &LearnerTraits::tempo), py::arg("starts") = to_numpy(std::move(starts)),
                  py::arg("dropout_days") = column_of(rows, &LearnerTraits::dropout_days));
}

py::dict items(const Cohort& cohort) {
  using perdure::simulate::ItemTraits;
  const auto& rows = cohort.traits.items;
  std::vector<double> guess;
  for (const ItemTraits& item : rows) guess.push_back(item.guess());
  return py::dict(py::arg("skill") = column_of(rows, &ItemTraits::skill), py::arg("difficulty") = column_of(rows, &ItemTraits::difficulty),
                  py::arg("discrimination") = column_of(rows, &ItemTraits::discrimination),
                  py::arg("pace") = column_of(rows, &ItemTraits::pace), py::arg("choices") = column_of(rows, &ItemTraits::choices),
                  py::arg("guess") = to_numpy(std::move(guess)));
}

/// Learner by learner, all items.
py::object recall(const Cohort& cohort, std::int64_t at_ms, unsigned threads) {
  const perdure::time::Instant at{std::chrono::milliseconds{at_ms}};
  const std::size_t n = cohort.traits.items.size();
  return to_numpy(without_gil([&] {
    std::vector<double> recalls(cohort.traits.learners.size() * n);
    perdure::parallel_for(cohort.traits.learners.size(), threads, [&](std::size_t u) {
      for (std::size_t i = 0; i < n; ++i) {
        recalls[u * n + i] = cohort.recall(static_cast<std::uint32_t>(u), static_cast<std::uint32_t>(i), at);
      }
    });
    return recalls;
  }));
}

py::list number_options() {
  py::list options;
  for (const perdure::simulate::NumberOption& option : perdure::simulate::number_options) {
    const double value = option.get(CohortOptions{});
    options.append(py::dict(py::arg("name") = std::string{option.name}, py::arg("default") = value, py::arg("whole") = option.whole(),
                            py::arg("lower") = option.lower, py::arg("upper") = option.upper, py::arg("doc") = std::string{option.doc}));
  }
  return options;
}

}  // namespace

/// Simulated cohorts with known truth.
void bind_simulate(py::module_& module) {
  py::module_ simulate = module.def_submodule("simulate", "Simulated cohorts; see perdure.simulate.");
  py::list families;
  perdure::simulate::Families::for_each([&families]<class F>() { families.append(std::string{F::id}); });
  simulate.attr("families") = py::tuple(families);
  py::list sessions;
  for (const auto name : perdure::simulate::session_names) sessions.append(std::string{name});
  simulate.attr("sessions") = py::tuple(sessions);
  simulate.def("number_options", &number_options, "Name, default, range and meaning of every number of the options.");
  py::class_<Cohort>(simulate, "Cohort", "Answers and the truth behind them.")
      .def_property_readonly("answers", &answers)
      .def_property_readonly("learners", &learners)
      .def_property_readonly("items", &items)
      .def_property_readonly("skill_difficulty", [](const Cohort& c) { return to_numpy(c.traits.skill_difficulty); })
      .def_property_readonly("known_from", [](const Cohort& c) { return c.known_from.time_since_epoch().count(); })
      .def("recall", &recall, py::arg("at_ms"), py::arg("threads"));
  simulate.def("cohort", &cohort, py::arg("seed"), py::arg("memory"), py::arg("choices"), py::arg("review_days"), py::arg("start"),
               py::arg("calendar"), py::arg("numbers"), py::arg("threads"));
}
