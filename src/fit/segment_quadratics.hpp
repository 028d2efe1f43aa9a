#pragma once

#include "scales.hpp"

#include <perdure/core/abi.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// The log loss of every segment as a quadratic function of its transformed parameters t:
///
///     loss + g'(t - at) + (t - at)' F (t - at) / 2          F: Fisher information
///
/// Columns, one row a segment. F is symmetric; its lower triangle is kept row after row, in float32: it is most of what a hierarchical fit
/// holds, and a kernel knows it no better.
class SegmentQuadratics {
 public:
  SegmentQuadratics(std::size_t segments, Index parameters)
      : n_{static_cast<std::size_t>(parameters)},
        at_(segments * n_),
        gradient_(segments * n_),
        loss_(segments),
        fisher_(segments * triangle()) {}

  [[nodiscard]] std::size_t parameters() const noexcept { return n_; }
  [[nodiscard]] std::size_t triangle() const noexcept { return n_ * (n_ + 1) / 2; }

  [[nodiscard]] std::span<double> at(std::size_t s) noexcept { return std::span{at_}.subspan(s * n_, n_); }
  [[nodiscard]] std::span<const double> at(std::size_t s) const noexcept { return std::span{at_}.subspan(s * n_, n_); }
  [[nodiscard]] std::span<double> gradient(std::size_t s) noexcept { return std::span{gradient_}.subspan(s * n_, n_); }
  [[nodiscard]] std::span<const double> gradient(std::size_t s) const noexcept { return std::span{gradient_}.subspan(s * n_, n_); }
  [[nodiscard]] std::span<float> fisher(std::size_t s) noexcept { return std::span{fisher_}.subspan(s * triangle(), triangle()); }
  [[nodiscard]] std::span<const float> fisher(std::size_t s) const noexcept {
    return std::span{fisher_}.subspan(s * triangle(), triangle());
  }
  [[nodiscard]] double& loss(std::size_t s) noexcept { return loss_[s]; }
  [[nodiscard]] double loss(std::size_t s) const noexcept { return loss_[s]; }

 private:
  std::size_t n_;
  std::vector<double> at_, gradient_, loss_;
  std::vector<float> fisher_;
};

/// Gaussian from which segments' parameters come.
struct CohortPrior {
  VectorXd mean;
  MatrixXd covariance, precision;
};

/// Posterior of one segment under a prior and its quadratic: precision A = F + precision of the prior, mode t, covariance A^-1.
class Posterior {
 public:
  explicit Posterior(std::size_t n) : n_{n}, inverse_(n * n), mode_(n), right_(n), pivot_row_(n) {}

  /// Computes the mode and the covariance without regard to bounds. Damping multiplies the diagonal of A by 1 + `damping`: mode() is then
  /// where the damped step from where the quadratic was taken ends, promised() what the damped quadratic promises of it, and covariance() and
  /// log_determinant() are of no posterior.
  void update(const SegmentQuadratics& quadratics, std::size_t s, const CohortPrior& prior, double damping = 0.0) noexcept {
    const auto at = quadratics.at(s);
    const auto gradient = quadratics.gradient(s);
    fill(quadratics.fisher(s), prior);
    promised_ = distance_ = 0.0;
    for (std::size_t j = 0; j < n_; ++j) mode_[j] = at[j] - prior.mean[static_cast<Index>(j)];
    for (std::size_t i = 0; i < n_; ++i) {                  // gradient of loss plus prior
      const double* row = prior.precision.data() + i * n_;  // symmetric
      double pull = 0.0;
      for (std::size_t j = 0; j < n_; ++j) pull += row[j] * mode_[j];
      distance_ += 0.5 * pull * mode_[i];
      right_[i] = gradient[i] + pull;
      inverse_[i * n_ + i] *= 1.0 + damping;
    }
    switch (n_) {  // compiled for the sizes of the larger models: inner loops of fixed length
      case 17: invert<17>(); break;
      case 19: invert<19>(); break;
      case 21: invert<21>(); break;
      case 34: invert<34>(); break;
      default: invert<0>();
    }
    for (std::size_t i = 0; i < n_; ++i) {
      double step = 0.0;
      for (std::size_t j = 0; j < n_; ++j) step += inverse_[i * n_ + j] * right_[j];
      mode_[i] = at[i] - step;
      promised_ += 0.5 * step * right_[i];
    }
  }

  [[nodiscard]] std::span<const double> covariance() const noexcept { return inverse_; }  ///< row after row
  [[nodiscard]] std::span<double> mode() noexcept { return mode_; }
  [[nodiscard]] double log_determinant() const noexcept { return log_determinant_; }  ///< of A
  [[nodiscard]] double distance() const noexcept { return distance_; }                ///< prior's part where the quadratic was taken, nats
  [[nodiscard]] double promised() const noexcept { return promised_; }  ///< decrease of loss plus prior by the step to the mode

 private:
  void fill(std::span<const float> lower, const CohortPrior& prior) noexcept {
    std::size_t k = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j <= i; ++j, ++k) {
        const double value = static_cast<double>(lower[k]) + prior.precision.data()[i * n_ + j];
        inverse_[i * n_ + j] = value;
        inverse_[j * n_ + i] = value;
      }
    }
  }

  /// Gauss–Jordan in place, without pivoting: A is positive definite. N^3 multiplications in rows of fixed length.
  template <std::size_t N>
  void invert() noexcept {
    constexpr double least_pivot = 1e-12;  // rounding of a Fisher matrix in float32 may cost the last one its sign
    const std::size_t n = N > 0 ? N : n_;
    double* a = inverse_.data();
    double* p = pivot_row_.data();
    log_determinant_ = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double pivot = std::max(a[k * n + k], least_pivot);
      log_determinant_ += std::log(pivot);
      const double scale = 1.0 / pivot;
      for (std::size_t j = 0; j < n; ++j) p[j] = a[k * n + j] * scale;
      p[k] = scale;
      for (std::size_t i = 0; i < n; ++i) {
        if (i == k) continue;
        const double factor = a[i * n + k];
        a[i * n + k] = 0.0;
        double* row = a + i * n;
        for (std::size_t j = 0; j < n; ++j) row[j] -= factor * p[j];
      }
      for (std::size_t j = 0; j < n; ++j) a[k * n + j] = p[j];
    }
  }

  std::size_t n_;
  std::vector<double> inverse_, mode_, right_, pivot_row_;
  double log_determinant_ = 0.0;
  double promised_ = 0.0;
  double distance_ = 0.0;
};

}  // namespace perdure::inline PERDURE_ABI::fit::detail
