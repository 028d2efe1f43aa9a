#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/minimize.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/portable.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/fit/targets.hpp>
#include <perdure/fit/uncertainty.hpp>
#include <perdure/models/concept.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Throws Exception when an engine is one of another model.
inline void require_engine(const ModelFacts& facts, const Engine& engine) {
  if (engine.parameters == facts.size()) return;
  throw Exception{Error{Errc::shape_mismatch, "the engine is of " + to_text(engine.parameters) + " parameters, " + std::string{facts.id} +
                                                  " has " + to_text(facts.size())}};
}

/// A fit to a part of the data, as a start for the whole. The prior counts as the part's share, and so does a pass over it.
[[nodiscard]] inline Minimum fit_to_part(const ModelFacts& facts, const Prior& prior, const Objective& part, double share,
                                         std::span<const double> start, const Options& options, std::size_t done = 0) {
  Options rough = options;
  constexpr double least_tolerance = 1e-6;  // of the objective; the part's own noise is larger
  rough.tolerance = std::max(options.tolerance, least_tolerance);
  if (options.progress) {
    rough.progress = [&options, share](std::size_t iteration, double objective) { return options.progress(iteration, objective / share); };
  }
  return Minimizer{facts, prior.scaled(share), part}.run(start, rough, done);
}

/// One set of parameters for all cards: maximum a posteriori (minimize.hpp) under the prior of the options.
class PooledFit {
 public:
  PooledFit(const ModelFacts& facts, const Engine& engine, const Steps& steps, const Options& options)
      : facts_{facts}, engine_{engine}, steps_{steps}, options_{options}, prior_{options.prior_for(facts).value()} {
    if (const auto problem = options.validate()) throw std::invalid_argument{problem->what};
    require_engine(facts, engine);
  }

  [[nodiscard]] FitReport run(std::span<const double> start) const {
    require_start(start);
    FitReport report;
    const Steps::Amount amount = steps_.amount();
    report.answers = amount.answers;
    report.effective_answers = amount.effective();
    const std::vector<double> from = Coordinates{facts_}.lawful(start);
    report.parameters = from;
    if (amount.answers == 0 || !(amount.weight > 0.0)) {
      report.reason = "no answer that counts comes late enough after an earlier one on its card";
      report.objective_path = {prior_.value(from)};
      return report;
    }
    const Objective all{steps_.groups(), engine_, options_.threads};
    report.start_log_loss = all.derivatives(from, Order::loss).loss / amount.weight;
    report.evaluations = 1.0;
    if (!facts_.trainable) {
      report.status = Status::converged;
      report.reason = "this model's parameters are not trained";
      report.log_loss = report.start_log_loss;
      report.objective_path = {amount.weight * report.log_loss + prior_.value(from)};
      return report;
    }
    const double start_objective = report.start_log_loss * amount.weight + prior_.value(from);
    Minimum found = minimum(all, from, 0, report);
    constexpr double rounding = 1e-5;  // of the engine's sums
    const bool elsewhere = std::abs(found.objective_path.front() - start_objective) > rounding * start_objective;
    if (elsewhere) found.objective_path.insert(found.objective_path.begin(), start_objective);  // there was a warm start
    if (options_.second_start && found.status != Status::interrupted) compare_with_defaults(all, from, found, report);
    return described(std::move(report), std::move(found), amount);
  }

 private:
  void require_start(std::span<const double> start) const {
    if (start.size() != facts_.size()) {
      throw std::invalid_argument{std::string{facts_.id} + " takes " + to_text(facts_.size()) + " parameters, the start has " +
                                  to_text(start.size())};
    }
    for (std::size_t i = 0; i < start.size(); ++i) {
      if (!std::isfinite(start[i])) {
        throw std::invalid_argument{"the start's parameter " + to_text(i) + " (" + std::string{facts_.specs[i].name} +
                                    ") must be finite, got " + to_text(start[i])};
      }
    }
  }

  static constexpr std::size_t groups_worth_a_sample = 1024;  ///< of 64 cards: a log that is worth a look at a part of it first
  static constexpr std::size_t sampled_groups = 64;

  /// The end of a fit from a start, after `done` iterations of earlier ones.
  [[nodiscard]] Minimum minimum(const Objective& all, const std::vector<double>& from, std::size_t done, FitReport& report) const {
    const std::optional<Minimum> warm = options_.warm_start ? warmed(from, done, report) : std::nullopt;
    const bool interrupted = warm && warm->status == Status::interrupted;
    Options options = options_;
    if (interrupted) options.max_iterations = 0;
    Minimum found = Minimizer{facts_, prior_, all}.run(warm ? warm->point.values : from, options, warm ? warm->iterations : done);
    if (interrupted) {
      found.status = warm->status;
      found.reason = warm->reason;
    }
    report.evaluations += static_cast<double>(found.evaluations);
    return found;
  }

  /// An objective with kinks has more than one valley: a start far from the defaults may end in a poor one.
  void compare_with_defaults(const Objective& all, const std::vector<double>& from, Minimum& found, FitReport& report) const {
    std::vector<double> defaults(facts_.size());
    for (std::size_t i = 0; i < defaults.size(); ++i) defaults[i] = facts_.specs[i].init;
    if (from == Coordinates{facts_}.lawful(defaults)) return;
    Minimum other = minimum(all, defaults, found.iterations, report);
    const bool ended = other.status == Status::converged || other.status == Status::stalled;
    const double gain = found.point.objective - other.point.objective;
    const std::size_t iterations = other.iterations;
    const std::string nats = to_text(std::round(10.0 * std::abs(gain)) / 10.0) + " nats above ";
    const double worth_saying = worth_a_status(found.point.objective);
    if (gain > worth_saying) {
      report.warnings.push_back("from the given start the fit ended " + nats + "where it ends from the defaults; this is the latter");
    } else if (gain < -worth_saying && ended) {
      report.warnings.push_back("from the defaults the fit ends " + nats + "this: the objective has more than one valley");
    }
    if (gain > 0.0) {
      other.objective_path.insert(other.objective_path.begin(), found.objective_path.front());
      found = std::move(other);
    } else if (!ended) {  // who knows where it would have gone
      found.status = other.status;
      found.reason = std::move(other.reason);
    }
    found.iterations = iterations;
  }

  /// A fit to every k-th group of a large log; nothing for others.
  [[nodiscard]] std::optional<Minimum> warmed(const std::vector<double>& from, std::size_t done, FitReport& report) const {
    const std::span<const StepGroup> groups = steps_.groups();
    if (groups.size() < groups_worth_a_sample) return std::nullopt;
    const std::size_t stride = std::min(groups.size() / sampled_groups, std::size_t{20});
    std::vector<StepGroup> sample;
    for (std::size_t g = 0; g < groups.size(); g += stride) sample.push_back(groups[g]);
    const double share = static_cast<double>(sample.size()) / static_cast<double>(groups.size());
    const Objective part{sample, engine_, options_.threads};
    Minimum found = fit_to_part(facts_, prior_, part, share, from, options_, done);
    report.evaluations += share * static_cast<double>(found.evaluations);
    return found;
  }

  [[nodiscard]] FitReport described(FitReport report, Minimum found, const Steps::Amount& amount) const {
    const Quadratic quadratic{facts_};
    report.status = found.status;
    report.reason = std::move(found.reason);
    report.parameters = found.point.values;
    report.objective_path = std::move(found.objective_path);
    report.log_loss = found.point.loss / amount.weight;
    report.predicted_decrease = found.promised;
    report.iterations = found.iterations;
    const Coordinates& coordinates = quadratic.coordinates();
    const std::vector<bool> held = quadratic.held(found.point);
    double squares = 0.0;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      const double slope = held[i] ? 0.0 : found.point.gradient[static_cast<Eigen::Index>(i)];
      squares += slope * slope;
      const models::ParamSpec& spec = facts_.specs[i];
      const bool on_bound = report.parameters[i] <= spec.lower || report.parameters[i] >= spec.upper;
      const bool stands = coordinates.stands(i, found.point.pinned, held);
      if (on_bound && stands) report.at_bound.push_back(i);
      if (const auto before = coordinates.before(i); before && held[i] && !stands) {
        report.warnings.push_back(std::string{spec.name} + " would be below " + std::string{facts_.specs[*before].name} +
                                  " and is held equal to it: the two have one value and one error");
      }
    }
    report.gradient_norm = std::sqrt(squares);
    report.gradient = found.point.slope;
    report.information = found.point.fisher;
    prior_.add_to(report.parameters, report.gradient, report.information);
    Uncertainty{facts_, prior_, quadratic, found.point}.describe(report);
    return report;
  }

  ModelFacts facts_;
  Engine engine_;
  const Steps& steps_;
  Options options_;
  Prior prior_;
};

/// Fits a model to all cards at once, from `start` (in spec order). Throws std::invalid_argument for options that do not fit.
[[nodiscard]] inline FitReport pooled(const ModelFacts& facts, const Engine& engine, const data::Histories& histories,
                                      std::span<const double> start, const Options& options = {}) {
  if (const auto problem = options.validate()) throw std::invalid_argument{problem->what};
  const Steps steps{histories, later_answers(histories, options.minimum_gap)};
  return PooledFit{facts, engine, steps, options}.run(start);
}

/// The same by the model's template: no compiled library is needed. perdure/batch/fit_engine.hpp has faster sums for some models.
template <models::MemoryModel M>
[[nodiscard]] FitReport pooled(const data::Histories& histories, const std::array<double, M::specs.size()>& start,
                               const Options& options = {}) {
  return pooled(facts<M>(), portable<M>(), histories, start, options);
}

}  // namespace perdure::inline PERDURE_ABI::fit
