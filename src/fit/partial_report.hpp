#pragma once

#include "cohort_estimate.hpp"
#include "scales.hpp"
#include "segment_posterior.hpp"
#include "segment_quadratics.hpp"
#include "segments.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/fit/steps.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// What a fit with partial pooling has at its end.
struct PartialEnd {
  const ModelFacts& facts;
  const Scales& scales;
  const Steps& steps;
  const HierarchicalOptions& options;
  const SegmentQuadratics& quadratics;
  const CohortEstimate& estimate;
  const std::vector<std::uint32_t>& active;  ///< segments with an answer that counts
};

inline void describe_mean(const PartialEnd& end, HierarchicalReport& report) {
  const std::size_t n = end.facts.size();
  const CohortPrior& prior = end.estimate.prior();
  report.mean.resize(n);
  end.scales.restore({prior.mean.data(), n}, end.facts, report.mean);
  report.covariance = prior.covariance;
  for (std::size_t i = 0; i < n; ++i) {
    const auto k = static_cast<Index>(i);
    report.mean_errors[i] = std::sqrt(end.estimate.mean_covariance()(k, k)) * slope_of(end.scales.scale()[i], report.mean[i]);
  }
}

/// Parameters, their errors and log losses; those of a segment without answers come from the mean.
inline void describe_segments(const PartialEnd& end, HierarchicalReport& report) {
  const std::size_t n = end.facts.size();
  const CohortPrior& prior = end.estimate.prior();
  const std::size_t segments = end.steps.segments();
  constexpr std::size_t block = 32;
  parallel_for((segments + block - 1) / block, end.options.base.threads, [&](std::size_t b) {
    Posterior posterior{n};
    for (std::size_t s = b * block; s < std::min(segments, (b + 1) * block); ++s) {
      const std::span<double> w = std::span{report.parameters}.subspan(s * n, n);
      const std::span<double> errors = std::span{report.standard_errors}.subspan(s * n, n);
      const bool known = speaks(end.steps, s);
      if (known) {
        end.scales.restore(end.quadratics.at(s), end.facts, w);
        posterior.update(end.quadratics, s, prior);
        report.segment_log_loss[s] = end.quadratics.loss(s) / end.steps.amount(s).weight;
      } else {
        std::copy(report.mean.begin(), report.mean.end(), w.begin());
      }
      const std::span<const double> covariance = known ? posterior.covariance() : std::span<const double>{};
      for (std::size_t i = 0; i < n; ++i) {
        const auto k = static_cast<Index>(i);
        errors[i] = known ? covariance[i * n + i] : prior.covariance(k, k);  // variances so far
      }
    }
  });
  for (std::size_t i = 0; i < n; ++i) {
    const auto k = static_cast<Index>(i);
    double known = 0.0;
    for (const std::uint32_t s : end.active) known += 1.0 - report.standard_errors[s * n + i] / prior.covariance(k, k);
    report.learned_segments[i] = std::clamp(known, 0.0, static_cast<double>(end.active.size()));
    for (std::size_t s = 0; s < segments; ++s) {
      const double w = report.parameters[s * n + i];
      double& error = report.standard_errors[s * n + i];
      const bool bound = w <= end.facts.specs[i].lower || w >= end.facts.specs[i].upper;
      error = bound ? FitReport::none : std::sqrt(error) * slope_of(end.scales.scale()[i], w);
    }
  }
  double loss = 0.0;
  for (const std::uint32_t s : end.active) loss += end.quadratics.loss(s);
  report.log_loss = loss / end.steps.amount().weight;
}

inline void warn_partial(const PartialEnd& end, HierarchicalReport& report) {
  const std::size_t active = end.active.size();
  const std::size_t n = end.facts.size();
  constexpr std::size_t few = 5;
  if (active < few) {
    report.warnings.push_back("only " + to_text(active) + " segments have answers that count: how much segments differ is mostly assumed");
  }
  if (active < end.steps.segments()) {
    report.warnings.push_back(to_text(end.steps.segments() - active) + " of " + to_text(end.steps.segments()) +
                              " segments have no answer that counts: their parameters are the mean");
  }
  constexpr std::size_t most_names = 5;
  std::string names;
  std::size_t assumed = 0;
  for (std::size_t i = 0; i < n && active >= few; ++i) {
    if (report.learned_segments[i] >= end.options.assumed_segments) continue;
    names += (assumed++ == 0 ? "" : ", ") + std::string{end.facts.specs[i].name};
  }
  if (assumed > most_names) names = to_text(assumed) + " of " + to_text(n) + " parameters";
  if (assumed > 0) report.warnings.push_back("the answers say little about how much segments differ in " + names);
}

/// Fills the report, but for statuses and what passes added to it.
inline void describe_partial(const PartialEnd& end, HierarchicalReport& report) {
  describe_mean(end, report);
  describe_segments(end, report);
  warn_partial(end, report);
}

}  // namespace perdure::inline PERDURE_ABI::fit::detail
