#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/models/param_spec.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Scale on which a parameter is taken for Gaussian, and on which it moves.
enum class Scale { linear, logarithmic };

/// Days are positive and spread over orders of magnitude; all else is taken as it is.
[[nodiscard]] inline Scale scale_of(const models::ParamSpec& spec) noexcept {
  return spec.unit == "days" ? Scale::logarithmic : Scale::linear;
}
[[nodiscard]] inline double transformed(Scale scale, double w) { return scale == Scale::logarithmic ? std::log(w) : w; }
[[nodiscard]] inline double restored(Scale scale, double t) { return scale == Scale::logarithmic ? std::exp(t) : t; }
/// dw/dt.
[[nodiscard]] inline double slope_of(Scale scale, double w) noexcept { return scale == Scale::logarithmic ? w : 1.0; }

/// Coordinates z in which a fit moves: the transformed parameter t (its logarithm, where it is in days), or, for those of the model's order after
/// the first, its rise above the one before. In them the order is the bound z >= 0, so that a step along the edge of two equal parameters moves
/// both. t = L z with L of ones and zeros.
///
/// A parameter of the order that sits on its upper bound and wants to rise is *pinned*: it stays where it is whatever the one before it does,
/// so its derivative must not pull that one along (its row of L is zero).
class Coordinates {
 public:
  using Pinned = std::vector<bool>;

  explicit Coordinates(const ModelFacts& facts) : specs_{facts.specs}, scale_(facts.size()), before_(facts.size(), -1) {
    for (std::size_t i = 0; i < size(); ++i) scale_[i] = scale_of(specs_[i]);
    for (std::size_t k = 1; k < facts.ordered.size(); ++k) before_[facts.ordered[k]] = static_cast<std::ptrdiff_t>(facts.ordered[k - 1]);
  }

  [[nodiscard]] std::size_t size() const noexcept { return specs_.size(); }

  /// Values inside the bounds, and those of the order raised to the one before them where they were below it.
  [[nodiscard]] std::vector<double> lawful(std::span<const double> values) const {
    std::vector<double> w(values.begin(), values.end());
    for (std::size_t i = 0; i < size(); ++i) {
      if (before_[i] >= 0) w[i] = std::max(w[i], w[index(before_[i])]);
      w[i] = std::clamp(w[i], specs_[i].lower, specs_[i].upper);
    }
    return w;
  }

  /// Gradient and curvature by w become those by z. Returns which parameters are pinned at `values`.
  Pinned pull_back(std::span<const double> values, Eigen::VectorXd& gradient, Eigen::MatrixXd& curvature) const {
    Pinned pinned(size());
    for (std::size_t i = 0; i < size(); ++i) {
      const double slope = slope_of(scale_[i], values[i]);
      gradient[at(i)] *= slope;
      curvature.row(at(i)) *= slope;
      curvature.col(at(i)) *= slope;
    }
    for (std::size_t i = size(); i-- > 0;) {
      if (before_[i] < 0) continue;
      pinned[i] = values[i] >= specs_[i].upper && gradient[at(i)] < 0.0;
      if (pinned[i]) continue;
      gradient[before_[i]] += gradient[at(i)];
      curvature.row(before_[i]) += curvature.row(at(i));
      curvature.col(before_[i]) += curvature.col(at(i));
    }
    return pinned;
  }

  /// A matrix over z (a covariance) becomes one over w, by the linear map at `values`.
  [[nodiscard]] Eigen::MatrixXd push_forward(std::span<const double> values, const Pinned& pinned, const Eigen::MatrixXd& over_z) const {
    Eigen::MatrixXd map = Eigen::MatrixXd::Zero(over_z.rows(), over_z.cols());  // dw/dz
    for (std::size_t i = 0; i < size(); ++i) {
      if (pinned[i]) continue;
      map(at(i), at(i)) = 1.0;
      if (before_[i] >= 0) map.row(at(i)) += map.row(before_[i]);
    }
    for (std::size_t i = 0; i < size(); ++i) map.row(at(i)) *= slope_of(scale_[i], values[i]);
    return map * over_z * map.transpose();
  }

  /// Parameters after a move in z, clipped to the bounds and to the order. What does not move keeps its bits.
  [[nodiscard]] std::vector<double> moved(std::span<const double> values, const Pinned& pinned, const Eigen::VectorXd& move) const {
    std::vector<double> next(values.begin(), values.end());
    for (std::size_t i = 0; i < size(); ++i) {
      if (pinned[i]) continue;
      const double step = move[at(i)];
      if (before_[i] < 0) {
        if (step != 0.0) next[i] = restored(scale_[i], transformed(scale_[i], values[i]) + step);
      } else {
        const double rise = std::max(0.0, value(values, i) + step);
        const double base = next[index(before_[i])];
        const bool stays = step == 0.0 && base == values[index(before_[i])];
        if (!stays) next[i] = rise == 0.0 ? base : restored(scale_[i], transformed(scale_[i], base) + rise);
      }
      next[i] = bounded(specs_[i], next[i]);
    }
    return next;
  }

  /// Coordinate i of a set of parameters.
  [[nodiscard]] double value(std::span<const double> values, std::size_t i) const {
    const double t = transformed(scale_[i], values[i]);
    return before_[i] < 0 ? t : t - transformed(scale_[i], values[index(before_[i])]);
  }

  /// Whether parameter i stands while only coordinates that are not `fixed` move: neither its own does nor, through the order, one before it.
  [[nodiscard]] bool stands(std::size_t i, const Pinned& pinned, const std::vector<bool>& fixed) const {
    while (!pinned[i] && fixed[i] && before_[i] >= 0) i = index(before_[i]);
    return pinned[i] || fixed[i];
  }

  /// The parameter that i must not fall below, if the order has one.
  [[nodiscard]] std::optional<std::size_t> before(std::size_t i) const {
    return before_[i] < 0 ? std::nullopt : std::optional{index(before_[i])};
  }

  /// How far coordinate i can fall (<= 0) and rise (>= 0). For the parameters of the order the room above is that of the parameter itself.
  [[nodiscard]] double room_below(std::span<const double> values, std::size_t i) const {
    const double lowest = before_[i] < 0 ? transformed(scale_[i], specs_[i].lower) : 0.0;
    return std::min(0.0, lowest - value(values, i));
  }
  [[nodiscard]] double room_above(std::span<const double> values, std::size_t i) const {
    return std::max(0.0, transformed(scale_[i], specs_[i].upper) - transformed(scale_[i], values[i]));
  }

 private:
  /// Within the bounds, and on one when rounding alone keeps it off: else a parameter on its bound would count as free.
  static double bounded(const models::ParamSpec& spec, double w) noexcept {
    constexpr double rounding = 1e-13;  // of log, sum and exp: 20 ulp of a bound of e^20 days
    const auto met = [w](double bound) { return std::abs(w - bound) <= rounding * std::abs(bound); };
    if (w <= spec.lower || met(spec.lower)) return spec.lower;
    if (w >= spec.upper || met(spec.upper)) return spec.upper;
    return w;
  }

  static Eigen::Index at(std::size_t i) noexcept { return static_cast<Eigen::Index>(i); }
  static std::size_t index(std::ptrdiff_t i) noexcept { return static_cast<std::size_t>(i); }

  std::span<const models::ParamSpec> specs_;
  std::vector<Scale> scale_;
  std::vector<std::ptrdiff_t> before_;
};

}  // namespace perdure::inline PERDURE_ABI::fit
