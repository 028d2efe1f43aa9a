#include <perdure/cohort/fit.hpp>
#include <perdure/cohort/scale.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {
namespace {

using Values = std::array<double, parameter_count>;
constexpr auto n = static_cast<Eigen::Index>(parameter_count);
constexpr auto at(std::size_t i) { return static_cast<Eigen::Index>(i); }

double lowest(std::size_t i) { return to_scale(specs[i].scale, specs[i].spec.lower); }
double highest(std::size_t i) { return to_scale(specs[i].scale, specs[i].spec.upper); }

/// The objective over the scales of the fit, and what a step needs. Rows of parameters that cannot move are those of the identity.
struct Point {
  Values values{};
  double loss = 0.0, objective = 0.0;
  std::size_t answers = 0;
  double weight = 0.0, squared_weight = 0.0;  ///< sums over the answers
  Eigen::VectorXd gradient;
  Eigen::MatrixXd information;  ///< Fisher information alone
};

class Objective {
 public:
  Objective(std::span<const WeightedRows> logs, const Values& center, Pass pass, const FitOptions& options)
      : logs_{logs}, center_{center}, pass_{pass}, options_{options} {
    for (const WeightedRows& log : logs) counted_.push_back(counted(log.rows));
  }

  [[nodiscard]] bool is_free(std::size_t i) const { return specs[i].spec.lower < specs[i].spec.upper && !options_.held[i]; }
  [[nodiscard]] double prior(const Values& values) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < parameter_count; ++i) sum += 0.5 * precision(i) * std::pow(distance(values, i), 2);
    return sum;
  }
  [[nodiscard]] double precision(std::size_t i) const { return options_.prior_weight / std::pow(specs[i].spec.prior_sd, 2); }
  [[nodiscard]] double distance(const Values& values, std::size_t i) const {
    return to_scale(specs[i].scale, values[i]) - to_scale(specs[i].scale, center_[i]);
  }

  [[nodiscard]] Point loss(const Values& values) const { return sum(values, false); }
  [[nodiscard]] Point derivatives(const Values& values) const {
    Point p = sum(values, true);
    for (std::size_t i = 0; i < parameter_count; ++i) {
      const double slope = is_free(i) ? slope_at(specs[i].scale, values[i]) : 0.0;
      p.gradient[at(i)] *= slope;
      p.information.row(at(i)) *= slope;
      p.information.col(at(i)) *= slope;
      if (is_free(i)) p.gradient[at(i)] += precision(i) * distance(values, i);
    }
    return p;
  }

 private:
  [[nodiscard]] Point sum(const Values& values, bool with_derivatives) const {
    struct Part {
      std::vector<double> gradient, fisher;
      perdure_cohort_sums sums{};
    };
    std::vector<Part> parts(logs_.size());
    parallel_for(logs_.size(), options_.threads, [&](std::size_t k) {
      Part& part = parts[k];
      if (with_derivatives) {
        part.gradient.assign(parameter_count, 0.0);
        part.fisher.assign(parameter_count * parameter_count, 0.0);
        part.sums.gradient = part.gradient.data();
        part.sums.fisher = part.fisher.data();
      }
      pass_(values.data(), logs_[k].rows, part.sums);
    });
    if (std::ranges::any_of(parts, [](const Part& part) { return part.sums.out_of_memory != 0; })) throw std::bad_alloc{};
    Point p;
    p.values = values;
    if (with_derivatives) {
      p.gradient = Eigen::VectorXd::Zero(n);
      p.information = Eigen::MatrixXd::Zero(n, n);
    }
    for (std::size_t k = 0; k < logs_.size(); ++k) {
      const double w = logs_[k].weight;
      p.loss += w * parts[k].sums.loss;
      p.answers += parts[k].sums.answers;
      p.weight += w * counted_[k].once;
      p.squared_weight += w * w * counted_[k].squared;
      if (!with_derivatives) continue;
      p.gradient += w * Eigen::Map<const Eigen::VectorXd>(parts[k].gradient.data(), n);
      // rows of a lower triangle are columns of an upper one
      p.information += w * Eigen::MatrixXd{Eigen::Map<const Eigen::MatrixXd>(parts[k].fisher.data(), n, n).selfadjointView<Eigen::Upper>()};
    }
    p.objective = p.loss + prior(values);
    return p;
  }

  /// How often the scored answers of a log count in all, and the sum of the squares.
  struct Counted {
    double once = 0.0, squared = 0.0;
  };
  [[nodiscard]] static Counted counted(const perdure_cohort_rows& rows) {
    Counted all;
    for (std::size_t r = rows.uncounted; r < rows.learner_begin[rows.learners]; ++r) {
      if (rows.score[r] < 0.0F) continue;
      const double times = rows.counts == nullptr ? 1.0 : static_cast<double>(rows.counts[r]);
      all.once += times;
      all.squared += times * times;
    }
    return all;
  }

  std::span<const WeightedRows> logs_;
  std::vector<Counted> counted_;
  Values center_;
  Pass pass_;
  const FitOptions& options_;
};

/// A minimisation by Levenberg-Marquardt inside the bounds.
class Search {
 public:
  Search(const Objective& objective, const FitOptions& options) : objective_{objective}, options_{options} {}

  fit::FitReport run(const Values& start) {
    Point here = objective_.derivatives(start);
    fit::FitReport report;
    report.answers = here.answers;
    report.evaluations = 1.0;
    report.objective_path.push_back(here.objective);
    if (here.answers > 0) report.start_log_loss = report.log_loss = here.loss / here.weight;
    std::tie(report.status, report.reason) =
        here.answers == 0 ? std::pair{fit::Status::no_data, std::string{"no answer to predict"}} : descend(here, report);
    describe(here, report);
    return report;
  }

 private:
  static constexpr double first_damping = 1e-2;
  static constexpr double most_damping = 1e6;
  static constexpr double longest = 1.5;  // step of one parameter on its scale

  std::pair<fit::Status, std::string> descend(Point& here, fit::FitReport& report) {
    double damping = first_damping;
    while (report.iterations < options_.max_iterations) {
      const double worth = std::clamp(options_.tolerance * here.objective, 0.01, 0.5);
      report.predicted_decrease = promised(here);
      if (report.predicted_decrease <= worth) return {fit::Status::converged, "one more step promises next to nothing"};
      std::optional<Values> next;
      double reached = here.objective;
      while (damping <= most_damping) {
        const Values candidate = stepped(here, damping);
        const double found = objective_.loss(candidate).objective;
        report.evaluations += 1.0;
        if (found < reached) {
          next = candidate;
          reached = found;
          damping = std::max(damping / 4.0, 1e-6);
          break;
        }
        damping *= 6.0;
      }
      if (!next) return {fit::Status::stalled, "none of the steps tried lowers the objective"};
      const bool idle = here.objective - reached <= worth;
      here = objective_.derivatives(*next);
      report.evaluations += 1.0;
      report.objective_path.push_back(here.objective);
      report.log_loss = here.loss / here.weight;
      ++report.iterations;
      if (options_.progress && !options_.progress(report.iterations, here.objective))
        return {fit::Status::interrupted, "stopped by the caller; these are the best parameters so far"};
      if (idle) return {fit::Status::converged, "the last step brought next to nothing"};
    }
    return {fit::Status::iteration_limit, "the iteration limit was reached before convergence"};
  }

  /// Whether a parameter stands: it has no room, or is on a bound that the objective pushes it against.
  [[nodiscard]] bool stands(const Point& here, std::size_t i) const {
    if (!objective_.is_free(i)) return true;
    const double x = to_scale(specs[i].scale, here.values[i]);
    constexpr double rounding = 1e-9;
    return (x <= lowest(i) + rounding && here.gradient[at(i)] > 0.0) || (x >= highest(i) - rounding && here.gradient[at(i)] < 0.0);
  }

  /// Fisher information plus prior, damped, over the parameters that move.
  [[nodiscard]] Eigen::MatrixXd curvature(const Point& here, double damping) const {
    constexpr double least = 1e-3;  // what nothing determines stays where it is
    Eigen::MatrixXd c = here.information;
    for (std::size_t i = 0; i < parameter_count; ++i) {
      c(at(i), at(i)) = (c(at(i), at(i)) + objective_.precision(i)) * (1.0 + damping) + damping * least + 1e-9;
      if (!stands(here, i)) continue;
      c.row(at(i)).setZero();
      c.col(at(i)).setZero();
      c(at(i), at(i)) = 1.0;
    }
    return c;
  }
  [[nodiscard]] Eigen::VectorXd free_gradient(const Point& here) const {
    Eigen::VectorXd g = here.gradient;
    for (std::size_t i = 0; i < parameter_count; ++i) {
      if (stands(here, i)) g[at(i)] = 0.0;
    }
    return g;
  }

  [[nodiscard]] Values stepped(const Point& here, double damping) const {
    Eigen::VectorXd step = curvature(here, damping).ldlt().solve(-free_gradient(here));
    const double most = step.cwiseAbs().maxCoeff();
    if (most > longest) step *= longest / most;
    Values next = here.values;
    for (std::size_t i = 0; i < parameter_count; ++i) {
      if (!objective_.is_free(i) || step[at(i)] == 0.0) continue;
      const double x = to_scale(specs[i].scale, here.values[i]) + step[at(i)];
      next[i] = std::clamp(from_scale(specs[i].scale, x), specs[i].spec.lower, specs[i].spec.upper);
    }
    return next;
  }

  [[nodiscard]] double promised(const Point& here) const {
    const Eigen::VectorXd g = free_gradient(here);
    return 0.5 * g.dot(curvature(here, 0.0).ldlt().solve(g));
  }

  /// What the end of the fit is worth.
  void describe(const Point& here, fit::FitReport& report) const {
    constexpr double z = 1.959963984540054;
    report.parameters.assign(here.values.begin(), here.values.end());
    report.effective_answers = here.answers > 0 ? here.weight * here.weight / here.squared_weight : 0.0;
    report.gradient_norm = free_gradient(here).norm();
    const Eigen::MatrixXd inverse = curvature(here, 0.0).ldlt().solve(Eigen::MatrixXd::Identity(n, n));
    report.covariance = Eigen::MatrixXd::Zero(n, n);
    for (std::size_t i = 0; i < parameter_count; ++i) {
      const bool held = stands(here, i);
      if (held) report.at_bound.push_back(i);
      const double slope = slope_at(specs[i].scale, here.values[i]);
      const double sd = std::sqrt(inverse(at(i), at(i)));
      const double x = to_scale(specs[i].scale, here.values[i]);
      const auto bounded = [i](double value) { return std::clamp(value, specs[i].spec.lower, specs[i].spec.upper); };
      report.standard_errors.push_back(held ? fit::FitReport::none : slope * sd);
      report.low.push_back(held ? fit::FitReport::none : bounded(from_scale(specs[i].scale, x - z * sd)));
      report.high.push_back(held ? fit::FitReport::none : bounded(from_scale(specs[i].scale, x + z * sd)));
      const double left = objective_.precision(i) * sd * sd;
      report.learned.push_back(held ? 0.0 : std::clamp(1.0 - left, 0.0, 1.0));
      for (std::size_t j = 0; j < parameter_count && !held; ++j) {
        if (!stands(here, j)) report.covariance(at(i), at(j)) = slope * inverse(at(i), at(j)) * slope_at(specs[j].scale, here.values[j]);
      }
    }
  }

  const Objective& objective_;
  const FitOptions& options_;
};

}  // namespace

fit::FitReport fit_parameters(std::span<const WeightedRows> logs, const Values& center, Pass pass, const FitOptions& options) {
  require_in_bounds(center);
  for (std::size_t k = 0; k < logs.size(); ++k) {
    if (!(logs[k].weight >= 0.0 && std::isfinite(logs[k].weight)))
      throw Exception{{Errc::out_of_domain, "the weight of a log must be finite and not negative, got " + to_text(logs[k].weight), k}};
  }
  const Objective objective{logs, center, pass, options};
  return Search{objective, options}.run(center);
}

}  // namespace perdure::inline PERDURE_ABI::cohort
