#pragma once

#include <perdure/core/abi.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <cmath>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Minimum of g'm + m'Hm/2 over the box lower <= m <= upper, which holds 0. H is symmetric and positive definite.
///
/// Projected Newton (Bertsekas): coordinates on a bound, or next to one, whose derivative points outwards stand, the others take a Newton step,
/// which is clipped to the box and shortened until the value falls. Few steps: each settles which bounds are met. A coordinate next to its bound
/// must not be free: clipped at once, it would leave the others a step that is none of their own.
[[nodiscard]] inline Eigen::VectorXd box_minimum(const Eigen::VectorXd& g, const Eigen::MatrixXd& h, const Eigen::VectorXd& lower,
                                                 const Eigen::VectorXd& upper) {
  constexpr int most_steps = 100;
  constexpr double next_to = 1e-9;  // shorter than any length of a step that is tried
  constexpr double small_slope = 1e-12;
  constexpr double least_share = 0.1;  // of the decrease that the slope promises
  const Eigen::Index n = g.size();
  const auto value = [&](const Eigen::VectorXd& m) { return g.dot(m) + 0.5 * m.dot(h * m); };
  Eigen::VectorXd m = Eigen::VectorXd::Zero(n);
  double here = 0.0;
  for (int k = 0; k < most_steps; ++k) {
    const Eigen::VectorXd slope = g + h * m;
    std::vector<Eigen::Index> free;
    for (Eigen::Index i = 0; i < n; ++i) {
      const bool stands = (m[i] <= lower[i] + next_to && slope[i] >= 0.0) || (m[i] >= upper[i] - next_to && slope[i] <= 0.0);
      if (!stands) free.push_back(i);
    }
    if (free.empty()) break;
    const Eigen::VectorXd newton = h(free, free).ldlt().solve(slope(free));
    if (!newton.allFinite() || !(newton.dot(slope(free)) > small_slope * (1.0 + std::abs(here)))) break;
    Eigen::VectorXd next = m;
    double reached = here;
    double length = 1.0;
    for (; length > 1e-8; length *= 0.5) {
      next = m;
      next(free) -= length * newton;
      next = next.cwiseMax(lower).cwiseMin(upper);
      reached = value(next);
      if (reached - here <= least_share * slope.dot(next - m)) break;
    }
    if (!(reached < here)) break;
    m = next;
    here = reached;
  }
  return m;
}

}  // namespace perdure::inline PERDURE_ABI::fit
