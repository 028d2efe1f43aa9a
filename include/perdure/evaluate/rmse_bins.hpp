#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/evaluate/checks.hpp>
#include <perdure/fit/recency.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// RMSE(bins), the calibration error over bins of review history that the FSRS projects publish. It can be gamed: see
/// docs/concepts/evaluation.md.
namespace perdure::inline PERDURE_ABI::evaluate {

/// Bin of an answer that RMSE(bins) leaves out.
inline constexpr std::int32_t no_bin = -1;

/// Bins are numbered below this.
inline constexpr std::int32_t most_bins = 1 << 18;

/// Bin of an answer that came `days` (>= 0) after the last one on its card, as the `reviews`-th counted answer there (>= 1), after `lapses`
/// counted wrong ones. Counted are answers with days > 0; the first encounter is one in `reviews`. All three are cut on logarithmic scales
/// of bases 3.62, 1.89 and 1.73; 0 days and 0 lapses are cells of their own.
/// Source: FSRS-Optimizer's rmse_matrix and fsrs-rs's r_matrix_index, which agree on the partition.
[[nodiscard]] inline std::int32_t review_bin(double days, std::uint32_t reviews, std::uint32_t lapses) {
  constexpr std::int32_t cells = 64;  // of a scale
  const auto scale = [](double x, double base) { return static_cast<std::int32_t>(std::floor(std::log(x) / std::log(base))); };
  constexpr std::int32_t shortest = -20;  // 3.62^-20 days are below a microsecond
  const std::int32_t gap = days > 0.0 ? std::clamp(scale(days, 3.62), shortest, cells - 2 + shortest) - shortest + 1 : 0;
  const std::int32_t length = scale(static_cast<double>(reviews), 1.89);
  const std::int32_t lapse = lapses > 0 ? scale(static_cast<double>(lapses), 1.73) + 1 : 0;
  return (gap * cells + length) * cells + lapse;
}

/// `review_bin` of every row of a log, from strictly earlier answers; `no_bin` for first encounters and for answers less than a day after
/// the last one, which the projects leave out. `histories` hold whole days for the projects' numbers. O(rows).
[[nodiscard]] inline std::vector<std::int32_t> review_bins(const data::Histories& histories) {
  std::vector<std::int32_t> bin(histories.size(), no_bin);
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    std::uint32_t reviews = 1;
    std::uint32_t lapses = 0;
    for (std::size_t i = card.first_encounters(); i < card.size();) {
      std::size_t end = i + 1;  // answers of one time do not see each other
      while (end < card.size() && card.tied[end] != 0) ++end;
      std::uint32_t wrong = 0;
      std::uint32_t counted = 0;
      for (std::size_t k = i; k < end; ++k) {
        if (card.elapsed[k] >= 1.0) bin[card.row[k]] = review_bin(card.elapsed[k], reviews + 1, lapses);
        counted += card.elapsed[k] > 0.0 ? 1 : 0;
        wrong += card.elapsed[k] > 0.0 && static_cast<Grade>(card.grade[k]) == Grade::again ? 1 : 0;
      }
      reviews += counted;
      lapses += wrong;
      i = end;
    }
  }
  return bin;
}

namespace detail {

/// Root of the mean over bins of (mean prediction - share of right answers)^2, each bin weighing `weight(i)` summed over its answers.
template <class Weight>
[[nodiscard]] double rmse_over_bins(std::span<const double> p, std::span<const std::uint8_t> success, std::span<const std::int32_t> bin,
                                    const Weight& weight) {
  require_probabilities(p, success);
  if (p.size() != bin.size()) throw std::invalid_argument{"predictions and bins differ in length"};
  struct Sums {
    double n{}, predicted{}, right{}, weight{};
  };
  std::vector<Sums> table;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (bin[i] == no_bin) continue;
    if (bin[i] < 0 || bin[i] >= most_bins) {
      throw std::invalid_argument{"bin " + to_text(i) + " must be -1 or in [0, " + to_text(most_bins) + "), got " + to_text(bin[i])};
    }
    const auto b = static_cast<std::size_t>(bin[i]);
    if (b >= table.size()) table.resize(b + 1);
    table[b].n += 1.0;
    table[b].predicted += p[i];
    table[b].right += outcome(success[i]);
    table[b].weight += weight(i);
  }
  double sum = 0.0;
  double total = 0.0;
  for (const Sums& s : table) {
    if (s.n == 0.0) continue;
    const double miss = s.predicted / s.n - s.right / s.n;
    sum += s.weight * miss * miss;
    total += s.weight;
  }
  return total > 0.0 ? std::sqrt(sum / total) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace detail

/// RMSE(bins) as srs-benchmark publishes it: a bin weighs as many answers as it has. Answers in `no_bin` are left out; NaN when all are.
/// Throws std::invalid_argument for columns of different lengths, what is no probability and a bin out of range. O(n).
[[nodiscard]] inline double rmse_bins_srs_benchmark(std::span<const double> p, std::span<const std::uint8_t> success,
                                                    std::span<const std::int32_t> bin) {
  return detail::rmse_over_bins(p, success, bin, [](std::size_t) { return 1.0; });
}

/// RMSE(bins) as `evaluate` of fsrs-rs (6.6) gives it: a bin weighs the sum of `weight` over its answers, while its means are plain. The
/// project's weights are `recency_weights`. Otherwise as `rmse_bins_srs_benchmark`.
[[nodiscard]] inline double rmse_bins_fsrs_rs(std::span<const double> p, std::span<const std::uint8_t> success,
                                              std::span<const std::int32_t> bin, std::span<const double> weight) {
  if (weight.size() != p.size()) throw std::invalid_argument{"predictions and weights differ in length"};
  require_weights(weight, p.size());
  return detail::rmse_over_bins(p, success, bin, [&](std::size_t i) { return weight[i]; });
}

/// Weights of fsrs-rs for n answers in order of time: 0.25 + 0.75 (i / (n - 1))^3, so that late answers count up to four times as much.
[[nodiscard]] inline std::vector<double> recency_weights(std::size_t n) {
  std::vector<double> weight(n);
  for (std::size_t i = 0; i < n; ++i) weight[i] = fit::recency_weight(i, n);
  return weight;
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
