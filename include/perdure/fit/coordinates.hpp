#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/concept.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::fit {

/// Coordinates z in which a fit moves: the parameter itself, or, for those of M::ordered after the first, its rise above the one before. In
/// them the order is the bound z >= 0, so that a step along the edge of two equal parameters moves both. w = L z with L of ones and zeros.
///
/// A parameter of the order that sits on its upper bound and wants to rise is *pinned*: it stays where it is whatever the one before it does,
/// so its derivative must not pull that one along (its row of L is zero).
template <models::MemoryModel M>
struct Coordinates {
  static constexpr std::size_t n = M::specs.size();
  static constexpr auto before = models::predecessors<M>();
  using Values = std::array<double, n>;
  using Pinned = std::array<bool, n>;
  using Vector = Eigen::Matrix<double, static_cast<int>(n), 1>;
  using Matrix = Eigen::Matrix<double, static_cast<int>(n), static_cast<int>(n)>;

  /// Gradient and curvature by w become those by z: L'g and L'HL. Returns which parameters are pinned at `values`.
  static Pinned pull_back(const Values& values, Vector& gradient, Matrix& curvature) {
    Pinned pinned{};
    for (std::size_t i = n; i-- > 0;) {
      if (before[i] < 0) continue;
      const auto from = static_cast<Eigen::Index>(i);
      const auto to = static_cast<Eigen::Index>(before[i]);
      pinned[i] = values[i] >= M::specs[i].upper && gradient[from] < 0.0;
      if (pinned[i]) continue;
      gradient[to] += gradient[from];
      curvature.row(to) += curvature.row(from);
      curvature.col(to) += curvature.col(from);
    }
    return pinned;
  }

  /// Parameters after a move in z, clipped to the bounds and to the order.
  [[nodiscard]] static Values moved(const Values& values, const Pinned& pinned, const Vector& move) {
    Values next = values;
    for (std::size_t i = 0; i < n; ++i) {
      if (pinned[i]) continue;
      const double step = move[static_cast<Eigen::Index>(i)];
      if (before[i] < 0) {
        next[i] = std::clamp(values[i] + step, M::specs[i].lower, M::specs[i].upper);
      } else {
        const double rise = std::max(0.0, value(values, i) + step);
        next[i] = std::clamp(next[static_cast<std::size_t>(before[i])] + rise, M::specs[i].lower, M::specs[i].upper);
      }
    }
    return next;
  }

  /// Coordinate i of a set of parameters.
  [[nodiscard]] static double value(const Values& values, std::size_t i) {
    return before[i] < 0 ? values[i] : values[i] - values[static_cast<std::size_t>(before[i])];
  }

  /// How far coordinate i can fall (<= 0) and rise (>= 0). For the parameters of M::ordered the room above is that of the parameter itself.
  [[nodiscard]] static double room_below(const Values& values, std::size_t i) {
    return std::min(0.0, (before[i] < 0 ? M::specs[i].lower : 0.0) - value(values, i));
  }
  [[nodiscard]] static double room_above(const Values& values, std::size_t i) { return std::max(0.0, M::specs[i].upper - values[i]); }
};

}  // namespace perdure::inline PERDURE_ABI::fit
