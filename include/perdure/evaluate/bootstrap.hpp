#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/core/random.hpp>
#include <perdure/core/text.hpp>
#include <perdure/evaluate/checks.hpp>
#include <perdure/fit/log_loss.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// A mean and its 95 % interval.
struct Interval {
  double mean{}, low{}, high{};
};

/// Log loss of one set of predictions less that of another.
struct Difference {
  std::size_t model{}, than{};  ///< positions; model < than
  Interval interval{};          ///< of the mean difference, nats an answer; below 0 is better than `than`
};

/// How differences are resampled.
struct Resampling {
  std::uint64_t seed = 1;
  std::uint32_t replicates = 1000;
  unsigned threads = 1;  ///< the result does not depend on it
};

/// Log losses summed by cluster (learners, or days of one learner), and resampled by whole clusters: answers of a cluster are not
/// independent. All sets of predictions share the draws, so that a difference of two of them is paired. Clusters without answers are left
/// out.
class ClusterLosses {
 public:
  /// `cluster` holds codes below `clusters`, one an answer. Throws std::invalid_argument for columns of different lengths and what is no
  /// probability, std::out_of_range for a code.
  ClusterLosses(std::span<const std::span<const double>> predictions, std::span<const std::uint8_t> success,
                std::span<const std::uint32_t> cluster, std::size_t clusters)
      : sets_{predictions.size()}, width_{sets_ + 1}, row_(clusters * width_) {
    if (success.size() != cluster.size()) throw std::invalid_argument{"predictions and clusters differ in length"};
    for (const std::uint32_t c : cluster) {
      if (c >= clusters) throw std::out_of_range{"cluster " + to_text(c) + " must be below " + to_text(clusters)};
      row_[c * width_] += 1.0;
    }
    for (std::size_t m = 0; m < sets_; ++m) {
      require_probabilities(predictions[m], success);
      for (std::size_t i = 0; i < success.size(); ++i) {
        row_[cluster[i] * width_ + 1 + m] += fit::log_loss(predictions[m][i], success[i] != 0);
      }
    }
    drop_empty();
  }

  /// Every pair of sets, the earlier one as `model`, with a percentile interval. Fewer than two clusters give an interval of NaN, no
  /// answers a mean of NaN. Throws std::invalid_argument without replicates. Deterministic in the seed; O(replicates × (clusters × sets +
  /// pairs)).
  [[nodiscard]] std::vector<Difference> differences(const Resampling& how) const {
    if (how.replicates == 0) throw std::invalid_argument{"an interval needs at least one replicate, got 0"};
    const std::vector<double> whole = mean_of_all();
    const std::vector<double> replicate = resampled(how);
    std::vector<Difference> all;
    std::vector<double> gap(how.replicates);
    for (std::size_t a = 0; a < sets_; ++a) {
      for (std::size_t b = a + 1; b < sets_; ++b) {
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        Interval interval{whole[a] - whole[b], nan, nan};
        if (clusters() >= 2) {
          for (std::size_t r = 0; r < gap.size(); ++r) gap[r] = replicate[r * sets_ + a] - replicate[r * sets_ + b];
          interval.low = quantile(gap, 0.025);
          interval.high = quantile(gap, 0.975);
        }
        all.push_back({a, b, interval});
      }
    }
    return all;
  }

 private:
  [[nodiscard]] std::size_t clusters() const noexcept { return row_.size() / width_; }

  void drop_empty() {
    std::size_t kept = 0;
    for (std::size_t c = 0; c < clusters(); ++c) {
      if (row_[c * width_] == 0.0) continue;
      for (std::size_t k = 0; k < width_; ++k) row_[kept * width_ + k] = row_[c * width_ + k];
      ++kept;
    }
    row_.resize(kept * width_);
  }

  [[nodiscard]] std::vector<double> mean_of_all() const {
    std::vector<double> total(width_);
    for (std::size_t k = 0; k < width_; ++k) {
      total[k] = detail::block_sum(clusters(), [&](std::size_t c) { return row_[c * width_ + k]; });
    }
    std::vector<double> mean(sets_);
    for (std::size_t m = 0; m < sets_; ++m) mean[m] = total[1 + m] / total[0];
    return mean;
  }

  /// Mean log loss of every set in every replicate: replicate × sets.
  ///
  /// Four draws come from one block of random bits, each by multiplying 32 bits: the chance of a cluster is off by less than 2^-32.
  [[nodiscard]] std::vector<double> resampled(const Resampling& how) const {
    std::vector<double> means(how.replicates * sets_);
    const std::size_t n = clusters();
    if (n < 2) return means;
    parallel_for(how.replicates, how.threads, [&](std::size_t r) {
      const random::Key key{.seed = how.seed, .learner = 0, .item = 0, .step = static_cast<std::uint32_t>(r)};
      std::vector<double> total(width_);
      for (std::size_t first = 0; first < n; first += 4) {
        const random::Block bits = random::block(key, static_cast<std::uint32_t>(first / 4));
        for (std::size_t d = 0; d < std::min<std::size_t>(4, n - first); ++d) {
          const double* drawn = &row_[(static_cast<std::uint64_t>(bits[d]) * n >> 32U) * width_];
          for (std::size_t k = 0; k < width_; ++k) total[k] += drawn[k];
        }
      }
      for (std::size_t m = 0; m < sets_; ++m) means[r * sets_ + m] = total[1 + m] / total[0];
    });
    return means;
  }

  /// The value at rank q (n - 1), rounded. Moves the values about.
  [[nodiscard]] static double quantile(std::vector<double>& values, double q) {
    const auto at = values.begin() + std::lround(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
  }

  std::size_t sets_, width_;
  std::vector<double> row_;  ///< by cluster: its answers, then the sum of log losses of each set
};

/// Mean log loss of predictions `p` less that of `baseline`, over the same answers, with the interval of `ClusterLosses`.
[[nodiscard]] inline Interval paired_log_loss(std::span<const double> p, std::span<const double> baseline,
                                              std::span<const std::uint8_t> success, std::span<const std::uint32_t> cluster,
                                              std::size_t clusters, const Resampling& how = {}) {
  const std::array both{p, baseline};
  return ClusterLosses{both, success, cluster, clusters}.differences(how).front().interval;
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
