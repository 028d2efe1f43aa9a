#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/information.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/quadratic.hpp>
#include <perdure/fit/report.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// How well the data determine the parameters of a fit: covariance from the inverse of Fisher information plus prior (Laplace's approximation),
/// over the coordinates that are not held at a bound, and what to say about it in words.
class Uncertainty {
 public:
  Uncertainty(const ModelFacts& facts, const Prior& prior, const Quadratic& quadratic, const Point& point)
      : facts_{facts}, prior_{prior}, point_{point}, held_{quadratic.held(point)}, undetermined_(facts.size()) {
    covariance_ = quadratic.coordinates().push_forward(point.values, point.pinned, inverse(quadratic));
  }

  /// Fills the report's covariance, standard errors, intervals, learned shares and warnings.
  void describe(FitReport& report) const {
    const std::size_t n = facts_.size();
    report.covariance = covariance_;
    report.standard_errors.assign(n, FitReport::none);
    report.low = report.high = report.standard_errors;
    report.learned.assign(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      const double error = std::sqrt(covariance_(k, k));
      if (undetermined_[i] || !(error > 0.0)) continue;
      const models::ParamSpec& spec = facts_.specs[i];
      report.standard_errors[i] = error;
      const Scale scale = scale_of(spec);
      const double t = transformed(scale, point_.values[i]);
      const double spread = error / slope_of(scale, point_.values[i]);
      report.learned[i] = std::clamp(1.0 - spread * spread / prior_variance(i), 0.0, 1.0);
      const double reach = z_95 * spread;
      report.low[i] = std::clamp(restored(scale, t - reach), spec.lower, spec.upper);
      report.high[i] = std::clamp(restored(scale, t + reach), spec.lower, spec.upper);
    }
    warn(report);
  }

 private:
  static constexpr double z_95 = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  static constexpr double little_learned = 0.1;
  static constexpr double nearly_one = 0.98;  // a correlation

  /// Inverse of the curvature over the free coordinates; 0 in rows and columns of the held ones. Directions without information are left out
  /// and their parameters marked.
  [[nodiscard]] Eigen::MatrixXd inverse(const Quadratic& quadratic) {
    const Eigen::Index n = point_.gradient.size();
    Eigen::VectorXd unit(n);  // standard deviation of the published prior, by z
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      unit[i] = held_[k] ? 0.0 : std::sqrt(usual_variance(facts_.specs[k]));
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(unit.asDiagonal() * point_.curvature * unit.asDiagonal());
    const double least = least_information(solver.eigenvalues()[n - 1]);
    Eigen::VectorXd variance = Eigen::VectorXd::Zero(n);
    for (Eigen::Index k = 0; k < n; ++k) {
      const double information = solver.eigenvalues()[k];
      if (information > least) {
        variance[k] = 1.0 / information;
        continue;
      }
      mark(quadratic, unit.asDiagonal() * solver.eigenvectors().col(k));
    }
    return unit.asDiagonal() * solver.eigenvectors() * variance.asDiagonal() * solver.eigenvectors().transpose() * unit.asDiagonal();
  }

  /// Marks the parameters that a direction without information moves, by more than a tenth of their published standard deviations.
  void mark(const Quadratic& quadratic, const Eigen::VectorXd& direction) {
    const Eigen::MatrixXd moves = quadratic.coordinates().push_forward(point_.values, point_.pinned, direction * direction.transpose());
    for (Eigen::Index i = 0; i < moves.rows(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      const double move = std::sqrt(moves(i, i)) / slope_of(scale_of(facts_.specs[k]), point_.values[k]);
      if (move > 0.1 * std::sqrt(usual_variance(facts_.specs[k]))) undetermined_[k] = true;
    }
  }

  /// Variance of a parameter under the prior of the fit, other parameters given, on the scale it moves on; infinite where it has none.
  [[nodiscard]] double prior_variance(std::size_t i) const {
    const double precision = prior_.precision()(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(i));
    if (!(precision > 0.0)) return std::numeric_limits<double>::infinity();
    const double ratio = slope_of(prior_.scale()[i], point_.values[i]) / slope_of(scale_of(facts_.specs[i]), point_.values[i]);
    return ratio * ratio / precision;
  }

  [[nodiscard]] std::string named(std::size_t i) const { return std::string{facts_.specs[i].name}; }

  void warn(FitReport& report) const {
    if (report.status != Status::converged) {
      report.warnings.push_back("the fit did not end at an optimum: standard errors and learned shares hold there alone");
    }
    for (const std::size_t i : report.at_bound) {
      const bool low = point_.values[i] <= facts_.specs[i].lower;
      report.warnings.push_back(named(i) + " ended on its " + (low ? "lower" : "upper") + " bound, " +
                                to_text(low ? facts_.specs[i].lower : facts_.specs[i].upper));
    }
    std::string unknown;
    std::string unlearned;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      if (undetermined_[i]) {
        unknown += (unknown.empty() ? "" : ", ") + named(i);
      } else if (!std::isnan(report.standard_errors[i]) && report.learned[i] < little_learned) {
        unlearned += (unlearned.empty() ? "" : ", ") + named(i);
      }
    }
    if (!unknown.empty()) report.warnings.push_back("nothing determines " + unknown + ": other values fit as well");
    if (!unlearned.empty())
      report.warnings.push_back("the answers say little about " + unlearned + ": what stands there is mostly the prior");
    for (Eigen::Index i = 0; i < covariance_.rows(); ++i) {
      for (Eigen::Index j = 0; j < i; ++j) {
        const double scale = std::sqrt(covariance_(i, i) * covariance_(j, j));
        if (!(scale > 0.0) || undetermined_[static_cast<std::size_t>(i)] || undetermined_[static_cast<std::size_t>(j)]) continue;
        const double correlation = covariance_(i, j) / scale;
        if (!(std::abs(correlation) > nearly_one)) continue;
        report.warnings.push_back(named(static_cast<std::size_t>(j)) + " and " + named(static_cast<std::size_t>(i)) +
                                  " can hardly be told apart: their correlation is " + to_text(std::round(1000.0 * correlation) / 1000.0));
      }
    }
  }

  ModelFacts facts_;
  const Prior& prior_;
  const Point& point_;
  std::vector<bool> held_;
  std::vector<bool> undetermined_;
  Eigen::MatrixXd covariance_;  // by w
};

}  // namespace perdure::inline PERDURE_ABI::fit
