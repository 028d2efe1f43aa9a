#pragma once

#include <perdure/fit/facts.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/pipeline.hpp>
#include <perdure/fit/prior.hpp>

#include <Eigen/Core>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// From the flat dictionary of `perdure.FitOptions.to_core()` to what the fit layer takes. Python has checked every value.
namespace perdure_python {

struct FitChoice {
  perdure::fit::Options options;
  perdure::fit::Pipeline pipeline;
};

/// The usual prior with a normal one in place of some parameters. Throws ValueError for a name that the model does not have.
[[nodiscard]] inline perdure::fit::Prior read_prior(const perdure::fit::ModelFacts& facts, const pybind11::dict& values) {
  using perdure::fit::Scale;
  const auto names = values["prior_names"].cast<std::vector<std::string>>();
  const auto logs = values["prior_log"].cast<std::vector<std::string>>();
  const auto means = values["prior_mean"].cast<std::vector<double>>();
  const auto given = values["prior_precision"].cast<std::vector<double>>();
  const auto usual = perdure::fit::Prior::usual(facts.specs, values["prior_weight"].cast<double>());
  std::vector<Scale> scale = usual.scale();
  Eigen::VectorXd mean = usual.mean();
  Eigen::MatrixXd precision = usual.precision();
  std::vector<Eigen::Index> place;
  for (const std::string& name : names) {
    const auto found = std::find_if(facts.specs.begin(), facts.specs.end(), [&name](const auto& spec) { return spec.name == name; });
    if (found == facts.specs.end()) {
      throw pybind11::value_error("options.prior names a parameter that " + std::string{facts.id} + " does not have: " + name);
    }
    place.push_back(found - facts.specs.begin());
  }
  for (std::size_t i = 0; i < place.size(); ++i) {
    const auto at = static_cast<std::size_t>(place[i]);
    const bool log = std::find(logs.begin(), logs.end(), names[i]) != logs.end();
    if (log && !(facts.specs[at].lower > 0.0)) {
      throw pybind11::value_error("options.prior takes the logarithm of a parameter that may be 0: " + names[i]);
    }
    scale[at] = log ? Scale::logarithmic : Scale::linear;
    mean[place[i]] = means[i];
    for (std::size_t j = 0; j < place.size(); ++j) precision(place[i], place[j]) = given[i * place.size() + j];
  }
  return {std::move(scale), std::move(mean), std::move(precision)};
}

[[nodiscard]] inline FitChoice read_fit_options(const perdure::fit::ModelFacts& facts, const pybind11::dict& values) {
  using perdure::fit::Optimizer;
  using perdure::fit::Pipeline;
  FitChoice choice;
  const auto name = values["pipeline"].cast<std::string>();
  const auto pipeline = Pipeline::find(name);
  if (!pipeline) throw pybind11::value_error("no such pipeline: " + name);
  choice.pipeline = *pipeline;
  choice.pipeline.published_prior = choice.pipeline.published_prior || values["prior_published"].cast<bool>();
  choice.pipeline.prior_weight = values["prior_weight"].cast<double>();
  choice.pipeline.recency = values["recency"].cast<bool>();
  if (!values["outliers"].cast<bool>()) {
    choice.pipeline.outliers.reset();
  } else if (!choice.pipeline.outliers) {
    choice.pipeline.outliers = perdure::fit::OutlierRule::fsrs_rs;
  }
  choice.pipeline.first_intervals = values["first_intervals"].cast<bool>();
  choice.pipeline.optimizer = values["optimizer"].cast<std::string>() == "adam" ? Optimizer::adam : Optimizer::fisher;
  choice.pipeline.adam.epochs = values["epochs"].cast<std::size_t>();
  choice.pipeline.adam.rate = values["learning_rate"].cast<double>();
  choice.pipeline.adam.batch = values["batch_size"].cast<std::size_t>();
  choice.pipeline.adam.seed = values["seed"].cast<std::uint64_t>();
  choice.options.minimum_gap = values["minimum_gap"].cast<double>();
  choice.options.prior_weight = values["prior_weight"].cast<double>();
  choice.options.max_iterations = values["max_iterations"].cast<std::size_t>();
  choice.options.tolerance = values["tolerance"].cast<double>();
  choice.options.warm_start = values["warm_start"].cast<bool>();
  choice.options.second_start = values["second_start"].cast<bool>();
  if (!values["prior_names"].cast<std::vector<std::string>>().empty()) choice.options.prior = read_prior(facts, values);
  return choice;
}

}  // namespace perdure_python
