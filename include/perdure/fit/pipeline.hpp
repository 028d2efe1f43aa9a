#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/adam.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/first_gaps.hpp>
#include <perdure/fit/first_interval.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/outliers.hpp>
#include <perdure/fit/pipeline_options.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/recency.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/fit/targets.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// One run of a pipeline: made and used by fit_with_pipeline.
class PipelineFit {
 public:
  PipelineFit(const ModelFacts& facts, const Engine& engine, const data::Histories& histories, std::span<const std::int64_t> answered_at,
              const Pipeline& pipeline, const Options& options, Counted counted = {})
      : facts_{facts},
        engine_{engine},
        histories_{histories},
        answered_at_{answered_at},
        pipeline_{pipeline},
        options_{options},
        targets_{later_answers(histories, options.minimum_gap)} {
    if (const auto problem = options.validate()) throw std::invalid_argument{problem->what};
    if (const auto problem = pipeline.adam.validate()) throw std::invalid_argument{problem->what};
    if (pipeline.first_intervals && !first_interval_decay(facts)) {
      throw std::invalid_argument{"first_intervals needs a model of first stabilities and a power curve (fsrs4.5, fsrs5, fsrs6), got " +
                                  std::string{facts.id}};
    }
    if (answered_at.size() != histories.size()) {
      throw Exception{Error{Errc::shape_mismatch, "answered_at must have one time an answer, " + to_text(histories.size()) + ", got " +
                                                      to_text(answered_at.size())}};
    }
    require_engine(facts, engine);
    static_cast<void>(options.prior_for(facts).value());  // of the model's size
    leave_out(histories, counted, targets_);
  }

  [[nodiscard]] FitReport run(std::span<const double> start) {
    if (pipeline_.outliers) static_cast<void>(drop_outliers(histories_, targets_, *pipeline_.outliers));
    if (pipeline_.recency) targets_.weight = recency_weights(histories_, targets_, answered_at_);
    const Small small = small_data(start);
    drop_long_histories();
    const Steps steps{histories_, targets_};
    if (small.reason != nullptr) return unfitted(steps, start, small);
    set_prior(small.start);
    if (pipeline_.optimizer == Optimizer::fisher || !facts_.trainable) return PooledFit{facts_, engine_, steps, options_}.run(small.start);
    return by_adam(steps, start, small);
  }

 private:
  /// What the rules for few answers say: where the fit starts, or why there is none.
  struct Small {
    std::vector<double> start;
    FirstStabilities first;
    const char* reason = nullptr;
  };

  [[nodiscard]] Small small_data(std::span<const double> start) const {
    Small small{{start.begin(), start.end()}, {}, nullptr};
    if (pipeline_.least_answers == 0 && !pipeline_.first_intervals) return small;
    std::size_t answers = 0;
    std::size_t right = 0;
    for (std::size_t c = 0; c < histories_.cards(); ++c) {
      const data::Card card = histories_.card(c);
      for (std::size_t i = 0; i < card.size(); ++i) {
        if (targets_.predicted[histories_.offset()[c] + i] == 0) continue;
        ++answers;
        right += is_success(static_cast<Grade>(card.grade[i])) ? 1 : 0;
      }
    }
    if (answers < pipeline_.least_answers) {
      for (std::size_t i = 0; i < facts_.size(); ++i) small.start[i] = facts_.specs[i].init;
      small.reason = "too few answers for this pipeline: the parameters are the defaults";
      return small;
    }
    if (!pipeline_.first_intervals || answers == 0) return small;
    const std::vector<FirstGap> gaps = first_gaps(histories_, targets_);
    const double average = static_cast<double>(right) / static_cast<double>(answers);
    small.first = raw_first_stabilities(facts_, first_interval_decay(facts_).value_or(0.5), gaps, average);
    if (const auto filled = filled_first_stabilities(facts_, small.first)) std::copy(filled->begin(), filled->end(), small.start.begin());
    std::size_t firsts = 0;
    for (const std::size_t n : small.first.answers) firsts += n;
    if (pipeline_.least_for_all > 0 && (answers < pipeline_.least_for_all || answers == firsts)) {
      small.reason = "too few answers for this pipeline: only first stabilities are fitted";
    }
    return small;
  }

  void drop_long_histories() {
    if (pipeline_.longest_history == Pipeline::unlimited) return;
    for (std::size_t c = 0; c < histories_.cards(); ++c) {
      for (std::size_t k = histories_.offset()[c]; k < histories_.offset()[c + 1]; ++k) {
        if (k - histories_.offset()[c] > pipeline_.longest_history) targets_.predicted[k] = 0;
      }
    }
  }

  void set_prior(const std::vector<double>& start) {
    if (options_.prior) return;
    const double weight = pipeline_.prior_weight.value_or(options_.prior_weight);
    options_.prior = pipeline_.published_prior ? Prior::published(facts_.specs, weight) : Prior::usual(facts_.specs, weight);
    if (pipeline_.prior_at_start)
      options_.prior = Prior{options_.prior->scale(), options_.prior->transform(start), options_.prior->precision()};
  }

  /// A report at given parameters, as if no step had been possible from there.
  [[nodiscard]] FitReport report_at(const Steps& steps, const std::vector<double>& values) const {
    Options still = options_;
    still.max_iterations = 0;
    still.warm_start = still.second_start = false;
    return PooledFit{facts_, engine_, steps, still}.run(values);
  }

  [[nodiscard]] double mean_loss(const Steps& steps, std::span<const double> values) const {
    const std::vector<double> lawful = Coordinates{facts_}.lawful(values);
    return Objective{steps.groups(), engine_, options_.threads}.derivatives(lawful, Order::loss).loss / steps.amount().weight;
  }

  [[nodiscard]] FitReport unfitted(const Steps& steps, std::span<const double> start, const Small& small) {
    set_prior(small.start);
    FitReport report = report_at(steps, small.start);
    if (steps.amount().weight > 0.0) report.start_log_loss = mean_loss(steps, start);
    report.status = Status::no_data;
    report.reason = small.reason;
    return report;
  }

  [[nodiscard]] FitReport by_adam(const Steps& steps, std::span<const double> start, const Small& small) {
    std::vector<double> lower;
    std::vector<double> upper;
    for (const models::ParamSpec& spec : facts_.specs) {
      lower.push_back(spec.name == "same_day_saturation" ? std::max(spec.lower, pipeline_.least_saturation) : spec.lower);
      upper.push_back(spec.upper);
    }
    std::vector<double> from = small.start;
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = std::clamp(from[i], lower[i], upper[i]);
    Adam adam{engine_, histories_, targets_, answered_at_, *options_.prior, lower, upper, pipeline_.adam};
    AdamResult found = adam.run(from, options_.progress);
    if (pipeline_.ordered_again && pipeline_.first_intervals) {
      FirstStabilities last = small.first;
      for (std::size_t g = 0; g < last.days.size(); ++g) last.days[g] = found.values[g];
      if (const auto filled = filled_first_stabilities(facts_, last)) std::copy(filled->begin(), filled->end(), found.values.begin());
    }
    FitReport report = report_at(steps, found.values);
    if (report.status == Status::no_data) return report;
    report.start_log_loss = mean_loss(steps, start);
    report.objective_path.insert(report.objective_path.begin(),
                                 report.start_log_loss * steps.amount().weight + options_.prior->value(Coordinates{facts_}.lawful(start)));
    report.evaluations += found.passes + 1.0;
    report.iterations = found.steps;
    if (found.interrupted) {
      report.status = Status::interrupted;
      report.reason = "stopped by the caller; these are the parameters so far";
    } else {
      report.reason = "Adam's " + to_text(pipeline_.adam.epochs) + " epochs are over, " +
                      (report.status == Status::converged ? "and one more step of Fisher scoring promises next to nothing"
                                                          : "before the objective stopped falling");
    }
    return report;
  }

  ModelFacts facts_;
  Engine engine_;
  const data::Histories& histories_;
  std::span<const std::int64_t> answered_at_;
  Pipeline pipeline_;
  Options options_;
  Targets targets_;
};

/// Fits a model to all cards at once, from `start` (in spec order), as a pipeline says. Throws std::invalid_argument for options that do not fit
/// the model.
/// \param answered_at  ms since 1970, by row of the log
/// \param counted      by row of the log: 0 for answers that shape states alone; empty: all count
[[nodiscard]] inline FitReport fit_with_pipeline(const ModelFacts& facts, const Engine& engine, const data::Histories& histories,
                                                 std::span<const std::int64_t> answered_at, std::span<const double> start,
                                                 const Pipeline& pipeline = {}, const Options& options = {}, Counted counted = {}) {
  return PipelineFit{facts, engine, histories, answered_at, pipeline, options, counted}.run(start);
}

}  // namespace perdure::inline PERDURE_ABI::fit
