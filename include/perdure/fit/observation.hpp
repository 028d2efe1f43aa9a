#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/replay.hpp>
#include <perdure/models/concept.hpp>

#include <Eigen/Core>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// From memory to answers. A forgetting curve speaks of recall some days after an answer; a log also holds first encounters, where there is
/// nothing to recall yet, and answers minutes after the last one, where R is near 1 and people still err. Both are predicted from the log:
///
///     first encounter        success rate of the item, shrunk to the rate of all first encounters
///     gap below minimum_gap  logistic(intercept + slope logit R), slope >= 0
///     any other answer       R itself
struct Observation {
  double first_success = 0.5;  ///< success rate of all first encounters
  double first_weight = 1.0;   ///< how many first encounters of an item the common rate is worth
  double intercept = 0.0;      ///< of same-day answers, in log-odds
  double slope = 1.0;          ///< of same-day answers, per log-odds of recall
  double minimum_gap = 1.0;    ///< days

  /// Success rate of the first encounters of an item that had `successes` among `answers`.
  [[nodiscard]] double first_rate(double successes, double answers) const noexcept {
    return (successes + first_weight * first_success) / (answers + first_weight);
  }

  /// Probability of a right answer at recall r, `days` after the last answer.
  [[nodiscard]] double answer(double r, double days) const noexcept {
    return days < minimum_gap ? 1.0 / (1.0 + std::exp(-(intercept + slope * bounded_logit(r)))) : r;
  }

  /// ln(r/(1 - r)), held within ±10 so that recall at zero elapsed time stays finite.
  [[nodiscard]] static double bounded_logit(double r) noexcept {
    constexpr double bound = 10.0;
    return std::clamp(std::log(r) - std::log1p(-r), -bound, bound);
  }
};

/// First encounters of each item: how many, and how many right.
struct FirstEncounters {
  std::vector<double> answers, successes;  ///< by item code
};

[[nodiscard]] inline FirstEncounters count_first(const data::ReviewLog& log, const data::Histories& histories, std::size_t items) {
  FirstEncounters counts{std::vector<double>(items), std::vector<double>(items)};
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    for (std::size_t i = 0; i < card.first_encounters(); ++i) {
      const std::uint32_t item = log.item()[card.row[i]];
      counts.answers[item] += 1.0;
      counts.successes[item] += is_success(static_cast<Grade>(card.grade[i])) ? 1.0 : 0.0;
    }
  }
  return counts;
}

namespace detail {

/// ln of the beta-binomial likelihood (up to a constant) of all items under Beta(weight rate, weight (1 - rate)).
[[nodiscard]] inline double beta_binomial(const FirstEncounters& counts, double rate, double weight) {
  const double a = weight * rate;
  const double b = weight * (1.0 - rate);
  double sum = 0.0;
  for (std::size_t i = 0; i < counts.answers.size(); ++i) {
    if (counts.answers[i] == 0.0) continue;
    const double wrong = counts.answers[i] - counts.successes[i];
    sum += std::lgamma(a + counts.successes[i]) - std::lgamma(a) + std::lgamma(b + wrong) - std::lgamma(b) -
           std::lgamma(weight + counts.answers[i]) + std::lgamma(weight);
  }
  return sum;
}

/// Shrinkage weight of largest likelihood among powers of two; large where items do not differ or have one answer each.
[[nodiscard]] inline double shrinkage(const FirstEncounters& counts, double rate) {
  double best_weight = 1.0;
  double best = -1e300;
  for (double weight = 1.0; weight <= 1024.0; weight *= 2.0) {
    const double value = beta_binomial(counts, rate, weight);
    if (value >= best) {
      best = value;
      best_weight = weight;
    }
  }
  return best_weight;
}

}  // namespace detail

/// Fits the two constants of same-day answers by Newton's method, under a weak prior around (0, 1): sd 3 and 1. Returns the number used.
template <models::MemoryModel M>
std::size_t fit_same_day(const data::Histories& histories, const typename M::template Params<double>& w, Observation& observation) {
  struct Sample {
    double x, y;
  };
  std::vector<Sample> samples;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    static_cast<void>(replay<M, double>(w, card, [&](std::size_t i, const auto& state) {
      if (card.elapsed[i] >= observation.minimum_gap) return;
      samples.push_back(
          {Observation::bounded_logit(M::recall(w, state, card.elapsed[i])), is_success(static_cast<Grade>(card.grade[i])) ? 1.0 : 0.0});
    }));
  }

  const Eigen::Vector2d prior_mean{0.0, 1.0};
  const Eigen::Vector2d precision{1.0 / 9.0, 1.0};
  const auto objective = [&](const Eigen::Vector2d& at) {
    double sum = 0.5 * (at - prior_mean).cwiseAbs2().dot(precision);
    for (const Sample& s : samples) {
      const double eta = at[0] + at[1] * s.x;
      sum += std::log1p(std::exp(-std::abs(eta))) + std::max(eta, 0.0) - s.y * eta;
    }
    return sum;
  };
  const auto minimum = [&](Eigen::Vector2d theta, bool flat) {  // damped Newton; flat: the slope stays
    double value = objective(theta);
    for (int iteration = 0; iteration < 100; ++iteration) {
      Eigen::Vector2d gradient = precision.cwiseProduct(theta - prior_mean);
      Eigen::Matrix2d hessian = precision.asDiagonal();
      for (const Sample& s : samples) {
        const double p = 1.0 / (1.0 + std::exp(-(theta[0] + theta[1] * s.x)));
        const Eigen::Vector2d x{1.0, s.x};
        gradient += (p - s.y) * x;
        hessian += p * (1.0 - p) * x * x.transpose();
      }
      const Eigen::Vector2d move = flat ? Eigen::Vector2d{gradient[0] / hessian(0, 0), 0.0} : Eigen::Vector2d{hessian.inverse() * gradient};
      double length = 1.0;
      double reached = objective(theta - move);
      while (!(reached <= value) && length > 1e-9) reached = objective(theta - (length *= 0.5) * move);
      if (!(reached < value)) break;
      const double gain = value - reached;
      theta -= length * move;
      value = reached;
      if (gain <= 1e-12 * (1.0 + std::abs(value))) break;
    }
    return theta;
  };
  // The objective is convex: where its minimum has a falling curve, the best rising one is flat.
  Eigen::Vector2d theta = minimum(prior_mean, false);
  if (theta[1] < 0.0) theta = minimum({theta[0], 0.0}, true);
  observation.intercept = theta[0];
  observation.slope = theta[1];
  return samples.size();
}

/// Fits the whole layer for a model with parameters `w`.
template <models::MemoryModel M>
[[nodiscard]] Observation fit_observation(const data::Histories& histories, const FirstEncounters& counts,
                                          const typename M::template Params<double>& w, double minimum_gap) {
  Observation observation;
  observation.minimum_gap = minimum_gap;
  double answers = 0.0;
  double successes = 0.0;
  for (std::size_t i = 0; i < counts.answers.size(); ++i) {
    answers += counts.answers[i];
    successes += counts.successes[i];
  }
  observation.first_success = (successes + 0.5) / (answers + 1.0);
  observation.first_weight = detail::shrinkage(counts, observation.first_success);
  fit_same_day<M>(histories, w, observation);
  return observation;
}

/// One probability of a right answer per row of the log, from the strictly earlier rows of its card. `first_rate` has one value per item code.
template <models::MemoryModel M>
[[nodiscard]] std::vector<double> predict_sequence(const data::ReviewLog& log, const data::Histories& histories,
                                                   const typename M::template Params<double>& w, const Observation& observation,
                                                   std::span<const double> first_rate) {
  std::vector<double> p(log.size());
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    for (std::size_t i = 0; i < card.first_encounters(); ++i) p[card.row[i]] = first_rate[log.item()[card.row[i]]];
    static_cast<void>(replay<M, double>(w, card, [&](std::size_t i, const auto& state) {
      p[card.row[i]] = observation.answer(M::recall(w, state, card.elapsed[i]), card.elapsed[i]);
    }));
  }
  return p;
}

}  // namespace perdure::inline PERDURE_ABI::fit
