#include "arrays.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/time/elapsed.hpp>

#include <pybind11/stl.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;

namespace {

std::pair<perdure::data::ReviewLog, py::dict> import_answers(const py::array& learner, const py::array& item, const py::array& answered_at,
                                                             const std::optional<py::array>& shown_at, const py::array& score,
                                                             const py::array& grade, const std::optional<py::array>& attempt) {
  const perdure::data::AnswerColumns columns{
      .learner = column<std::uint32_t>(learner, "learner"),
      .item = column<std::uint32_t>(item, "item"),
      .answered_at = column<std::int64_t>(answered_at, "answered_at"),
      .shown_at = shown_at ? column<std::int64_t>(*shown_at, "shown_at") : std::span<const std::int64_t>{},
      .score = column<float>(score, "score"),
      .grade = column<std::uint8_t>(grade, "grade"),
      .attempt = attempt ? column<std::uint32_t>(*attempt, "attempt") : std::span<const std::uint32_t>{}};
  auto imported = [&columns] {
    const py::gil_scoped_release release;
    return perdure::data::ReviewLog::import(columns);
  }();
  perdure::data::ImportReport& report = imported.second;
  py::list rejected;
  for (const perdure::Error& problem : report.rejected) rejected.append(py::make_tuple(*problem.where, problem.what));
  py::dict facts(py::arg("accepted") = report.accepted, py::arg("reordered") = to_numpy(std::move(report.reordered)),
                 py::arg("mistimed") = to_numpy(std::move(report.mistimed)), py::arg("duplicates") = to_numpy(std::move(report.duplicates)),
                 py::arg("rejected") = rejected);
  return {std::move(imported.first), std::move(facts)};
}

perdure::data::Histories histories(const perdure::data::ReviewLog& log, const perdure::time::ElapsedRule& rule) {
  const py::gil_scoped_release release;
  return {log, rule};
}

}  // namespace

/// The canonical review log and its grouping by card.
void bind_data(py::module_& module) {
  using perdure::data::Histories;
  using perdure::data::ReviewLog;
  py::module_ data = module.def_submodule("data", "Review logs as columns.");
  py::class_<ReviewLog>(data, "ReviewLog", "Valid answers, each learner's in time order.")
      .def("__len__", &ReviewLog::size)
      .def_property_readonly("learner", [](const ReviewLog& log) { return copy_to_numpy(log.learner()); })
      .def_property_readonly("item", [](const ReviewLog& log) { return copy_to_numpy(log.item()); })
      .def_property_readonly("answered_at", [](const ReviewLog& log) { return copy_to_numpy(log.answered_at()); })
      .def_property_readonly("shown_at", [](const ReviewLog& log) { return copy_to_numpy(log.shown_at()); })
      .def_property_readonly("score", [](const ReviewLog& log) { return copy_to_numpy(log.score()); })
      .def_property_readonly("grade", [](const ReviewLog& log) { return copy_to_numpy(log.grade()); })
      .def_property_readonly("source_row", [](const ReviewLog& log) { return copy_to_numpy(log.source_row()); });
  data.def("import_answers", &import_answers, py::arg("learner"), py::arg("item"), py::arg("answered_at"), py::arg("shown_at"),
           py::arg("score"), py::arg("grade"), py::arg("attempt") = py::none(),
           "(ReviewLog, dict of accepted, reordered rows, mistimed rows, duplicate rows, rejected (row, sentence)).");

  py::class_<Histories>(data, "Histories", "A log grouped by card, with elapsed days under a named rule.")
      .def(py::init(&histories), py::arg("log"), py::arg("elapsed_rule"))
      .def("__len__", &Histories::size)
      .def_property_readonly("cards", &Histories::cards)
      .def_property_readonly("offset",
                             [](const Histories& h) {
                               std::vector<std::int64_t> offset(h.offset().begin(), h.offset().end());
                               return to_numpy(std::move(offset));
                             })
      .def(
          "gaps",
          [](const Histories& h) {
            std::vector<double> gap(h.size(), std::numeric_limits<double>::quiet_NaN());
            for (std::size_t c = 0; c < h.cards(); ++c) {
              const perdure::data::Card card = h.card(c);
              for (std::size_t i = card.first_encounters(); i < card.size(); ++i) gap[card.row[i]] = card.elapsed[i];
            }
            return to_numpy(std::move(gap));
          },
          "Elapsed days since the last strictly earlier answer on the card, by row of the log; NaN for a first encounter.")
      .def(
          "rows",
          [](const Histories& h) {
            std::vector<std::uint32_t> rows;
            rows.reserve(h.size());
            for (std::size_t c = 0; c < h.cards(); ++c) rows.insert(rows.end(), h.card(c).row.begin(), h.card(c).row.end());
            return to_numpy(std::move(rows));
          },
          "Row of the log at every position, cards one after the other.");
}
