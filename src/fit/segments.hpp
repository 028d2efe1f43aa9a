#pragma once

#include "scales.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/steps.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// The prior of the mean, and of segments that are fitted by themselves.
[[nodiscard]] inline Prior prior_of(const ModelFacts& facts, const HierarchicalOptions& options) {
  return options.base.prior_for(facts).value();
}

/// Whether a segment has an answer that counts.
[[nodiscard]] inline bool speaks(const Steps& steps, std::size_t segment) noexcept {
  return steps.amount(segment).answers > 0 && steps.amount(segment).weight > 0.0;
}

/// Mean and covariance of the parameters of segments that were fitted by themselves, on the transformed scale; nothing without any.
inline void describe_spread(const ModelFacts& facts, std::span<const std::uint32_t> segments, HierarchicalReport& report) {
  if (segments.empty()) return;
  const Scales scales{facts};
  const std::size_t n = facts.size();
  const auto count = static_cast<double>(segments.size());
  const auto row = [&](std::uint32_t s) { return scales.transform(std::span{report.parameters}.subspan(s * n, n)); };
  VectorXd mean = VectorXd::Zero(scales.size());
  for (const std::uint32_t s : segments) mean += row(s) / count;
  for (const std::uint32_t s : segments) {
    const VectorXd off = row(s) - mean;
    report.covariance += off * off.transpose() / std::max(1.0, count - 1.0);
  }
  report.mean.resize(n);
  scales.make_lawful({mean.data(), n});
  scales.restore({mean.data(), n}, facts, report.mean);
  report.learned_segments.assign(n, count);
  for (std::size_t i = 0; i < n && segments.size() > 1; ++i) {
    const auto k = static_cast<Index>(i);
    report.mean_errors[i] = std::sqrt(report.covariance(k, k) / count) * slope_of(scales.scale()[i], report.mean[i]);
  }
}

}  // namespace perdure::inline PERDURE_ABI::fit::detail
