#include "arrays.hpp"
#include "results.hpp"

#include <perdure/cohort/logit_layer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;
namespace layer = perdure::cohort::logit_layer;

namespace {

std::vector<layer::Effect> effects_of(const py::array& mean, const py::array& variance, const char* name) {
  const auto means = column<double>(mean, name);
  const auto variances = column<double>(variance, name);
  require_rows(variances.size(), means.size(), name);
  std::vector<layer::Effect> effects(means.size());
  for (std::size_t i = 0; i < effects.size(); ++i) effects[i] = {means[i], variances[i]};
  return effects;
}

py::tuple columns_of(const std::vector<layer::Effect>& effects) {
  std::vector<double> mean(effects.size());
  std::vector<double> variance(effects.size());
  for (std::size_t i = 0; i < effects.size(); ++i) {
    mean[i] = effects[i].mean;
    variance[i] = effects[i].variance;
  }
  return py::make_tuple(to_numpy(std::move(mean)), to_numpy(std::move(variance)));
}

void require_below(std::span<const std::uint32_t> codes, std::size_t end, const char* name) {
  for (const std::uint32_t code : codes) {
    if (code >= end) throw py::value_error(std::string{name} + " must be below " + std::to_string(end) + ", got " + std::to_string(code));
  }
}

/// Probabilities of all rows, and items and skills (mean, variance) after them.
py::tuple pass(const py::array& variances, const py::tuple& log, const py::tuple& items, const py::tuple& skills) {
  const auto v = column<double>(variances, "variances");
  require_rows(v.size(), layer::variance_count, "variances");
  const layer::Variances p{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]};
  if (log.size() != 9)
    throw py::value_error("a log has nine columns: learner, item, skill, learner_skill, learner_item, base, days, score, known");
  std::array<py::array, 9> held;
  for (std::size_t k = 0; k < held.size(); ++k) held[k] = log[k].cast<py::array>();
  const layer::Rows rows{column<std::uint32_t>(held[0], "learner"),
                         column<std::uint32_t>(held[1], "item"),
                         column<std::uint32_t>(held[2], "skill"),
                         column<std::uint32_t>(held[3], "learner_skill"),
                         column<std::uint32_t>(held[4], "learner_item"),
                         column<double>(held[5], "base"),
                         column<double>(held[6], "days"),
                         column<double>(held[7], "score"),
                         column<std::uint8_t>(held[8], "known")};
  for (const py::array& one : held) require_rows(static_cast<std::size_t>(one.size()), rows.size(), "a column of the log");
  auto of_items = effects_of(items[0].cast<py::array>(), items[1].cast<py::array>(), "items");
  auto of_skills = effects_of(skills[0].cast<py::array>(), skills[1].cast<py::array>(), "skills");
  require_below(rows.item, of_items.size(), "item");
  require_below(rows.skill, of_skills.size(), "skill");
  for (const auto& own : {rows.learner, rows.learner_skill, rows.learner_item})  // numbered without gaps, so not more than rows
    require_below(own, rows.size(), "number of a learner or pair");
  std::vector<double> probability(rows.size());
  without_gil([&] { layer::pass(p, rows, of_items, of_skills, probability); });
  return py::make_tuple(to_numpy(std::move(probability)), columns_of(of_items), columns_of(of_skills));
}

}  // namespace

void bind_logit_layer(py::module_& module) {
  auto logit = module.def_submodule("logit_layer", "Another model's log-odds in an online layer.");
  logit.def("run", &pass, py::arg("variances"), py::arg("log"), py::arg("items"), py::arg("skills"));
}
