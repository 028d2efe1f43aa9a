#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/each_row.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/replay.hpp>
#include <perdure/models/concept.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

/// Bands on recall: how far a prediction could lie elsewhere because its parameters come from a finite log (delta method).
///
/// With C the covariance of the parameters and g the exact gradient of logit R by them, se = sqrt(g' C g) is the standard error of logit R, and
/// the band is logit R -+ z se taken back to probabilities. It stays in [0, 1], holds R, and is R alone where the parameters do not move R, as
/// at zero elapsed time. It speaks of the parameters alone, not of how one learner or item differs from what the model says of all.
namespace perdure::inline PERDURE_ABI::fit {

/// A square root F of a covariance of n parameters, C = F F', both row after row. What rounding made negative counts as 0. Throws Exception for
/// another count of numbers, and for a matrix that is no covariance: a variance that is negative or not finite, a correlation outside [-1, 1].
[[nodiscard]] inline std::vector<double> covariance_root(std::span<const double> covariance, std::size_t n) {
  if (covariance.size() != n * n) {
    throw Exception{{Errc::shape_mismatch, "a covariance of " + to_text(n) + " parameters has " + to_text(n * n) + " numbers, got " +
                                               to_text(covariance.size())}};
  }
  const auto index = [](std::size_t i) { return static_cast<Eigen::Index>(i); };
  Eigen::VectorXd sd(index(n));
  for (std::size_t i = 0; i < n; ++i) {
    const double variance = covariance[i * n + i];
    if (!(variance >= 0.0 && variance < std::numeric_limits<double>::infinity())) {
      throw Exception{{Errc::out_of_domain, "a variance must be finite and 0 or more, got " + to_text(variance), i}};
    }
    sd[index(i)] = std::sqrt(variance);
  }
  Eigen::MatrixXd correlation(index(n), index(n));  // parameters have very different scales: rounding is judged on this one
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      constexpr double rounding = 1e-6;
      const double scale = sd[index(i)] * sd[index(j)];
      const double upper = scale > 0.0 ? covariance[i * n + j] / scale : covariance[i * n + j];
      const double lower = scale > 0.0 ? covariance[j * n + i] / scale : covariance[j * n + i];
      if (!(std::abs(upper - lower) <= rounding && std::abs(upper) <= (scale > 0.0 ? 1.0 : 0.0) + rounding)) {
        throw Exception{{Errc::out_of_domain, "a covariance must be symmetric with correlations in [-1, 1]", i}};
      }
      correlation(index(i), index(j)) = scale > 0.0 ? 0.5 * (upper + lower) : 0.0;
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlation);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  std::vector<double> root(n * n);
  Eigen::Map<RowMajor>(root.data(), index(n), index(n)) =
      sd.asDiagonal() * solver.eigenvectors() * solver.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal();
  return root;
}

/// Lower and upper end of a band.
struct Band {
  double low, high;
};

/// The band of a probability p whose logit has the standard error `error`, `z` of them to either side: 0 <= low <= p <= high <= 1 for p in
/// [0, 1], z >= 0 and error >= 0, infinity included.
[[nodiscard]] inline Band band(double p, double error, double z) noexcept {
  if (!(p > 0.0 && p < 1.0) || !(z * error > 0.0)) return {p, p};
  const double odds = std::exp(z * error);
  return {std::min(p, p / (p + (1.0 - p) * odds)), std::max(p, p / (p + (1.0 - p) / odds))};
}

namespace detail {

/// Standard error of logit R, whose derivatives go along the columns of a root; 0 where R is 0 or 1, infinity where a slope is not finite.
template <std::size_t N>
[[nodiscard]] double logit_error(const Dual<N>& recall) noexcept {
  const double slope = recall.v * (1.0 - recall.v);
  if (!(slope > 0.0)) return 0.0;
  double variance = 0.0;
  for (const double d : recall.d) variance += (d / slope) * (d / slope);
  return std::isfinite(variance) ? std::sqrt(variance) : std::numeric_limits<double>::infinity();
}

/// Parameters that carry the rows of a root as their derivatives.
template <models::MemoryModel M>
[[nodiscard]] typename M::template Params<Dual<M::specs.size()>> along(std::span<const double> values, std::span<const double> root) {
  constexpr std::size_t n = M::specs.size();
  if (values.size() != n || root.size() != n * n) {
    throw Exception{{Errc::shape_mismatch, std::string{M::id} + " takes " + to_text(n) + " parameters and the root of their covariance"}};
  }
  std::array<Dual<n>, n> seeds;
  for (std::size_t i = 0; i < n; ++i) {
    seeds[i] = Dual<n>(values[i]);
    for (std::size_t k = 0; k < n; ++k) seeds[i].d[k] = root[i * n + k];
  }
  return models::assemble<M, Dual<n>>(std::span<const Dual<n>, n>{seeds});
}

}  // namespace detail

/// Standard error of logit R of every card, `days[c]` days after its last answer, in the order of the histories. O(answers x parameters).
/// \param root  what covariance_root gives
/// \param days  one value a card, >= 0
template <models::MemoryModel M>
[[nodiscard]] std::vector<double> card_errors(const data::Histories& histories, std::span<const double> values,
                                              std::span<const double> root, std::span<const double> days, unsigned threads = 1) {
  using D = Dual<M::specs.size()>;
  if (days.size() != histories.cards()) {
    throw Exception{
        {Errc::shape_mismatch, "days must have one value a card, " + to_text(histories.cards()) + ", got " + to_text(days.size())}};
  }
  const auto w = detail::along<M>(values, root);
  std::vector<double> errors(histories.cards());
  detail::each_row(histories.cards(), threads, [&](std::size_t c) {
    const auto state = replay<M, D>(w, histories.card(c), [](std::size_t, const auto&) {});
    errors[c] = detail::logit_error(M::recall(w, state, D(days[c])));
  });
  return errors;
}

/// Standard error of the logit of every prediction of `predict_sequence`, one a row of the log: that of recall, times the slope of the
/// observation layer within its minimum gap; for first encounters `first_error` of the item.
/// \param first_error  one value an item code
template <models::MemoryModel M>
[[nodiscard]] std::vector<double> sequence_errors(const data::ReviewLog& log, const data::Histories& histories,
                                                  std::span<const double> values, std::span<const double> root,
                                                  const Observation& observation, std::span<const double> first_error,
                                                  unsigned threads = 1) {
  using D = Dual<M::specs.size()>;
  const auto w = detail::along<M>(values, root);
  std::vector<double> errors(log.size());
  detail::each_row(histories.cards(), threads, [&](std::size_t c) {
    const data::Card card = histories.card(c);
    for (std::size_t i = 0; i < card.first_encounters(); ++i) errors[card.row[i]] = first_error[log.item()[card.row[i]]];
    static_cast<void>(replay<M, D>(w, card, [&](std::size_t i, const auto& state) {
      const D recall = M::recall(w, state, D(card.elapsed[i]));
      double slope = 1.0;
      if (card.elapsed[i] < observation.minimum_gap) {
        slope = std::abs(Observation::bounded_logit(recall.v)) < Observation::logit_bound ? observation.slope : 0.0;
      }
      errors[card.row[i]] = slope > 0.0 ? slope * detail::logit_error(recall) : 0.0;
    }));
  });
  return errors;
}

}  // namespace perdure::inline PERDURE_ABI::fit
