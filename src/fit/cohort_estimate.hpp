#pragma once

#include "scales.hpp"
#include "segment_posterior.hpp"
#include "segment_quadratics.hpp"
#include "segments.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/models/param_spec.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// Mean and covariance of a cohort by maximum marginal likelihood, from its segments' quadratics alone.
///
/// With Omega = covariance + F^-1 of a segment, W = sum of Omega^-1 over segments and D = sum of (mode - mean)(mode - mean)', a round sets
/// the covariance to the matrix C with C W C = D, the geometric mean of W^-1 and D. That is the minorise-maximise step of variance
/// components (Zhou, Hu, Zhou and Lange 2019): the marginal likelihood of the quadratics never falls, and it moves as fast with little data
/// as with much, where the EM step would creep. First the covariance is a multiple of the published variances, found by the ratio of D to W: one
/// number, which few answers tell. Then `assumed` segments with that covariance enter W and D beside the real ones.
///
/// The mean stays at the pooled fit, drawn towards the published defaults where segments differ so much that the pooled fit says little.
class CohortEstimate {
 public:
  CohortEstimate(const ModelFacts& facts, const Scales& scales, std::span<const double> pooled, const HierarchicalOptions& options)
      : facts_{facts},
        scales_{scales},
        options_{options},
        prior_of_mean_{prior_of(facts, options)},
        pooled_{scales.transform(pooled)},
        published_(scales.size()),
        mean_covariance_{MatrixXd::Constant(scales.size(), scales.size(), FitReport::none)} {
    for (Index i = 0; i < scales.size(); ++i) published_[i] = published_variance(facts.specs[static_cast<std::size_t>(i)]);
    prior_.mean = pooled_;
    assume(first_scale);
  }

  [[nodiscard]] const CohortPrior& prior() const noexcept { return prior_; }
  /// False, and the covariance stays, where rounding has left the matrix not positive definite.
  bool set_covariance(const MatrixXd& covariance);

  /// Takes one step of the pooled fit on all segments, where it came from a part of them and their quadratics lie around it.
  void refine_pooled(const SegmentQuadratics& quadratics, std::span<const std::uint32_t> members);

  /// Sums over segments under the present prior.
  struct Sums {
    std::size_t segments = 0;
    MatrixXd covariances;  ///< of the posteriors
    MatrixXd squares;      ///< D
    VectorXd fisher;       ///< diagonal of the sum of F
  };
  [[nodiscard]] Sums sums(const SegmentQuadratics& quadratics, std::span<const std::uint32_t> members) const;

  /// The multiple of the published variances that `sums` asks for, taken under a covariance that is one. Returns the relative change of the
  /// standard deviations.
  double update_scale(const Sums& sums);
  /// The covariance that `sums` asks for. Returns the largest relative change of a standard deviation, over all directions.
  double update_covariance(const Sums& sums);
  /// The mean under the present covariance.
  void update_mean(const Sums& sums);

  /// Minus the log marginal likelihood and prior of the mean, with what the assumed segments add.
  /// \param marginal  sum over segments, without the determinant of the covariance
  [[nodiscard]] double objective(double marginal, std::size_t segments) const;

  [[nodiscard]] const MatrixXd& mean_covariance() const noexcept { return mean_covariance_; }

 private:
  static constexpr double first_scale = 0.25;  ///< of the published variances: half of their standard deviations
  /// Of segments: what sums over them may be off. The answers of each are summed in float32.
  static constexpr double noise = 1e-7;

  /// Variance between learners that is published of a parameter, on its scale; of one in days at most 1, a factor of e.
  [[nodiscard]] static double published_variance(const models::ParamSpec& spec) {
    constexpr double most = 1.0;
    return scale_of(spec) == Scale::logarithmic ? std::min(most, usual_variance(spec)) : usual_variance(spec);
  }

  /// Gradient and curvature by t of the prior of the mean.
  void add_prior(const VectorXd& t, VectorXd& gradient, MatrixXd& curvature) const {
    std::vector<double> w(facts_.size());
    scales_.restore({t.data(), w.size()}, facts_, w);
    VectorXd by_w = VectorXd::Zero(t.size());
    MatrixXd curvature_by_w = MatrixXd::Zero(t.size(), t.size());
    prior_of_mean_.add_to(w, by_w, curvature_by_w);
    VectorXd slope(t.size());
    for (Index i = 0; i < t.size(); ++i) slope[i] = slope_of(scales_.scale()[static_cast<std::size_t>(i)], w[static_cast<std::size_t>(i)]);
    gradient += slope.cwiseProduct(by_w);
    curvature += slope.asDiagonal() * curvature_by_w * slope.asDiagonal();
  }

  void assume(double scale) {
    scale_ = scale;
    assumed_ = scale * published_;
    static_cast<void>(set_covariance(assumed_.asDiagonal()));  // positive on the diagonal, nothing beside it
  }
  /// W in units of the present covariance, L' W L with L L' that covariance: each segment adds I less the share of the prior's variance that
  /// its answers left, which is 0 to I.
  [[nodiscard]] MatrixXd whitened_precision(const Sums& sums) const {
    return static_cast<double>(sums.segments) * MatrixXd::Identity(scales_.size(), scales_.size()) - whitened(sums.covariances);
  }
  /// L^-1 m L^-T.
  [[nodiscard]] MatrixXd whitened(const MatrixXd& m) const {
    const MatrixXd half = root_.triangularView<Eigen::Lower>().solve(m);
    const MatrixXd whole = root_.triangularView<Eigen::Lower>().solve(half.transpose());
    return 0.5 * (whole + whole.transpose());
  }

  ModelFacts facts_;
  const Scales& scales_;
  const HierarchicalOptions& options_;
  Prior prior_of_mean_;
  VectorXd pooled_, published_, assumed_;
  double scale_ = first_scale;
  MatrixXd root_;
  MatrixXd mean_covariance_;  ///< NaN until it is known
  CohortPrior prior_;
};

inline void CohortEstimate::refine_pooled(const SegmentQuadratics& quadratics, std::span<const std::uint32_t> members) {
  const std::size_t n = quadratics.parameters();
  VectorXd slope = VectorXd::Zero(scales_.size());
  MatrixXd curvature = MatrixXd::Zero(scales_.size(), scales_.size());
  for (const std::uint32_t s : members) {
    std::size_t place = 0;
    for (std::size_t i = 0; i < n; ++i) {
      slope[static_cast<Index>(i)] += quadratics.gradient(s)[i];
      for (std::size_t j = 0; j <= i; ++j) {
        curvature(static_cast<Index>(i), static_cast<Index>(j)) += static_cast<double>(quadratics.fisher(s)[place++]);
      }
    }
  }
  curvature = MatrixXd{curvature.selfadjointView<Eigen::Lower>()};
  curvature.diagonal() += 1e-9 * published_.cwiseInverse();
  add_prior(pooled_, slope, curvature);
  const VectorXd step = curvature.ldlt().solve(slope);
  constexpr double far = 0.5;  // published standard deviations: beyond, the quadratics do not hold
  if (!step.allFinite() || (step.array().abs() > far * published_.array().sqrt()).any()) return;
  pooled_ -= step;
  scales_.make_lawful({pooled_.data(), n});
  prior_.mean = pooled_;
}

inline bool CohortEstimate::set_covariance(const MatrixXd& covariance) {
  const Index n = covariance.rows();
  const MatrixXd symmetric = 0.5 * (covariance + covariance.transpose());
  const Eigen::LLT<MatrixXd> factor(symmetric);
  if (factor.info() != Eigen::Success || !symmetric.allFinite()) return false;
  prior_.covariance = symmetric;
  root_ = factor.matrixL();
  prior_.precision = factor.solve(MatrixXd::Identity(n, n));
  prior_.precision = (0.5 * (prior_.precision + prior_.precision.transpose())).eval();
  return true;
}

inline CohortEstimate::Sums CohortEstimate::sums(const SegmentQuadratics& quadratics, std::span<const std::uint32_t> members) const {
  constexpr std::size_t least_block = 32;
  constexpr std::size_t most_blocks = 256;
  const std::size_t n = quadratics.parameters();
  const std::size_t triangle = quadratics.triangle();
  const std::size_t block = std::max(least_block, (members.size() + most_blocks - 1) / most_blocks);
  const std::size_t blocks = (members.size() + block - 1) / block;
  const std::size_t numbers = n + 2 * triangle;
  std::vector<double> part(blocks * numbers);
  parallel_for(blocks, options_.base.threads, [&](std::size_t b) {
    double* fisher = part.data() + b * numbers;
    double* covariances = fisher + n;
    double* squares = covariances + triangle;
    Posterior posterior{n};
    std::vector<double> off(n);
    for (std::size_t k = b * block; k < std::min(members.size(), (b + 1) * block); ++k) {
      const std::size_t s = members[k];
      posterior.update(quadratics, s, prior_);
      std::copy(posterior.mode().begin(), posterior.mode().end(), off.begin());
      scales_.make_lawful(off);
      for (std::size_t i = 0; i < n; ++i) off[i] -= prior_.mean[static_cast<Index>(i)];
      const std::span<const double> covariance = posterior.covariance();
      std::size_t place = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double* row = covariance.data() + i * n;
        for (std::size_t j = 0; j <= i; ++j, ++place) {
          covariances[place] += row[j];
          squares[place] += off[i] * off[j];
        }
        fisher[i] += static_cast<double>(quadratics.fisher(s)[place - 1]);
      }
    }
  });
  std::vector<double> all(numbers);
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t k = 0; k < numbers; ++k) all[k] += part[b * numbers + k];
  }
  const auto size = static_cast<Index>(n);
  Sums total{members.size(), MatrixXd(size, size), MatrixXd(size, size), Eigen::Map<const VectorXd>(all.data(), size)};
  std::size_t place = n;
  for (Index i = 0; i < size; ++i) {
    for (Index j = 0; j <= i; ++j, ++place) {
      total.covariances(i, j) = total.covariances(j, i) = all[place];
      total.squares(i, j) = total.squares(j, i) = all[place + triangle];
    }
  }
  return total;
}

inline double CohortEstimate::update_scale(const Sums& sums) {
  const auto n = static_cast<double>(scales_.size());
  const double asked = whitened(sums.squares).trace() + n * first_scale / scale_;  // one segment's worth of the first guess
  const double w = whitened_precision(sums).trace() + n;
  constexpr double smallest = 1e-4;
  constexpr double largest = 16.0;
  const double scale = std::clamp(scale_ * (asked / w), smallest, largest);  // faster than the root for one number, and safe
  if (!std::isfinite(scale)) return 0.0;
  const double change = std::abs(std::sqrt(scale / scale_) - 1.0);
  assume(scale);
  return change;
}

inline double CohortEstimate::update_covariance(const Sums& sums) {
  const Index n = scales_.size();
  const double more = options_.assumed_segments;
  const MatrixXd w = whitened_precision(sums) + more * MatrixXd::Identity(n, n);
  const MatrixXd d = whitened(sums.squares + MatrixXd{(more * assumed_).asDiagonal()});
  constexpr double least = 1e-9;
  const Eigen::SelfAdjointEigenSolver<MatrixXd> of_w(w);
  const VectorXd root = of_w.eigenvalues().cwiseMax(least).cwiseSqrt();
  const MatrixXd w_root = of_w.eigenvectors() * root.asDiagonal() * of_w.eigenvectors().transpose();
  const MatrixXd w_inverse_root = of_w.eigenvectors() * root.cwiseInverse().asDiagonal() * of_w.eigenvectors().transpose();
  const MatrixXd inner = w_root * d * w_root;
  const Eigen::SelfAdjointEigenSolver<MatrixXd> of_inner(0.5 * (inner + inner.transpose()));
  const VectorXd inner_root = of_inner.eigenvalues().cwiseMax(least).cwiseSqrt();
  MatrixXd change =
      w_inverse_root * of_inner.eigenvectors() * inner_root.asDiagonal() * of_inner.eigenvectors().transpose() * w_inverse_root;
  change = (0.5 * (change + change.transpose())).eval();
  if (!change.allFinite() || !set_covariance(root_ * change * root_.transpose())) return 0.0;
  const Eigen::SelfAdjointEigenSolver<MatrixXd> moved(change, Eigen::EigenvaluesOnly);
  return std::max(std::abs(std::sqrt(moved.eigenvalues().maxCoeff()) - 1.0), std::abs(1.0 - std::sqrt(moved.eigenvalues().minCoeff())));
}

inline void CohortEstimate::update_mean(const Sums& sums) {
  const Index n = scales_.size();
  // W, of the mean by the answers. What they say of a direction is at least what rounding hides: an error of the mean is finite and never 0.
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(whitened_precision(sums));
  const VectorXd told = solver.eigenvalues().cwiseMax(noise * static_cast<double>(sums.segments));
  const MatrixXd half = root_.transpose().triangularView<Eigen::Upper>().solve(solver.eigenvectors());
  MatrixXd precision = half * told.asDiagonal() * half.transpose();
  VectorXd pull = VectorXd::Zero(n);
  MatrixXd curvature = MatrixXd::Zero(n, n);
  add_prior(pooled_, pull, curvature);
  for (Index i = 0; i < n; ++i) {
    const double share = sums.fisher[i] > 0.0 ? std::clamp(precision(i, i) / sums.fisher[i], 0.0, 1.0) : 1.0;
    pull[i] *= 1.0 - share;  // the pooled fit felt the rest already
  }
  precision += curvature;
  const Eigen::LLT<MatrixXd> factor(precision);
  if (factor.info() != Eigen::Success) return;  // not finite: mean and errors stay unknown
  prior_.mean = pooled_ - factor.solve(pull);
  scales_.make_lawful({prior_.mean.data(), static_cast<std::size_t>(n)});
  mean_covariance_ = factor.solve(MatrixXd::Identity(n, n));
}

inline double CohortEstimate::objective(double marginal, std::size_t segments) const {
  const double log_determinant = 2.0 * root_.diagonal().array().log().sum();
  double value = marginal + 0.5 * (static_cast<double>(segments) + options_.assumed_segments) * log_determinant;
  value += 0.5 * options_.assumed_segments * prior_.precision.diagonal().dot(assumed_);
  std::vector<double> mean(facts_.size());
  scales_.restore({prior_.mean.data(), mean.size()}, facts_, mean);
  value += prior_of_mean_.value(mean);
  return value;
}

}  // namespace perdure::inline PERDURE_ABI::fit::detail
