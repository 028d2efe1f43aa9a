#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/fit/box_minimum.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/prior.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// An objective (log loss sum plus prior) at one set of parameters, with its quadratic model in the coordinates of coordinates.hpp.
struct Point {
  std::vector<double> values;  ///< parameters
  double loss = 0.0;           ///< of the data alone, nats
  double objective = 0.0;
  Eigen::VectorXd slope;      ///< gradient of the data's part, by w
  Eigen::VectorXd gradient;   ///< by z
  Eigen::MatrixXd curvature;  ///< Fisher information plus prior, by z
  Eigen::MatrixXd fisher;     ///< of the data alone, by w
  Coordinates::Pinned pinned;
};

/// Steps of a quadratic model inside the bounds.
class Quadratic {
 public:
  explicit Quadratic(const ModelFacts& facts) : facts_{facts}, coordinates_{facts} {}

  [[nodiscard]] const Coordinates& coordinates() const noexcept { return coordinates_; }

  [[nodiscard]] Point point(std::vector<double> values, Derivatives data, const Prior& prior) const {
    Point p;
    p.loss = data.loss;
    p.objective = data.loss + prior.value(values);
    p.fisher = data.fisher;
    p.slope = data.gradient;
    p.gradient = std::move(data.gradient);
    p.curvature = std::move(data.fisher);
    prior.add_to(values, p.gradient, p.curvature);
    p.pinned = coordinates_.pull_back(values, p.gradient, p.curvature);
    p.values = std::move(values);
    return p;
  }

  struct Step {
    std::vector<double> values;
    double promised;  ///< decrease of the objective by the model without damping, nats
  };

  /// Minimum of the damped model within the bounds.
  [[nodiscard]] Step step(const Point& here, double damping) const {
    const Eigen::Index n = here.gradient.size();
    Eigen::MatrixXd damped = here.curvature;
    Eigen::VectorXd lower(n);
    Eigen::VectorXd upper(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      damped(i, i) += damping * (here.curvature(i, i) + unit_curvature(i));
      lower[i] = here.pinned[k] ? 0.0 : coordinates_.room_below(here.values, k);
      upper[i] = here.pinned[k] ? 0.0 : coordinates_.room_above(here.values, k);
    }
    const Eigen::VectorXd move = box_minimum(here.gradient, damped, lower, upper);
    return {coordinates_.moved(here.values, here.pinned, move), -(here.gradient.dot(move) + 0.5 * move.dot(here.curvature * move))};
  }

  /// Parameters after a move of coordinate i by a share of its published standard deviation, within the bounds.
  [[nodiscard]] std::vector<double> moved(std::span<const double> values, const Coordinates::Pinned& pinned, std::size_t i,
                                          double share) const {
    const double reach = share * std::sqrt(usual_variance(facts_.specs[i]));
    Eigen::VectorXd move = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(coordinates_.size()));
    move[static_cast<Eigen::Index>(i)] = std::clamp(reach, coordinates_.room_below(values, i), coordinates_.room_above(values, i));
    return coordinates_.moved(values, pinned, move);
  }

  /// The gradient between that of a point and another one that was found a failed step away which promises least: where the step crossed a kink
  /// of the objective, as models have at their clamps, what remains points along it. Where the two points pin different parameters their
  /// gradients are by different coordinates and the mixture is only a guess; no step is taken that does not lower the objective.
  [[nodiscard]] Eigen::VectorXd mixed(const Point& here, const Eigen::VectorXd& beyond, double damping) const {
    Eigen::MatrixXd damped = here.curvature;
    Eigen::VectorXd from = here.gradient;
    Eigen::VectorXd change = beyond - here.gradient;
    const std::vector<bool> fixed = held(here);
    for (Eigen::Index i = 0; i < from.size(); ++i) {
      damped(i, i) += damping * (here.curvature(i, i) + unit_curvature(i));
      if (fixed[static_cast<std::size_t>(i)]) from[i] = change[i] = 0.0;
    }
    const Eigen::VectorXd scaled = damped.ldlt().solve(change);
    const double square = change.dot(scaled);
    const double share = square > 0.0 ? std::clamp(-from.dot(scaled) / square, 0.0, 1.0) : 0.0;
    return here.gradient + share * (beyond - here.gradient);
  }

  /// What one more undamped step would gain if the objective were its quadratic model: 0 at the optimum.
  [[nodiscard]] double predicted_decrease(const Point& here) const { return std::max(0.0, step(here, 1e-9).promised); }

  /// Coordinates that cannot move: on a bound with a derivative that points outwards, or pinned.
  [[nodiscard]] std::vector<bool> held(const Point& here) const {
    std::vector<bool> fixed(coordinates_.size());
    for (std::size_t i = 0; i < fixed.size(); ++i) {
      const double slope = here.gradient[static_cast<Eigen::Index>(i)];
      fixed[i] = here.pinned[i] || (coordinates_.room_below(here.values, i) >= 0.0 && slope > 0.0) ||
                 (coordinates_.room_above(here.values, i) <= 0.0 && slope < 0.0);
    }
    return fixed;
  }

 private:
  /// Curvature of one published standard deviation in coordinate i: what damping adds where the data say nothing.
  [[nodiscard]] double unit_curvature(Eigen::Index i) const { return 1.0 / usual_variance(facts_.specs[static_cast<std::size_t>(i)]); }

  ModelFacts facts_;
  Coordinates coordinates_;
};

}  // namespace perdure::inline PERDURE_ABI::fit
