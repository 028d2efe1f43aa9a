#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/random.hpp>
#include <perdure/evaluate/metrics.hpp>
#include <perdure/fit/objective.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// A mean and its 95 % interval.
struct Interval {
  double mean{}, low{}, high{};
};

/// Mean log loss of predictions `p` less that of `baseline`, over the same answers, with a percentile interval from resampling whole clusters
/// (learners, or days of one learner): answers of a cluster are not independent. `cluster` holds codes below `clusters`. Fewer than two
/// clusters give an interval of NaN. Deterministic in `seed`; O(answers + replicates × clusters).
[[nodiscard]] inline Interval paired_log_loss(std::span<const double> p, std::span<const double> baseline,
                                              std::span<const std::uint8_t> success, std::span<const std::uint32_t> cluster,
                                              std::size_t clusters, std::uint64_t seed = 1, std::uint32_t replicates = 1000) {
  require_probabilities(p, success);
  require_probabilities(baseline, success);
  if (p.size() != cluster.size()) throw std::invalid_argument{"predictions and clusters differ in length"};
  if (replicates == 0) throw std::invalid_argument{"an interval needs at least one replicate, got 0"};
  std::vector<double> sum(clusters);
  std::vector<double> count(clusters);
  for (std::size_t i = 0; i < p.size(); ++i) {
    sum.at(cluster[i]) += fit::log_loss(p[i], success[i] != 0) - fit::log_loss(baseline[i], success[i] != 0);
    count[cluster[i]] += 1.0;
  }
  std::vector<std::size_t> seen;
  double total = 0.0;
  double answers = 0.0;
  for (std::size_t c = 0; c < clusters; ++c) {
    if (count[c] == 0.0) continue;
    seen.push_back(c);
    total += sum[c];
    answers += count[c];
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (seen.size() < 2) return {answers > 0.0 ? total / answers : nan, nan, nan};

  std::vector<double> means(replicates);
  for (std::uint32_t r = 0; r < replicates; ++r) {
    random::Stream stream{{.seed = seed, .learner = 0, .item = 0, .step = r}};
    double s = 0.0;
    double n = 0.0;
    for (std::size_t k = 0; k < seen.size(); ++k) {
      const std::size_t c = seen[stream.below(static_cast<std::uint32_t>(seen.size()))];
      s += sum[c];
      n += count[c];
    }
    means[r] = s / n;
  }
  std::sort(means.begin(), means.end());
  const auto quantile = [&means](double q) {
    return means[static_cast<std::size_t>(std::lround(q * static_cast<double>(means.size() - 1)))];
  };
  return {total / answers, quantile(0.025), quantile(0.975)};
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
