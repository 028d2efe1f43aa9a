#include "arrays.hpp"
#include "fit_dicts.hpp"
#include "results.hpp"

#include <perdure/cohort/adaptive_columns.hpp>
#include <perdure/cohort/adaptive_curve.hpp>
#include <perdure/cohort/adaptive_fsrs.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/each_row.hpp>
#include <perdure/fit/states.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs7.hpp>

#include <pybind11/stl.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

PYBIND11_MAKE_OPAQUE(std::vector<perdure::cohort::AdaptiveLearner>)

namespace py = pybind11;
using namespace perdure_python;
using perdure::cohort::AdaptiveColumns;
using perdure::cohort::AdaptiveFsrs;
using perdure::cohort::AdaptiveLearner;
using perdure::cohort::adaptive::CardMemory;
using perdure::cohort::adaptive::Context;
using perdure::cohort::adaptive::Curve;
using perdure::data::Histories;
using perdure::data::ReviewLog;

namespace {

using Learners = std::vector<AdaptiveLearner>;

AdaptiveFsrs model_of(const py::array& fsrs6, const py::array& fsrs7) {
  return AdaptiveFsrs{{unwrap(perdure::models::Fsrs6::make(column<double>(fsrs6, "fsrs6"))),
                       unwrap(perdure::models::Fsrs7::make(column<double>(fsrs7, "fsrs7")))}};
}

/// Probabilities, and what is known of every learner afterwards.
py::tuple predict(const py::array& fsrs6, const py::array& fsrs7, const ReviewLog& log, const py::array& learner, const py::array& item,
                  const Learners& known, bool keep, unsigned threads) {
  const AdaptiveFsrs model = model_of(fsrs6, fsrs7);
  const auto who = column<std::uint32_t>(learner, "learner");
  const auto what = column<std::uint32_t>(item, "item");
  Learners after;
  auto p = without_gil([&] { return model.predict(log, who, what, known, threads, keep ? &after : nullptr); });
  return py::make_tuple(to_numpy(std::move(p)), keep ? py::cast(std::move(after)) : py::object(py::none()));
}

/// Every card of a log after its last answer, in the order of `histories`: what it counts, and its curve as float32 columns. `learner` and
/// `item` are the codes of the rows under which `learners` holds them.
py::dict states(const Learners& learners, const ReviewLog& log, const Histories& histories, const py::array& learner,
                const py::array& item) {
  const auto who = column<std::uint32_t>(learner, "learner");
  const auto what = column<std::uint32_t>(item, "item");
  require_rows(who.size(), log.size(), "learner");
  require_rows(what.size(), log.size(), "item");
  perdure::fit::CardStates all{histories.cards(), Curve::fields.size()};
  without_gil([&] {
    std::unordered_map<std::uint32_t, std::size_t> place;
    std::uint32_t of = 0;
    for (std::size_t c = 0; c < histories.cards(); ++c) {
      const std::uint32_t row = histories.card(c).row[0];
      const AdaptiveLearner& holder = learners.at(who[row]);
      if (c == 0 || who[row] != of) {
        of = who[row];
        place.clear();
        for (std::size_t k = 0; k < holder.item.size(); ++k) place.emplace(holder.item[k], k);
      }
      const std::size_t at = place.at(what[row]);
      const CardMemory& card = holder.cards[at];
      const auto values = std::bit_cast<std::array<double, Curve::fields.size()>>(AdaptiveFsrs::curve(holder, at));
      for (std::size_t k = 0; k < values.size(); ++k) all.state[k][c] = static_cast<float>(values[k]);
      all.learner[c] = log.learner()[row];
      all.item[c] = log.item()[row];
      all.answers[c] = static_cast<std::uint32_t>(card.answers);
      all.lapses[c] = static_cast<std::uint32_t>(card.lapses);
      all.last_answered_at[c] = static_cast<std::int64_t>(card.last_answered_ms);
    }
    return 0;
  });
  return states_dict(std::move(all));
}

/// `of(curve, value)` for every row of state columns and another column.
template <class Of>
py::object each_curve(const py::tuple& state, std::span<const double> value, unsigned threads, const Of& of) {
  constexpr std::size_t fields = Curve::fields.size();
  if (state.size() != fields) {
    throw py::value_error("state must have " + std::to_string(fields) + " columns, got " + std::to_string(state.size()));
  }
  std::array<py::array, fields> kept;
  std::array<std::span<const float>, fields> columns;
  for (std::size_t k = 0; k < fields; ++k) {
    kept[k] = state[k].cast<py::array>();
    columns[k] = column<float>(kept[k], Curve::fields[k].name.data());
    require_rows(columns[k].size(), value.size(), Curve::fields[k].name.data());
  }
  return to_numpy(without_gil([&] {
    std::vector<double> found(value.size());
    perdure::fit::detail::each_row(found.size(), threads, [&](std::size_t i) {
      std::array<double, fields> numbers{};
      for (std::size_t k = 0; k < fields; ++k) {
        numbers[k] = static_cast<double>(columns[k][i]);
        const auto& field = Curve::fields[k];
        if (!(numbers[k] >= field.lower && numbers[k] <= field.upper)) {
          throw perdure::Exception{{perdure::Errc::out_of_domain,
                                    std::string{field.name} + " must be in [" + perdure::to_text(field.lower) + ", " +
                                        perdure::to_text(field.upper) + "], got " + perdure::to_text(numbers[k]),
                                    i}};
        }
      }
      found[i] = of(std::bit_cast<Curve>(numbers), value[i]);
    });
    return found;
  }));
}

py::object recall(const py::array& fsrs6, const py::array& fsrs7, const py::tuple& state, const py::array& days, unsigned threads) {
  const AdaptiveFsrs model = model_of(fsrs6, fsrs7);
  return each_curve(state, column<double>(days, "elapsed_days"), threads,
                    [&](const Curve& curve, double gap) { return curve.recall(model.bases(), perdure::Days{gap}); });
}

py::object interval(const py::array& fsrs6, const py::array& fsrs7, const py::tuple& state, const py::array& target, unsigned threads) {
  const AdaptiveFsrs model = model_of(fsrs6, fsrs7);
  return each_curve(state, column<double>(target, "target"), threads,
                    [&](const Curve& curve, double p) { return curve.interval(model.bases(), p).value(); });
}

py::dict columns_dict(const Learners& learners) {
  AdaptiveColumns all = perdure::cohort::columns(learners);
  return py::dict(py::arg("context") = to_numpy(std::move(all.context)), py::arg("layer") = to_numpy(std::move(all.layer)),
                  py::arg("offset") = to_numpy(std::move(all.offset)), py::arg("item") = to_numpy(std::move(all.item)),
                  py::arg("card") = to_numpy(std::move(all.card)));
}

Learners learners_of(const py::dict& all) {
  const auto copied = []<class T>(std::span<const T> values) { return std::vector<T>(values.begin(), values.end()); };
  const auto of = [&all](const char* name) { return all[name].cast<py::array>(); };
  AdaptiveColumns columns;
  columns.context = copied(column<double>(of("context"), "context"));
  columns.layer = copied(column<double>(of("layer"), "layer"));
  columns.offset = copied(column<std::uint64_t>(of("offset"), "offset"));
  columns.item = copied(column<std::uint32_t>(of("item"), "item"));
  columns.card = copied(column<double>(of("card"), "card"));
  return unwrap(perdure::cohort::restore(columns));
}

template <class Record>
std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& field : Record::fields) all.emplace_back(field.name);
  return all;
}

}  // namespace

/// FSRS-6 and FSRS-7 under an online layer.
void bind_adaptive(py::module_& module) {
  py::module_ adaptive = module.def_submodule("adaptive", "An online layer over FSRS; see perdure.AdaptiveFsrs.");
  py::class_<Learners>(adaptive, "Learners", "What is known of learners, by place.")
      .def(py::init<>())
      .def(py::init(&learners_of), py::arg("columns"))
      .def("__len__", [](const Learners& learners) { return learners.size(); })
      .def("columns", &columns_dict)
      .def(py::pickle(&columns_dict, &learners_of));
  adaptive.def("predict", &predict, py::arg("fsrs6"), py::arg("fsrs7"), py::arg("log"), py::arg("learner"), py::arg("item"),
               py::arg("known"), py::arg("keep"), py::arg("threads"));
  adaptive.def("states", &states, py::arg("learners"), py::arg("log"), py::arg("histories"), py::arg("learner"), py::arg("item"));
  adaptive.def("recall", &recall, py::arg("fsrs6"), py::arg("fsrs7"), py::arg("state"), py::arg("elapsed_days"), py::arg("threads"));
  adaptive.def("interval", &interval, py::arg("fsrs6"), py::arg("fsrs7"), py::arg("state"), py::arg("target"), py::arg("threads"));
  adaptive.attr("curve_fields") = names<Curve>();
  adaptive.attr("card_fields") = names<CardMemory>();
  adaptive.attr("context_fields") = names<Context>();
  adaptive.attr("layer_size") = AdaptiveColumns::layer_size;
}
