#pragma once

#include "arrays.hpp"
#include "fit_options.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/pipeline.hpp>
#include <perdure/fit/pooled.hpp>

#include <Eigen/Core>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

/// A fit of the whole log as its options say, or of new answers under what is known.
namespace perdure_python {

/// The prior that an earlier fit left: mean and precision of the transformed parameters.
[[nodiscard]] inline perdure::fit::Prior prior_of(const perdure::fit::ModelFacts& facts, const py::tuple& given) {
  const auto mean = column<double>(given[0].cast<py::array>(), "mean");
  const auto precision = column<double>(given[1].cast<py::array>(), "precision");
  require_rows(mean.size(), facts.size(), "mean");
  require_rows(precision.size(), facts.size() * facts.size(), "precision");
  std::vector<perdure::fit::Scale> scale;
  for (const perdure::models::ParamSpec& spec : facts.specs) scale.push_back(perdure::fit::scale_of(spec));
  const auto n = static_cast<Eigen::Index>(facts.size());
  return {std::move(scale), Eigen::Map<const Eigen::VectorXd>(mean.data(), n), Eigen::Map<const Eigen::MatrixXd>(precision.data(), n, n)};
}

/// Which rows of a log count: those from `since` on (ms since 1970 UTC); empty without one: all do.
[[nodiscard]] inline std::vector<std::uint8_t> counted_since(const perdure::data::ReviewLog& log, std::optional<std::int64_t> since) {
  std::vector<std::uint8_t> counted;
  if (!since) return counted;
  for (const std::int64_t answered : log.answered_at()) counted.push_back(answered >= *since ? 1 : 0);
  return counted;
}

/// The fit of a pipeline to all answers. Rows that do not count shape states alone; with such rows, or with a prior of its own, a fit has no
/// pipeline: weights and filters are about a log as a whole.
[[nodiscard]] inline perdure::fit::FitReport run_fit(const perdure::fit::ModelFacts& facts, const perdure::fit::Engine& engine,
                                                     const perdure::data::ReviewLog& log, const perdure::data::Histories& histories,
                                                     std::span<const double> start, const FitChoice& choice, bool continues,
                                                     perdure::fit::Counted counted) {
  if (!continues && counted.empty()) {
    return perdure::fit::fit_with_pipeline(facts, engine, histories, log.answered_at(), start, choice.pipeline, choice.options);
  }
  perdure::fit::Targets targets = perdure::fit::later_answers(histories, choice.options.minimum_gap);
  perdure::fit::leave_out(histories, counted, targets);
  perdure::fit::Options options = choice.options;
  if (continues) options.second_start = false;  // the start is where the prior says
  const perdure::fit::Steps steps{histories, targets};
  return perdure::fit::PooledFit{facts, engine, steps, options}.run(start);
}

}  // namespace perdure_python
