#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/quadratic.hpp>
#include <perdure/fit/report.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Where a minimisation ended.
struct Minimum {
  Status status = Status::no_data;
  std::string reason;
  Point point;
  std::vector<double> objective_path;
  std::size_t iterations = 0;  ///< those before this run included
  std::size_t evaluations = 0;
  double promised = 0.0;  ///< by one more step, nats; where a kink stops the fit, along it
};

/// What a kink may leave of a promise, in nats over all answers, for a fit to count as converged: 1e-4 of the objective, at least 0.1 (half a
/// standard error in any direction), at most 0.5 (one).
[[nodiscard]] inline double worth_a_status(double objective) { return std::clamp(1e-4 * std::abs(objective), 0.1, 0.5); }

/// Maximum a posteriori by Fisher scoring with Levenberg–Marquardt damping inside the bounds.
///
/// Steps are taken in coordinates in which every law is a bound (coordinates.hpp), on a quadratic model whose curvature is Fisher information
/// plus prior (quadratic.hpp); only a step that lowers the objective is taken. The damping follows how much of the promised decrease came
/// (Nielsen's rule). The first two tries of a step are evaluated with all derivatives, since most are taken and a failed one shows the slope
/// beyond a kink; the others by their loss. Where no step succeeds though much is promised, short moves of single coordinates have the last
/// word.
class Minimizer {
 public:
  /// \param data  outlives the minimizer
  Minimizer(const ModelFacts& facts, Prior prior, const Objective& data) : quadratic_{facts}, prior_{std::move(prior)}, data_{data} {}

  /// \param done  iterations that went before, of other runs of the same fit: they count towards the limit and in what the caller is told
  [[nodiscard]] Minimum run(std::span<const double> start, const Options& options, std::size_t done = 0) {
    Minimum m;
    m.point = evaluate(quadratic_.coordinates().lawful(start));
    m.objective_path.push_back(m.point.objective);
    m.iterations = done;
    const auto finish = [&](Status status, std::string reason) {
      m.status = status;
      m.reason = std::move(reason);
      m.promised = left_;
      m.evaluations = evaluations_;
      return std::move(m);
    };
    const auto interrupted = [&] { return finish(Status::interrupted, "stopped by the caller; these are the best parameters so far"); };
    damping_ = first_damping;
    growth_ = 2.0;
    kinks_ = 0;
    int idle = 0;  // steps in a row that were not worth it
    while (m.iterations < options.max_iterations) {
      const double asked = options.tolerance * std::abs(m.point.objective);
      const double worth = std::clamp(asked, least_worth, worth_a_status(m.point.objective));
      const double promised = quadratic_.predicted_decrease(m.point);  // where kinks stop the fit, more than they leave
      left_ = promised;
      if (left_ <= worth) return finish(Status::converged, "one more step promises next to nothing");
      std::optional<Point> next = idle < (left_ > worth_a_status(m.point.objective) ? most_idle_before_stalling : most_idle)
                                      ? better(m.point, worth)
                                      : std::nullopt;
      const bool probing = !next && promised > worth_a_status(m.point.objective);
      if (probing) {
        const auto go_on = [&] { return !options.progress || options.progress(m.iterations, m.point.objective); };
        bool stopped = false;
        next = probed(m.point, go_on, stopped);
        if (stopped) return interrupted();
      }
      if (!next) {
        if (left_ <= worth_a_status(m.point.objective)) return finish(Status::converged, "none of the steps tried lowers the objective");
        return finish(Status::stalled, "none of the steps tried lowers the objective, though its quadratic model promises " +
                                           to_text(std::round(100.0 * left_) / 100.0) + " nats more");
      }
      idle = probing || m.point.objective - next->objective > worth ? 0 : idle + 1;
      m.point = std::move(*next);
      m.objective_path.push_back(m.point.objective);
      ++m.iterations;
      if (options.progress && !options.progress(m.iterations, m.point.objective)) return interrupted();
    }
    left_ = quadratic_.predicted_decrease(m.point);
    if (left_ <= worth_a_status(m.point.objective)) return finish(Status::converged, "the last step promises next to nothing");
    return finish(Status::iteration_limit, "the iteration limit was reached before convergence");
  }

  [[nodiscard]] const Quadratic& quadratic() const noexcept { return quadratic_; }

  /// The objective, with all that a step needs.
  [[nodiscard]] Point evaluate(std::vector<double> values) {
    ++evaluations_;
    Derivatives d = data_.derivatives(values, Order::fisher);
    return quadratic_.point(std::move(values), std::move(d), prior_);
  }

 private:
  static constexpr double first_damping = 3e-2;
  static constexpr double least_damping = 1e-9;
  static constexpr double most_damping = 1e9;
  static constexpr double least_worth = 0.01;          // nats over all answers: a seventh of a standard error at most
  static constexpr int most_idle = 2;                  // steps in a row that were not worth it, before the fit counts as converged
  static constexpr int most_idle_before_stalling = 8;  // and before it counts as stalled
  static constexpr int most_mixed = 1;                 // more mixing settled real logs no better
  static constexpr int most_kinks = 8;                 // that a fit follows: each costs some passes and brings little

  /// A point with a lower objective, raising the damping until a step succeeds, and in the end along the kink that stopped it; nothing when none
  /// does. `left_` is then what the quadratic model still promises.
  [[nodiscard]] std::optional<Point> better(const Point& here, double worth) {
    constexpr double share_of_worth = 1e-3;  // a step that promises less cannot be told from rounding
    Point model = here;                      // its gradient may be mixed with one found beyond a kink
    std::vector<double> beyond;
    double plain = 0.0;  // what the first try promised, by the gradient as it is
    for (int tries = 0; damping_ <= most_damping; ++tries) {
      const Quadratic::Step step = quadratic_.step(model, damping_);
      if (step.promised <= share_of_worth * worth || step.values == here.values) break;
      beyond = step.values;
      if (tries == 0) plain = step.promised;
      if (tries <= most_mixed) {
        Point candidate = evaluate(step.values);
        // A mixed gradient promises little. Were its step held to that, damping would fall after every step that merely was too long, and a
        // fit would zigzag through a curved valley as if it were a kink; held to what the plain one promises, it would crawl along a kink.
        if (settle(here, candidate.objective, std::sqrt(plain * step.promised))) return candidate;
        if (tries < most_mixed) model.gradient = quadratic_.mixed(here, candidate.gradient, damping_);
      } else if (settle(here, objective(step.values), step.promised)) {
        return evaluate(step.values);
      }
    }
    left_ = quadratic_.predicted_decrease(here);
    return beyond.empty() || kinks_++ >= most_kinks ? std::nullopt : along_kink(here, beyond, worth);
  }

  /// A point with a lower objective by a gradient mixed from here and from places close by where the objective is higher: one for each kink that
  /// meets here.
  [[nodiscard]] std::optional<Point> along_kink(const Point& here, std::vector<double> beyond, double worth) {
    constexpr double calm = 1e-2;  // damping of the first try
    constexpr int most_mixed_places = 4;
    constexpr int most_tries = 4;
    Point model = here;
    for (int places = 0; places < most_mixed_places; ++places) {
      model.gradient = quadratic_.mixed(model, evaluate(beyond).gradient, calm);
      left_ = std::min(left_, quadratic_.predicted_decrease(model));
      double damping = calm;
      for (int tries = 0; tries < most_tries && left_ > worth; ++tries, damping *= 30.0) {
        const Quadratic::Step step = quadratic_.step(model, damping);
        if (objective(step.values) < here.objective) {
          damping_ = damping;
          return evaluate(step.values);
        }
        beyond = step.values;
      }
      if (left_ <= worth) break;
    }
    return std::nullopt;
  }

  /// Where moves of single coordinates lead that lower the objective, one after another; nothing when all of them together do not change
  /// what a fit is worth. At a kink one of them may lead down where no gradient says so.
  [[nodiscard]] std::optional<Point> probed(const Point& here, const std::function<bool()>& go_on, bool& stopped) {
    constexpr double usual = 1e-2;  // of a published standard deviation
    constexpr double far = 1e-1;
    constexpr double near = 1e-3;  // where much is promised still
    std::vector<double> values = here.values;
    double least = here.objective;
    const auto lowers = [&](std::size_t i, double share) {
      std::vector<double> there = quadratic_.moved(values, here.pinned, i, share);
      if (there == values) return false;
      const double reached = objective(there);
      if (!(reached < least)) return false;
      least = reached;
      values = std::move(there);
      return true;
    };
    for (std::size_t i = 0; i < values.size() && !stopped; ++i) {
      if (here.pinned[i]) continue;
      if (lowers(i, usual)) {
        static_cast<void>(lowers(i, far));
      } else if (lowers(i, -usual)) {
        static_cast<void>(lowers(i, -far));
      } else if (left_ > worth_a_status(here.objective) && !lowers(i, near)) {
        static_cast<void>(lowers(i, -near));
      }
      stopped = !go_on();
    }
    if (stopped || here.objective - least <= worth_a_status(here.objective)) return std::nullopt;
    damping_ = first_damping;
    growth_ = 2.0;
    kinks_ = 0;
    return evaluate(std::move(values));
  }

  [[nodiscard]] double objective(const std::vector<double>& values) {
    ++evaluations_;
    return data_.derivatives(values, Order::loss).loss + prior_.value(values);
  }

  /// Moves the damping by what came of what was promised; true when the objective fell.
  bool settle(const Point& here, double objective, double promised) {
    const double gain = here.objective - objective;
    if (gain > 0.0) {
      const double shape = 2.0 * gain / promised - 1.0;
      damping_ = std::max(least_damping, damping_ * std::clamp(1.0 - shape * shape * shape, 1.0 / 8.0, 2.0));
      growth_ = 2.0;
      return true;
    }
    damping_ *= growth_;
    growth_ = std::min(growth_ * 2.0, 64.0);
    return false;
  }

  Quadratic quadratic_;
  Prior prior_;
  const Objective& data_;
  std::size_t evaluations_ = 0;
  double damping_ = first_damping;
  double growth_ = 2.0;
  double left_ = 0.0;
  int kinks_ = 0;
};

}  // namespace perdure::inline PERDURE_ABI::fit
