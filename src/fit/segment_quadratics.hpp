#pragma once

#include "scales.hpp"

#include <perdure/core/abi.hpp>

#include <Eigen/Core>

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

}  // namespace perdure::inline PERDURE_ABI::fit::detail
