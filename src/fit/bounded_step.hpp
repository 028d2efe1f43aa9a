#pragma once

#include "scales.hpp"
#include "segment_quadratics.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/quadratic.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// The step of a segment whose mode lies outside of the bounds or the order: that of quadratic.hpp. Writes the parameters to `w` and
/// returns what the step promises, in nats.
[[nodiscard]] inline double bounded_step(const ModelFacts& facts, const Scales& scales, const SegmentQuadratics& quadratics,
                                         std::size_t segment, const CohortPrior& cohort, double damping, std::span<double> w) {
  const std::size_t n = facts.size();
  std::vector<double> here(n);
  scales.restore(quadratics.at(segment), facts, here);
  Derivatives d;
  d.loss = quadratics.loss(segment);
  d.gradient.resize(scales.size());
  d.fisher.resize(scales.size(), scales.size());
  std::size_t place = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<Index>(i);
    const double slope = slope_of(scales.scale()[i], here[i]);
    d.gradient[row] = quadratics.gradient(segment)[i] / slope;
    for (std::size_t j = 0; j <= i; ++j) {
      const auto column = static_cast<Index>(j);
      d.fisher(row, column) = static_cast<double>(quadratics.fisher(segment)[place++]) / (slope * slope_of(scales.scale()[j], here[j]));
      d.fisher(column, row) = d.fisher(row, column);
    }
  }
  const Quadratic quadratic{facts};
  const Prior prior{scales.scale(), cohort.mean, cohort.precision};
  const Quadratic::Step step = quadratic.step(quadratic.point(here, std::move(d), prior), damping);
  std::copy(step.values.begin(), step.values.end(), w.begin());
  return step.promised;
}

}  // namespace perdure::inline PERDURE_ABI::fit::detail
