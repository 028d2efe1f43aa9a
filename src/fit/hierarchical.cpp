#include "partial_pooling.hpp"
#include "scales.hpp"
#include "segments.hpp"

#include <perdure/core/parallel.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/fit/minimize.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/fit/targets.hpp>
#include <perdure/fit/uncertainty.hpp>
#include <perdure/models/param_spec.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

namespace {

using detail::Index;
using detail::MatrixXd;
using detail::Scales;
using detail::VectorXd;

/// What every kind of pooling fills first.
HierarchicalReport empty_report(const ModelFacts& facts, const Steps& steps) {
  const std::size_t n = facts.size();
  HierarchicalReport report;
  report.segments = steps.segments();
  report.scale = Scales{facts}.scale();
  report.covariance = MatrixXd::Zero(static_cast<Index>(n), static_cast<Index>(n));
  report.mean_errors.assign(n, FitReport::none);
  report.learned_segments.assign(n, 0.0);
  report.parameters.assign(report.segments * n, 0.0);
  report.standard_errors.assign(report.segments * n, FitReport::none);
  report.segment_status.assign(report.segments, Status::no_data);
  report.segment_log_loss.assign(report.segments, FitReport::none);
  for (std::size_t s = 0; s < report.segments; ++s) report.answers.push_back(steps.amount(s).answers);
  return report;
}

/// Gives every segment that has no answers the same parameters.
void fill_silent(const Steps& steps, std::span<const double> values, HierarchicalReport& report) {
  for (std::size_t s = 0; s < report.segments; ++s) {
    if (!detail::speaks(steps, s))
      std::copy(values.begin(), values.end(), report.parameters.begin() + static_cast<std::ptrdiff_t>(s * values.size()));
  }
}

/// One set of parameters for all: the pooled fit, told segment by segment.
HierarchicalReport fit_complete(const ModelFacts& facts, const Engine& engine, const data::Histories& histories, const Targets& targets,
                                const Steps& steps, std::span<const double> start, const HierarchicalOptions& options) {
  HierarchicalReport report = empty_report(facts, steps);
  const FitReport all = PooledFit{facts, engine, Steps{histories, targets}, options.base}.run(start);
  report.status = all.status;
  report.reason = all.reason;
  report.mean = all.parameters;
  if (!all.standard_errors.empty()) report.mean_errors = all.standard_errors;
  report.objective_path = all.objective_path;
  report.evaluations = all.evaluations;
  report.log_loss = all.log_loss;
  report.warnings = all.warnings;
  const std::size_t n = facts.size();
  parallel_for(report.segments, options.base.threads, [&](std::size_t s) {
    std::copy(all.parameters.begin(), all.parameters.end(), report.parameters.begin() + static_cast<std::ptrdiff_t>(s * n));
    if (!all.standard_errors.empty()) {
      std::copy(all.standard_errors.begin(), all.standard_errors.end(),
                report.standard_errors.begin() + static_cast<std::ptrdiff_t>(s * n));
    }
    if (!detail::speaks(steps, s)) return;
    report.segment_status[s] = all.status;
    report.segment_log_loss[s] =
        Objective{steps.groups(s), engine, 1}.derivatives(all.parameters, Order::loss).loss / steps.amount(s).weight;
  });
  return report;
}

/// Every segment by itself.
HierarchicalReport fit_apart(const ModelFacts& facts, const Engine& engine, const Steps& steps, std::span<const double> start,
                             const HierarchicalOptions& options) {
  const std::size_t n = facts.size();
  HierarchicalReport report = empty_report(facts, steps);
  const Prior prior = detail::prior_of(facts, options);
  Options alone = options.base;
  alone.progress = nullptr;
  std::vector<std::uint32_t> active;
  for (std::size_t s = 0; s < report.segments; ++s) {
    if (detail::speaks(steps, s)) active.push_back(static_cast<std::uint32_t>(s));
  }
  std::vector<double> objective(active.size()), loss(active.size()), passes(active.size());
  const auto fit_one = [&](std::size_t k) {
    const std::uint32_t s = active[k];
    const Objective of_segment{steps.groups(s), engine, 1};
    Minimizer minimizer{facts, prior, of_segment};
    const Minimum found = minimizer.run(start, alone);
    FitReport told;
    Uncertainty{facts, prior, minimizer.quadratic(), found.point}.describe(told);
    std::copy(found.point.values.begin(), found.point.values.end(), report.parameters.begin() + static_cast<std::ptrdiff_t>(s * n));
    std::copy(told.standard_errors.begin(), told.standard_errors.end(),
              report.standard_errors.begin() + static_cast<std::ptrdiff_t>(s * n));
    report.segment_status[s] = found.status;
    report.segment_log_loss[s] = found.point.loss / steps.amount(s).weight;
    objective[k] = found.point.objective;
    loss[k] = found.point.loss;
    passes[k] = static_cast<double>(found.evaluations * steps.amount(s).answers);
  };
  constexpr std::size_t at_a_time = 64;  // segments from one word to the caller to the next
  report.status = Status::converged;
  report.reason = "every segment was fitted by itself";
  double sum = 0.0;
  std::size_t done = 0;
  while (done < active.size()) {
    const std::size_t count = std::min(at_a_time, active.size() - done);
    parallel_for(count, options.base.threads, [&](std::size_t k) { fit_one(done + k); });
    for (std::size_t k = done; k < done + count; ++k) sum += objective[k];
    done += count;
    if (options.base.progress && !options.base.progress(done, sum) && done < active.size()) {
      report.status = Status::interrupted;
      report.reason = "stopped by the caller; segments that were not reached have the parameters of the start";
      break;
    }
  }
  if (report.status == Status::converged) {
    const auto unsettled = [&](Status status) { return std::count(report.segment_status.begin(), report.segment_status.end(), status); };
    const auto stalled = unsettled(Status::stalled);
    const auto limited = unsettled(Status::iteration_limit);
    if (stalled + limited > 0) {
      report.status = limited > 0 ? Status::iteration_limit : Status::stalled;
      report.reason += ", but " + to_text(stalled + limited) + " did not converge";
    }
  }
  const std::vector<double> lawful = Coordinates{facts}.lawful(start);
  for (std::size_t k = done; k < active.size(); ++k) {
    report.segment_status[active[k]] = Status::interrupted;
    std::copy(lawful.begin(), lawful.end(), report.parameters.begin() + static_cast<std::ptrdiff_t>(active[k] * n));
  }
  active.resize(done);
  detail::describe_spread(facts, active, report);
  fill_silent(steps, report.mean.empty() ? lawful : report.mean, report);
  if (report.mean.empty()) report.mean = lawful;
  report.objective_path = {sum};
  double total = 0.0;
  double answers = 0.0;
  double weight = 0.0;
  for (std::size_t k = 0; k < done; ++k) {
    total += loss[k];
    report.evaluations += passes[k];
    answers += static_cast<double>(steps.amount(active[k]).answers);
    weight += steps.amount(active[k]).weight;
  }
  if (done > 0) {
    report.evaluations /= answers;
    report.log_loss = total / weight;
  }
  return report;
}

/// Where segments start: a pooled fit.
struct PooledStart {
  std::vector<double> parameters;
  double evaluations = 0.0;
  bool partly = false;  ///< fitted to a part of the segments
  bool interrupted = false;
};

/// The pooled fit, of a large log to every k-th segment that has an answer that counts: it is refined on all of them with the first pass.
PooledStart pooled_start(const ModelFacts& facts, const Engine& engine, const Steps& steps, std::span<const double> start,
                         const Options& base) {
  constexpr std::size_t enough_answers = 100'000;
  constexpr std::size_t enough_segments = 100;
  std::vector<std::size_t> speaking;
  for (std::size_t s = 0; s < steps.segments(); ++s) {
    if (detail::speaks(steps, s)) speaking.push_back(s);
  }
  const std::size_t stride = std::min(steps.amount().answers / enough_answers, speaking.size() / enough_segments);
  if (stride <= 1) {
    Options options = base;
    options.warm_start = false;
    const FitReport all = PooledFit{facts, engine, steps, options}.run(start);
    return {all.parameters, all.evaluations, false, all.status == Status::interrupted};
  }
  std::vector<StepGroup> sample;
  std::size_t answers = 0;
  for (std::size_t k = 0; k < speaking.size(); k += stride) {
    sample.insert(sample.end(), steps.groups(speaking[k]).begin(), steps.groups(speaking[k]).end());
    answers += steps.amount(speaking[k]).answers;
  }
  const double share = static_cast<double>(answers) / static_cast<double>(steps.amount().answers);
  const Objective part{sample, engine, base.threads};
  const Minimum found = fit_to_part(facts, base.prior_for(facts).value(), part, share, start, base);
  return {found.point.values, share * static_cast<double>(found.evaluations), true, found.status == Status::interrupted};
}

HierarchicalReport fit_partial(const ModelFacts& facts, const Engine& engine, const Steps& steps, std::span<const double> start,
                               const HierarchicalOptions& options) {
  HierarchicalReport report = empty_report(facts, steps);
  std::size_t before = 0;  // iterations of the pooled fit
  Options counting = options.base;
  if (options.base.progress) {
    counting.progress = [&](std::size_t iteration, double objective) { return options.base.progress(before = iteration, objective); };
  }
  const PooledStart from = pooled_start(facts, engine, steps, start, counting);
  report.evaluations = from.evaluations;
  HierarchicalOptions rest = options;
  if (options.base.progress) {
    rest.base.progress = [&](std::size_t pass, double objective) {
      return !from.interrupted && options.base.progress(before + pass, objective);
    };
  }
  detail::PartialPooling fit{facts, engine, steps, from.parameters, rest};
  fit.run(from.partly, report);
  return report;
}

}  // namespace

std::optional<Error> HierarchicalOptions::validate() const {
  if (auto problem = base.validate()) return problem;
  if (!(covariance_scale >= 1e-9 && covariance_scale <= 1e9)) {
    return Error{Errc::out_of_domain, "covariance_scale must be in [1e-9, 1e9], got " + to_text(covariance_scale)};
  }
  if (!(assumed_segments > 0.0 && assumed_segments <= 1e6)) {
    return Error{Errc::out_of_domain, "assumed_segments must be in (0, 1e6], got " + to_text(assumed_segments)};
  }
  return std::nullopt;
}

HierarchicalReport hierarchical(const ModelFacts& facts, const Engine& engine, const data::Histories& histories,
                                std::span<const std::uint32_t> segment_of_card, std::size_t segments, std::span<const double> start,
                                const HierarchicalOptions& options) {
  if (const auto problem = options.validate()) throw Exception{*problem};
  if (const auto problem = models::check_parameters(facts.id, facts.specs, start)) throw Exception{*problem};
  if (segment_of_card.size() != histories.cards()) {
    throw Exception{Error{Errc::shape_mismatch, "segment_of_card must have one number a card, " + to_text(histories.cards()) + ", got " +
                                                    to_text(segment_of_card.size())}};
  }
  for (std::size_t c = 0; c < segment_of_card.size(); ++c) {
    if (segment_of_card[c] >= segments) {
      throw Exception{
          Error{Errc::out_of_domain,
                "segment of card " + to_text(c) + " must be below " + to_text(segments) + ", got " + to_text(segment_of_card[c]), c}};
    }
  }
  require_engine(facts, engine);
  const Targets targets = later_answers(histories, options.base.minimum_gap);
  const Steps steps{histories, targets, segment_of_card, segments};
  const bool known = steps.amount().answers > 0 && steps.amount().weight > 0.0;
  if (!known || !facts.trainable || options.pooling == Pooling::complete) {
    return fit_complete(facts, engine, histories, targets, steps, start, options);
  }
  return options.pooling == Pooling::none ? fit_apart(facts, engine, steps, start, options)
                                          : fit_partial(facts, engine, steps, start, options);
}

}  // namespace perdure::inline PERDURE_ABI::fit
