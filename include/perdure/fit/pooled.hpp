#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/traits.hpp>

#include <Eigen/Cholesky>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <utility>

namespace perdure::inline PERDURE_ABI::fit {

/// One set of parameters for all learners: maximum a posteriori by Fisher scoring with Levenberg–Marquardt damping inside the bounds.
///
/// The penalty is prior_weight × Σ ((w − default)/prior_sd)² / 2. Steps are taken in coordinates in which every law is a bound (Coordinates);
/// a coordinate on its bound whose derivative points outwards is held, and only a step that lowers the objective is taken.
template <models::MemoryModel M>
class PooledFit {
 public:
  static constexpr std::size_t n = M::specs.size();
  using Values = std::array<double, n>;

  PooledFit(const data::Histories& histories, const Options& options)
      : objective_{histories, options.minimum_gap, options.threads}, options_{options} {
    if (const auto problem = options.validate()) throw std::invalid_argument{problem->what};
  }

  [[nodiscard]] FitReport run(const Values& start) const {
    Point here = evaluate(models::lawful<M>(start));
    FitReport report;
    report.answers = here.derivatives.answers;
    report.objective_path.push_back(here.objective);
    if (report.answers == 0)
      return finish(std::move(report), here, Status::no_data, "no answer comes a day or more after an earlier one on its card");
    report.start_log_loss = here.derivatives.loss / static_cast<double>(report.answers);
    if (!models::trainable<M>()) return finish(std::move(report), here, Status::converged, "this model's parameters are not trained");

    double damping = 1e-3;
    for (std::size_t iteration = 1; iteration <= options_.max_iterations; ++iteration) {
      const std::optional<Values> next = better(here, damping);
      if (!next) return finish(std::move(report), here, Status::converged, "no step lowers the objective any more");
      const double before = here.objective;
      here = evaluate(*next);
      report.objective_path.push_back(here.objective);
      if (options_.progress && !options_.progress(iteration, here.objective)) {
        return finish(std::move(report), here, Status::interrupted, "stopped by the caller; these are the best parameters so far");
      }
      if (before - here.objective <= options_.tolerance * std::abs(before)) {
        return finish(std::move(report), here, Status::converged, "the objective changes by less than the tolerance");
      }
    }
    return finish(std::move(report), here, Status::iteration_limit, "the iteration limit was reached before convergence");
  }

 private:
  using Vector = Eigen::Matrix<double, static_cast<int>(n), 1>;
  using Matrix = Eigen::Matrix<double, static_cast<int>(n), static_cast<int>(n)>;

  struct Point {
    Values values{};
    Derivatives<n> derivatives;
    double objective{};
    Vector gradient;   ///< of the objective, in the coordinates of Coordinates<M>
    Matrix curvature;  ///< Fisher information plus prior, in the same
    typename Coordinates<M>::Pinned pinned{};
  };

  [[nodiscard]] double penalty(const Values& values) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += 0.5 * options_.prior_weight * square((values[i] - M::specs[i].init) / M::specs[i].prior_sd);
    return sum;
  }

  [[nodiscard]] Point evaluate(const Values& values) const {
    Point p{values, objective_.derivatives(values), 0.0, {}, {}, {}};
    p.objective = p.derivatives.loss + penalty(values);
    p.gradient = p.derivatives.gradient;
    p.curvature = p.derivatives.fisher;
    for (std::size_t i = 0; i < n; ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      const double precision = options_.prior_weight / square(M::specs[i].prior_sd);
      p.gradient[k] += precision * (values[i] - M::specs[i].init);
      p.curvature(k, k) += precision;
    }
    p.pinned = Coordinates<M>::pull_back(values, p.gradient, p.curvature);
    return p;
  }

  /// Parameters with a lower objective, raising the damping until a step succeeds; nothing when none does.
  [[nodiscard]] std::optional<Values> better(const Point& here, double& damping) const {
    constexpr double least_damping = 1e-9;
    constexpr double most_damping = 1e9;
    for (; damping <= most_damping; damping *= 4.0) {
      const Values candidate = step(here, damping);
      if (candidate == here.values) continue;
      if (objective_.loss(candidate) + penalty(candidate) < here.objective) {
        damping = std::max(damping / 8.0, least_damping);
        return candidate;
      }
    }
    damping = most_damping;
    return std::nullopt;
  }

  /// Minimum of the damped quadratic model within the bounds: a coordinate whose step would leave its bounds stops there, and the others are
  /// solved again around it, until none leaves.
  [[nodiscard]] static Values step(const Point& here, double damping) {
    Matrix damped = here.curvature;
    std::array<bool, n> fixed{};
    for (std::size_t i = 0; i < n; ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      damped(k, k) += damping * (here.curvature(k, k) + 1.0 / square(M::specs[i].prior_sd));
      fixed[i] = held(here, i);
    }
    Vector move = Vector::Zero();
    for (bool leaves = true; leaves;) {
      leaves = false;
      const Vector free_move = solve(damped, here.gradient, move, fixed);
      for (std::size_t i = 0; i < n; ++i) {
        const auto k = static_cast<Eigen::Index>(i);
        if (fixed[i]) continue;
        const double kept =
            std::clamp(free_move[k], Coordinates<M>::room_below(here.values, i), Coordinates<M>::room_above(here.values, i));
        if (kept == free_move[k]) continue;
        move[k] = kept;
        fixed[i] = leaves = true;
      }
      if (!leaves) move = free_move;
    }
    return Coordinates<M>::moved(here.values, here.pinned, move);
  }

  /// Moves of the coordinates that are not fixed, given those that are; the fixed ones are returned as they are.
  [[nodiscard]] static Vector solve(const Matrix& damped, const Vector& gradient, const Vector& move, const std::array<bool, n>& fixed) {
    Matrix system = damped;
    Vector given = Vector::Zero();
    for (std::size_t i = 0; i < n; ++i) {
      if (fixed[i]) given[static_cast<Eigen::Index>(i)] = move[static_cast<Eigen::Index>(i)];
    }
    Vector right = -gradient - damped * given;
    for (std::size_t i = 0; i < n; ++i) {
      if (!fixed[i]) continue;
      const auto k = static_cast<Eigen::Index>(i);
      system.row(k).setZero();
      system.col(k).setZero();
      system(k, k) = 1.0;
      right[k] = given[k];
    }
    const Vector solved = system.ldlt().solve(right);
    return solved.allFinite() ? solved : given;
  }

  [[nodiscard]] static bool held(const Point& p, std::size_t i) {
    if (p.pinned[i]) return true;
    const double slope = p.gradient[static_cast<Eigen::Index>(i)];
    return (Coordinates<M>::room_below(p.values, i) >= 0.0 && slope > 0.0) ||
           (Coordinates<M>::room_above(p.values, i) <= 0.0 && slope < 0.0);
  }

  /// What one more undamped step would gain if the objective were its quadratic model: 0 at the optimum.
  [[nodiscard]] static double predicted_decrease(const Point& here) {
    const Values next = step(here, 0.0);
    Vector move = Vector::Zero();
    for (std::size_t i = 0; i < n; ++i) {
      if (!here.pinned[i]) move[static_cast<Eigen::Index>(i)] = Coordinates<M>::value(next, i) - Coordinates<M>::value(here.values, i);
    }
    return -(here.gradient.dot(move) + 0.5 * move.dot(here.curvature * move));
  }

  [[nodiscard]] FitReport finish(FitReport report, const Point& here, Status status, std::string reason) const {
    report.status = status;
    report.reason = std::move(reason);
    report.parameters.assign(here.values.begin(), here.values.end());
    if (report.answers == 0) return report;
    report.log_loss = here.derivatives.loss / static_cast<double>(report.answers);
    for (std::size_t i = 0; i < n; ++i) {
      if (here.values[i] <= M::specs[i].lower || here.values[i] >= M::specs[i].upper) report.at_bound.push_back(i);
    }
    if (models::trainable<M>()) report.predicted_decrease = predicted_decrease(here);
    constexpr double worth_a_status = 0.01;  // nats over all answers: no prediction changes by what is below
    if (status == Status::converged && !(std::abs(report.predicted_decrease) <= worth_a_status)) {
      report.status = Status::stalled;
      report.reason +=
          ", though its quadratic model promises " + to_text(std::round(100.0 * report.predicted_decrease) / 100.0) + " nats more";
    }
    return report;
  }

  [[nodiscard]] static constexpr double square(double x) noexcept { return x * x; }

  Objective<M> objective_;
  Options options_;
};

/// Fits `M` to all cards at once, from `start` (in spec order).
template <models::MemoryModel M>
[[nodiscard]] FitReport pooled(const data::Histories& histories, const std::array<double, M::specs.size()>& start,
                               const Options& options = {}) {
  return PooledFit<M>{histories, options}.run(start);
}

}  // namespace perdure::inline PERDURE_ABI::fit
