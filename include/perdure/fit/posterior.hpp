#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/information.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/report.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// What a fit knows at its end, as the prior of the next one on other answers (Laplace's approximation): Gaussian on the transformed parameters,
/// with Fisher information plus prior as its precision. Its mean is where the quadratic model has its minimum: the fitted parameters, but for
/// those that a bound holds, which keep their push against it. Directions without information stay free around the fitted parameters.
/// Nothing where the report has no information: a fit without answers, or one that trains nothing.
[[nodiscard]] inline std::optional<Prior> posterior(const ModelFacts& facts, const FitReport& report) {
  const auto n = static_cast<Eigen::Index>(facts.size());
  if (report.information.rows() != n || report.gradient.size() != n) return std::nullopt;
  std::vector<Scale> scale(facts.size());
  Eigen::VectorXd at(n);
  Eigen::VectorXd slope(n);  // dw/dt
  Eigen::VectorXd unit(n);   // standard deviation of the usual prior, by t
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    scale[k] = scale_of(facts.specs[k]);
    at[i] = transformed(scale[k], report.parameters[k]);
    slope[i] = slope_of(scale[k], report.parameters[k]);
    unit[i] = std::sqrt(usual_variance(facts.specs[k]));
  }
  Eigen::MatrixXd precision = slope.asDiagonal() * report.information * slope.asDiagonal();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(unit.asDiagonal() * precision * unit.asDiagonal());
  const double least = least_information(solver.eigenvalues()[n - 1]);
  Eigen::VectorXd move = solver.eigenvectors().transpose() * unit.cwiseProduct(slope.cwiseProduct(report.gradient));
  for (Eigen::Index k = 0; k < n; ++k) {
    const double information = solver.eigenvalues()[k];
    move[k] = information > least ? move[k] / information : 0.0;
  }
  Eigen::VectorXd mean = at - unit.cwiseProduct(solver.eigenvectors() * move);
  if (!mean.allFinite() || !precision.allFinite()) return std::nullopt;
  return Prior{std::move(scale), std::move(mean), std::move(precision)};
}

}  // namespace perdure::inline PERDURE_ABI::fit
