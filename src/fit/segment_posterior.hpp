#pragma once

#include "segment_quadratics.hpp"

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// Posterior of one segment under a prior and its quadratic: precision A = F + precision of the prior, mode t, covariance A^-1.
///
/// A = L D L' by rows of the lower triangle, whose inner loops are elementwise: they give the same bits whatever their width. A hierarchical
/// fit does this some ten times a segment, so it is written for the sizes of the larger models; the covariance, which costs twice
/// as much again, is made when it is asked for.
class Posterior {
 public:
  explicit Posterior(std::size_t n) : n_{n}, factor_(n * n), covariance_(n * n), pivot_(n), mode_(n), right_(n), row_(n) {}

  /// Computes the mode without regard to bounds. Damping multiplies the diagonal of A by 1 + `damping`: mode() is then where the damped step
  /// from where the quadratic was taken ends, promised() what the damped quadratic promises of it, and covariance() and log_determinant()
  /// are of no posterior.
  void update(const SegmentQuadratics& quadratics, std::size_t s, const CohortPrior& prior, double damping = 0.0) noexcept {
    const auto at = quadratics.at(s);
    const auto gradient = quadratics.gradient(s);
    const auto fisher = quadratics.fisher(s);
    distance_ = 0.0;
    for (std::size_t j = 0; j < n_; ++j) mode_[j] = at[j] - prior.mean[static_cast<Index>(j)];
    std::size_t place = 0;
    for (std::size_t i = 0; i < n_; ++i) {                  // gradient of loss plus prior
      const double* row = prior.precision.data() + i * n_;  // symmetric
      double pull = 0.0;
      for (std::size_t j = 0; j < n_; ++j) pull += row[j] * mode_[j];
      distance_ += 0.5 * pull * mode_[i];
      right_[i] = gradient[i] + pull;
      for (std::size_t j = 0; j <= i; ++j) factor_[i * n_ + j] = static_cast<double>(fisher[place++]) + row[j];
      factor_[i * n_ + i] *= 1.0 + damping;
    }
    sized([this]<std::size_t N>() { factorize<N>(); });
    inverted_ = false;
    solve();
    promised_ = 0.0;
    for (std::size_t i = 0; i < n_; ++i) {
      mode_[i] = at[i] - row_[i];
      promised_ += 0.5 * row_[i] * right_[i];
    }
  }

  /// Lower triangle, row after row of n numbers; of the last update.
  [[nodiscard]] std::span<const double> covariance() noexcept {
    if (!inverted_) sized([this]<std::size_t N>() { invert<N>(); });
    return covariance_;
  }
  [[nodiscard]] std::span<double> mode() noexcept { return mode_; }
  [[nodiscard]] double log_determinant() const noexcept { return log_determinant_; }  ///< of A
  [[nodiscard]] double distance() const noexcept { return distance_; }                ///< prior's part where the quadratic was taken, nats
  [[nodiscard]] double promised() const noexcept { return promised_; }  ///< decrease of loss plus prior by the step to the mode

 private:
  template <class Work>
  void sized(const Work& work) noexcept {
    switch (n_) {
      case 17: return work.template operator()<17>();
      case 19: return work.template operator()<19>();
      case 21: return work.template operator()<21>();
      case 34: return work.template operator()<34>();
      default: return work.template operator()<0>();
    }
  }

  /// A to L, below the diagonal, and D.
  template <std::size_t N>
  void factorize() noexcept {
    constexpr double least_pivot = 1e-12;  // rounding of a Fisher matrix in float32 may cost the last one its sign
    const std::size_t n = N > 0 ? N : n_;
    double* a = factor_.data();
    double* column = row_.data();
    log_determinant_ = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double pivot = std::max(a[k * n + k], least_pivot);
      pivot_[k] = pivot;
      log_determinant_ += std::log(pivot);
      const double scale = 1.0 / pivot;
      for (std::size_t i = k + 1; i < n; ++i) column[i] = a[i * n + k];
      for (std::size_t i = k + 1; i < n; ++i) {
        const double share = column[i] * scale;
        double* row = a + i * n;
        row[k] = share;
        for (std::size_t j = k + 1; j <= i; ++j) row[j] -= share * column[j];
      }
    }
  }

  /// A^-1 of `right_` into `row_`.
  void solve() noexcept {
    std::copy(right_.begin(), right_.end(), row_.begin());
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < i; ++j) row_[i] -= factor_[i * n_ + j] * row_[j];
    }
    for (std::size_t i = 0; i < n_; ++i) row_[i] /= pivot_[i];
    for (std::size_t i = n_; i-- > 0;) {
      for (std::size_t j = 0; j < i; ++j) row_[j] -= factor_[i * n_ + j] * row_[i];
    }
  }

  /// L to L^-1, then L^-T D^-1 L^-1.
  template <std::size_t N>
  void invert() noexcept {
    const std::size_t n = N > 0 ? N : n_;
    double* a = factor_.data();
    double* sum = row_.data();
    double* out = covariance_.data();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j) sum[j] = 0.0;
      for (std::size_t k = 0; k < i; ++k) {
        const double share = a[i * n + k];
        const double* row = a + k * n;
        for (std::size_t j = 0; j < k; ++j) sum[j] -= share * row[j];
        sum[k] -= share;
      }
      for (std::size_t j = 0; j < i; ++j) a[i * n + j] = sum[j];
      a[i * n + i] = 1.0;
    }
    std::fill(covariance_.begin(), covariance_.end(), 0.0);
    for (std::size_t k = 0; k < n; ++k) {
      const double* row = a + k * n;
      const double scale = 1.0 / pivot_[k];
      for (std::size_t i = 0; i <= k; ++i) {
        const double share = row[i] * scale;
        for (std::size_t j = 0; j <= i; ++j) out[i * n + j] += share * row[j];
      }
    }
    inverted_ = true;
  }

  std::size_t n_;
  std::vector<double> factor_, covariance_, pivot_, mode_, right_;
  std::vector<double> row_;  ///< at hand: a column, a solution, a sum
  bool inverted_ = false;
  double log_determinant_ = 0.0;
  double promised_ = 0.0;
  double distance_ = 0.0;
};

}  // namespace perdure::inline PERDURE_ABI::fit::detail
