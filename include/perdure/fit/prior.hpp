#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/models/param_spec.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Variance of a parameter on its scale that belongs to its published standard deviation: of a log-normal distribution with the default as its
/// median, sigma^2 = ln((1 + sqrt(1 + 4 (sd/default)^2))/2), and at least 1: how long something is remembered differs by factors, and no log may
/// be refused a factor of e.
[[nodiscard]] inline double usual_variance(const models::ParamSpec& spec) {
  if (scale_of(spec) == Scale::linear) return spec.prior_sd * spec.prior_sd;
  const double ratio = spec.prior_sd / spec.init;
  return std::max(1.0, std::log(0.5 * (1.0 + std::sqrt(1.0 + 4.0 * ratio * ratio))));
}

/// Gaussian prior of a model's parameters, each taken as it is or by its logarithm: adds (t - mean)' precision (t - mean) / 2 nats.
class Prior {
 public:
  /// Throws Exception when sizes differ.
  /// \param precision  inverse of the covariance of t; symmetric, positive semidefinite: zeros leave parameters free
  Prior(std::vector<Scale> scale, Eigen::VectorXd mean, Eigen::MatrixXd precision)
      : scale_{std::move(scale)}, mean_{std::move(mean)}, precision_{std::move(precision)} {
    const auto n = static_cast<Eigen::Index>(scale_.size());
    if (mean_.size() != n || precision_.rows() != n || precision_.cols() != n) {
      throw Exception{Error{Errc::shape_mismatch,
                            "a prior over " + to_text(n) + " parameters needs as many means and a square of precisions, got " +
                                to_text(mean_.size()) + " and " + to_text(precision_.rows()) + " x " + to_text(precision_.cols())}};
    }
  }

  /// The prior of the model's specs, which is the penalty that the peers use: around the defaults with the published standard deviations, on the
  /// parameters as they are. `weight` multiplies it; 0 switches it off.
  [[nodiscard]] static Prior published(std::span<const models::ParamSpec> specs, double weight) {
    const auto n = static_cast<Eigen::Index>(specs.size());
    Eigen::VectorXd mean(n);
    Eigen::MatrixXd precision = Eigen::MatrixXd::Zero(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const models::ParamSpec& spec = specs[static_cast<std::size_t>(i)];
      mean[i] = spec.init;
      precision(i, i) = weight / (spec.prior_sd * spec.prior_sd);
    }
    return {std::vector<Scale>(specs.size(), Scale::linear), std::move(mean), std::move(precision)};
  }

  /// Perdure's prior: as published, but parameters in days are log-normal, with the published default as median and the published standard
  /// deviation. Those deviations are several times the defaults: taken on the days themselves they let a few answers move a first stability to
  /// its bounds.
  [[nodiscard]] static Prior usual(std::span<const models::ParamSpec> specs, double weight) {
    Prior prior = published(specs, weight);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      prior.scale_[i] = scale_of(specs[i]);
      prior.mean_[k] = transformed(prior.scale_[i], specs[i].init);
      prior.precision_(k, k) = weight / usual_variance(specs[i]);
    }
    return prior;
  }

  [[nodiscard]] std::size_t size() const noexcept { return scale_.size(); }
  [[nodiscard]] const std::vector<Scale>& scale() const noexcept { return scale_; }
  [[nodiscard]] const Eigen::VectorXd& mean() const noexcept { return mean_; }
  [[nodiscard]] const Eigen::MatrixXd& precision() const noexcept { return precision_; }

  /// The same with its precision multiplied: the prior of a part of the data.
  [[nodiscard]] Prior scaled(double share) const { return {scale_, mean_, share * precision_}; }

  [[nodiscard]] Eigen::VectorXd transform(std::span<const double> values) const {
    Eigen::VectorXd t(mean_.size());
    for (Eigen::Index i = 0; i < t.size(); ++i)
      t[i] = transformed(scale_[static_cast<std::size_t>(i)], values[static_cast<std::size_t>(i)]);
    return t;
  }

  /// Penalty in nats.
  [[nodiscard]] double value(std::span<const double> values) const {
    const Eigen::VectorXd off = transform(values) - mean_;
    return 0.5 * off.dot(precision_ * off);
  }

  /// Adds the gradient by w, and the curvature by w without its second-order part.
  void add_to(std::span<const double> values, Eigen::VectorXd& gradient, Eigen::MatrixXd& curvature) const {
    Eigen::VectorXd slope(mean_.size());
    for (Eigen::Index i = 0; i < slope.size(); ++i) {
      slope[i] = 1.0 / slope_of(scale_[static_cast<std::size_t>(i)], values[static_cast<std::size_t>(i)]);
    }
    gradient += slope.cwiseProduct(precision_ * (transform(values) - mean_));
    curvature += slope.asDiagonal() * precision_ * slope.asDiagonal();
  }

 private:
  std::vector<Scale> scale_;
  Eigen::VectorXd mean_;
  Eigen::MatrixXd precision_;
};

}  // namespace perdure::inline PERDURE_ABI::fit
