#include "arrays.hpp"
#include "cohort_state.hpp"
#include "fit_dicts.hpp"
#include "progress.hpp"
#include "results.hpp"

#include <perdure/batch/cohort_pass.hpp>
#include <perdure/cohort/filter.hpp>
#include <perdure/cohort/fit.hpp>
#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/training.hpp>

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
using perdure::cohort::AnswerColumns;
using perdure::cohort::Filter;
using perdure::cohort::Forecast;
using perdure::cohort::parameter_count;

namespace {

using Values = std::array<double, parameter_count>;

Values values_of(const py::array& parameters) {
  const auto given = column<double>(parameters, "parameters");
  require_rows(given.size(), parameter_count, "parameters");
  Values values{};
  std::copy(given.begin(), given.end(), values.begin());
  return values;
}

py::list parameters() {
  py::list all;
  for (const auto& [spec, scale] : perdure::cohort::specs) {
    all.append(py::dict(py::arg("name") = spec.name, py::arg("unit") = spec.unit, py::arg("init") = spec.init,
                        py::arg("lower") = spec.lower, py::arg("upper") = spec.upper, py::arg("prior_sd") = spec.prior_sd,
                        py::arg("doc") = spec.doc));
  }
  return all;
}

/// Columns of a log; the arrays outlive the view.
struct Columns {
  py::array learner, item, answered, shown, score;

  [[nodiscard]] AnswerColumns view() const {
    return {column<std::uint32_t>(learner, "learner"), column<std::uint32_t>(item, "item"), column<double>(answered, "answered"),
            column<double>(shown, "shown"), column<float>(score, "score")};
  }
};

Columns columns_of(const py::tuple& t) {
  if (t.size() != 5) throw py::value_error("a log has five columns: learner, item, answered, shown, score");
  return {t[0].cast<py::array>(), t[1].cast<py::array>(), t[2].cast<py::array>(), t[3].cast<py::array>(), t[4].cast<py::array>()};
}

/// Adds items: `skill` and `weight` of all of them one after the other, `skill_begin` where each begins.
void add_items(Filter& filter, const py::array& skill_begin, const py::array& skill, const py::array& weight, const py::array& guess) {
  const auto begin = column<std::size_t>(skill_begin, "skill_begin");
  const auto skills = column<std::uint32_t>(skill, "skill");
  const auto weights = column<double>(weight, "weight");
  const auto guesses = column<double>(guess, "guess");
  require_rows(begin.size(), guesses.size() + 1, "skill_begin");
  require_rows(weights.size(), skills.size(), "weight");
  require_rows(begin.back(), skills.size(), "skill_begin");
  without_gil([&] {
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      const std::size_t n = begin[i + 1] - begin[i];
      filter.add_item(skills.subspan(begin[i], n), weights.subspan(begin[i], n), guesses[i]);
    }
  });
}

py::tuple run(Filter& filter, const py::tuple& log, bool learn_everything) {
  const Columns columns = columns_of(log);
  const AnswerColumns view = columns.view();
  std::vector<double> probability(view.size());
  std::vector<double> of_learner(view.size());
  without_gil([&] {
    filter.run(view, probability, {}, learn_everything ? Filter::Learning::everything : Filter::Learning::learner_alone, of_learner);
  });
  return py::make_tuple(to_numpy(std::move(probability)), to_numpy(std::move(of_learner)));
}

/// Learns from one answer, in place; the probability that it was right, before it. Times in days.
double learn(Filter& filter, std::uint32_t learner, std::uint32_t item, double shown, double answered, float score) {
  const double expected = filter.forecast(learner, item, std::min(shown, answered)).outlook.probability;
  filter.learn(learner, item, shown, answered, score);
  return expected;
}

/// When a learner last answered, and when he last met an item, in days; minus infinity for never.
py::tuple last(const Filter& filter, std::uint32_t learner, std::uint32_t item) {
  constexpr double never = -std::numeric_limits<double>::infinity();
  const auto& state = filter.state();
  const bool knows = learner < filter.learners() && state.learners[learner].answers > 0.0F;
  const auto* memory = state.item_memories.find(perdure::cohort::Memories::key(learner, item));
  return py::make_tuple(knows ? state.learners[learner].last : never, memory != nullptr ? memory->last : never);
}

/// Forecasts of learners × items at moments (days), and their parts; `z` of the band.
py::dict forecast(const Filter& filter, const py::array& learner, const py::array& item, const py::array& at, double z) {
  const auto who = column<std::uint32_t>(learner, "learner");
  const auto what = column<std::uint32_t>(item, "item");
  const auto when = column<double>(at, "at");
  require_rows(what.size(), who.size(), "item");
  require_rows(when.size(), who.size(), "at");
  constexpr std::array names{"probability", "low", "high", "learner", "item", "skill", "pair", "gain", "forgetting", "log_odds", "sd"};
  std::array<std::vector<double>, names.size()> found;
  for (auto& one : found) one.resize(who.size());
  without_gil([&] {
    for (std::size_t r = 0; r < who.size(); ++r) {
      const Forecast f = filter.forecast(who[r], what[r], when[r]);
      const auto& o = f.outlook;
      const std::array row{o.probability,           f.at(-z), f.at(z), o.learner, o.item, o.skill, o.pair, o.gain, o.forgetting, o.log_odds,
                           std::sqrt(f.uncertainty)};
      for (std::size_t k = 0; k < row.size(); ++k) found[k][r] = row[k];
    }
  });
  py::dict columns;
  for (std::size_t k = 0; k < names.size(); ++k) columns[names[k]] = to_numpy(std::move(found[k]));
  return columns;
}

py::array intervals(const Filter& filter, const py::array& learner, const py::array& item, const py::array& target) {
  const auto who = column<std::uint32_t>(learner, "learner");
  const auto what = column<std::uint32_t>(item, "item");
  const auto targets = column<double>(target, "target");
  require_rows(what.size(), who.size(), "item");
  require_rows(targets.size(), who.size(), "target");
  std::vector<double> days(who.size());
  without_gil([&] {
    for (std::size_t r = 0; r < who.size(); ++r) days[r] = filter.interval(who[r], what[r], targets[r]);
  });
  return to_numpy(std::move(days));
}

/// Probabilities of right answers right after the last answer or exposure of learners × items.
py::array at_once(const Filter& filter, const py::array& learner, const py::array& item) {
  const auto who = column<std::uint32_t>(learner, "learner");
  const auto what = column<std::uint32_t>(item, "item");
  require_rows(what.size(), who.size(), "item");
  std::vector<double> found(who.size());
  without_gil([&] {
    for (std::size_t r = 0; r < who.size(); ++r) found[r] = filter.at_once(who[r], what[r]);
  });
  return to_numpy(std::move(found));
}

/// Fits parameters to several logs together: each a filter that knows its items, columns, and the weight of each answer.
py::tuple fit(const py::list& logs, const py::array& center, double prior_weight, std::size_t max_iterations, std::size_t most_rows,
              unsigned threads, const py::object& progress, const std::vector<std::size_t>& held, float late_counts) {
  std::list<perdure::cohort::Training> training;
  std::vector<perdure::cohort::WeightedRows> rows;
  for (const py::handle entry : logs) {
    const auto given = entry.cast<py::tuple>();
    const auto& filter = given[0].cast<const Filter&>();
    const Columns columns = columns_of(given[1].cast<py::tuple>());
    const AnswerColumns view = columns.view();
    if (const auto wrong = view.problem(filter.learners(), filter.items().size())) throw py::value_error(wrong->what);
    without_gil([&] { training.emplace_back(view, filter.items(), filter.learners(), most_rows, late_counts); });
    rows.push_back({training.back().rows(), given[2].cast<double>()});
  }
  const Values start = values_of(center);
  py::object interrupt = py::none();
  perdure::cohort::FitOptions options{.prior_weight = prior_weight, .max_iterations = max_iterations, .threads = threads};
  for (const std::size_t i : held) options.held.at(i) = true;
  options.progress = with_signals(progress, interrupt);
  auto report = without_gil([&] {
    return perdure::cohort::fit_parameters(rows, start, perdure::batch::cohort_pass(perdure::batch::active_isa().value()), options);
  });
  return py::make_tuple(report_dict(std::move(report)), interrupt);
}

}  // namespace

void bind_cohort(py::module_& module) {
  auto cohort = module.def_submodule("cohort", "The cohort model.");
  cohort.def("parameters", &parameters, "One dict a parameter, in order.");
  cohort.def("fit", &fit, py::arg("logs"), py::arg("center"), py::kw_only(), py::arg("prior_weight"), py::arg("max_iterations"),
             py::arg("most_rows"), py::arg("threads"), py::arg("progress"), py::arg("held") = std::vector<std::size_t>{},
             py::arg("late_counts") = perdure::cohort::late_counts);
  py::class_<Filter>(cohort, "Filter")
      .def(py::init([](const py::array& values) { return without_gil([v = values_of(values)] { return Filter{v}; }); }),
           py::arg("parameters"))
      .def("copy", [](const Filter& filter) { return without_gil([&] { return Filter{filter}; }); })
      .def("add_learners", &Filter::add_learners, py::arg("up_to"))
      .def("add_items", &add_items, py::arg("skill_begin"), py::arg("skill"), py::arg("weight"), py::arg("guess"))
      .def("run", &run, py::arg("log"), py::arg("learn_everything") = true)
      .def("learn", &learn, py::arg("learner"), py::arg("item"), py::arg("shown"), py::arg("answered"), py::arg("score"))
      .def("last", &last, py::arg("learner"), py::arg("item"))
      .def("forecast", &forecast, py::arg("learner"), py::arg("item"), py::arg("at"), py::arg("z"))
      .def("at_once", &at_once, py::arg("learner"), py::arg("item"))
      .def("intervals", &intervals, py::arg("learner"), py::arg("item"), py::arg("target"))
      .def("merge", [](Filter& filter, const std::vector<Filter>& copies) { without_gil([&] { filter.merge(copies); }); })
      .def("state", [](const Filter& filter) { return state_dict(filter.state()); })
      .def("restore",
           [](Filter& filter, const py::dict& state) {
             auto snapshot = state_from(state);
             without_gil([&] { filter.restore(std::move(snapshot)); });
           })
      .def_property_readonly("learners", &Filter::learners)
      .def_property_readonly("items", [](const Filter& filter) { return filter.items().size(); })
      .def_property_readonly("skills", &Filter::skills);
}
