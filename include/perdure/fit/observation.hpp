#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/log_gamma.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/each_row.hpp>
#include <perdure/fit/replay.hpp>
#include <perdure/fit/targets.hpp>
#include <perdure/models/concept.hpp>

#include <Eigen/Core>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
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

  static constexpr double logit_bound = 10.0;

  /// ln(r/(1 - r)), held within ±10 so that recall at zero elapsed time stays finite.
  [[nodiscard]] static double bounded_logit(double r) noexcept {
    return std::clamp(std::log(r) - std::log1p(-r), -logit_bound, logit_bound);
  }
};

/// First encounters of each item: how many, and how many right.
struct FirstEncounters {
  std::vector<double> answers, successes;  ///< by item code
};

[[nodiscard]] inline FirstEncounters count_first(const data::ReviewLog& log, const data::Histories& histories, std::size_t items,
                                                 Counted counted = {}) {
  FirstEncounters counts{std::vector<double>(items), std::vector<double>(items)};
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    for (std::size_t i = 0; i < card.first_encounters(); ++i) {
      if (!counted.empty() && counted[card.row[i]] == 0) continue;
      const std::uint32_t item = log.item()[card.row[i]];
      counts.answers[item] += 1.0;
      counts.successes[item] += is_success(static_cast<Grade>(card.grade[i])) ? 1.0 : 0.0;
    }
  }
  return counts;
}

namespace detail {

/// How many items had so many first encounters with so many right answers: items alike are summed as one.
using FirstPatterns = std::map<std::pair<double, double>, double>;

/// Items with one first encounter are left out: whatever the weight, their likelihood is the common rate's.
[[nodiscard]] inline FirstPatterns patterns(const FirstEncounters& counts) {
  FirstPatterns found;
  for (std::size_t i = 0; i < counts.answers.size(); ++i) {
    if (counts.answers[i] > 1.0) found[{counts.answers[i], counts.successes[i]}] += 1.0;
  }
  return found;
}

/// ln of the beta-binomial likelihood (up to a constant) of all items under Beta(weight rate, weight (1 - rate)).
[[nodiscard]] inline double beta_binomial(const FirstPatterns& items, double rate, double weight) {
  const double a = weight * rate;
  const double b = weight * (1.0 - rate);
  double sum = 0.0;
  for (const auto& [pattern, count] : items) {
    const auto& [answers, successes] = pattern;
    sum += count * (math::log_gamma(a + successes) - math::log_gamma(a) + math::log_gamma(b + answers - successes) - math::log_gamma(b) -
                    math::log_gamma(weight + answers) + math::log_gamma(weight));
  }
  return sum;
}

}  // namespace detail

/// Shrinkage weight of largest likelihood among powers of two; large where items do not differ or have one answer each.
[[nodiscard]] inline double first_weight(const FirstEncounters& counts, double rate) {
  const detail::FirstPatterns items = detail::patterns(counts);
  double best_weight = 1.0;
  double best = -1e300;
  for (double weight = 1.0; weight <= 1024.0; weight *= 2.0) {
    const double value = detail::beta_binomial(items, rate, weight);
    if (value >= best) {
      best = value;
      best_weight = weight;
    }
  }
  return best_weight;
}

namespace detail {

/// An answer within the minimum gap: logit of recall, and 1 where it was right.
struct SameDay {
  double x, y;
};

/// All of them in the order of the histories, for any number of threads. Cards without one are not replayed.
template <models::MemoryModel M>
[[nodiscard]] std::vector<SameDay> same_day(const data::Histories& histories, const typename M::template Params<double>& w,
                                            double minimum_gap, unsigned threads, Counted counted) {
  constexpr std::size_t cards_per_task = 512;
  std::vector<std::vector<SameDay>> part((histories.cards() + cards_per_task - 1) / cards_per_task);
  parallel_for(part.size(), threads, [&](std::size_t task) {
    const std::size_t end = std::min(histories.cards(), (task + 1) * cards_per_task);
    for (std::size_t c = task * cards_per_task; c < end; ++c) {
      const data::Card card = histories.card(c);
      const std::size_t first = card.first_encounters();
      std::size_t end_of_card = card.size();
      while (end_of_card > first && card.elapsed[end_of_card - 1] >= minimum_gap) --end_of_card;
      if (end_of_card == first) continue;
      const data::Card part_of_card{card.row.first(end_of_card), card.elapsed.first(end_of_card), card.grade.first(end_of_card),
                                    card.tied.first(end_of_card)};
      static_cast<void>(replay<M, double>(w, part_of_card, [&](std::size_t i, const auto& state) {
        if (card.elapsed[i] >= minimum_gap || (!counted.empty() && counted[card.row[i]] == 0)) return;
        part[task].push_back(
            {Observation::bounded_logit(M::recall(w, state, card.elapsed[i])), is_success(static_cast<Grade>(card.grade[i])) ? 1.0 : 0.0});
      }));
    }
  });
  std::vector<SameDay> all;
  for (const auto& found : part) all.insert(all.end(), found.begin(), found.end());
  return all;
}

/// Answers alike: mean logit of recall, how many, and how many of them were right.
struct Alike {
  double x, answers, right;
};

/// Answers in bins of 1/256 of a log-odd, each at the mean of its x: what a fit of two constants loses by that is of second order in the width,
/// below 1e-6, and its steps no longer depend on the length of the log.
[[nodiscard]] inline std::vector<Alike> binned(const std::vector<SameDay>& answers) {
  constexpr double per_unit = 256.0;
  std::vector<Alike> bins(static_cast<std::size_t>(2.0 * Observation::logit_bound * per_unit) + 1);
  for (const SameDay& a : answers) {
    const double place = (a.x + Observation::logit_bound) * per_unit;
    Alike& bin = bins[place > 0.0 ? static_cast<std::size_t>(place) : 0];
    bin.x += a.x;
    bin.answers += 1.0;
    bin.right += a.y;
  }
  std::erase_if(bins, [](const Alike& bin) { return bin.answers == 0.0; });
  for (Alike& bin : bins) bin.x /= bin.answers;
  return bins;
}

}  // namespace detail

/// Fits the two constants of same-day answers by Newton's method, under a weak prior around (0, 1): sd 3 and 1. Returns the number used.
template <models::MemoryModel M>
std::size_t fit_same_day(const data::Histories& histories, const typename M::template Params<double>& w, Observation& observation,
                         unsigned threads = 1, Counted counted = {}) {
  const std::vector<detail::SameDay> answers = detail::same_day<M>(histories, w, observation.minimum_gap, threads, counted);
  const std::vector<detail::Alike> samples = detail::binned(answers);

  const Eigen::Vector2d prior_mean{0.0, 1.0};
  const Eigen::Vector2d precision{1.0 / 9.0, 1.0};
  const auto objective = [&](const Eigen::Vector2d& at) {
    double sum = 0.5 * (at - prior_mean).cwiseAbs2().dot(precision);
    for (const detail::Alike& s : samples) {
      const double eta = at[0] + at[1] * s.x;
      sum += s.answers * (std::log1p(std::exp(-std::abs(eta))) + std::max(eta, 0.0)) - s.right * eta;
    }
    return sum;
  };
  const auto minimum = [&](Eigen::Vector2d theta, bool flat) {  // damped Newton; flat: the slope stays
    double value = objective(theta);
    for (int iteration = 0; iteration < 100; ++iteration) {
      Eigen::Vector2d gradient = precision.cwiseProduct(theta - prior_mean);
      Eigen::Matrix2d hessian = precision.asDiagonal();
      for (const detail::Alike& s : samples) {
        const double p = 1.0 / (1.0 + std::exp(-(theta[0] + theta[1] * s.x)));
        const Eigen::Vector2d x{1.0, s.x};
        gradient += (s.answers * p - s.right) * x;
        hessian += s.answers * p * (1.0 - p) * x * x.transpose();
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
  return answers.size();
}

/// The layer of a model with parameters `w`, and how many answers it was fitted to.
struct ObservationFit {
  Observation layer;
  double first_answers = 0.0;
  double same_day_answers = 0.0;
};

template <models::MemoryModel M>
[[nodiscard]] ObservationFit fit_observation(const data::Histories& histories, const FirstEncounters& counts,
                                             const typename M::template Params<double>& w, double minimum_gap, unsigned threads = 1,
                                             Counted counted = {}) {
  ObservationFit fit;
  fit.layer.minimum_gap = minimum_gap;
  double successes = 0.0;
  for (std::size_t i = 0; i < counts.answers.size(); ++i) {
    fit.first_answers += counts.answers[i];
    successes += counts.successes[i];
  }
  fit.layer.first_success = (successes + 0.5) / (fit.first_answers + 1.0);
  fit.layer.first_weight = first_weight(counts, fit.layer.first_success);
  fit.same_day_answers = static_cast<double>(fit_same_day<M>(histories, w, fit.layer, threads, counted));
  return fit;
}

namespace detail {

/// As predict_sequence, with the parameters `of(card)`.
template <models::MemoryModel M, class Of>
[[nodiscard]] std::vector<double> predicted(const data::ReviewLog& log, const data::Histories& histories, const Of& of,
                                            const Observation& observation, std::span<const double> first_rate, unsigned threads) {
  std::vector<double> p(log.size());
  each_row(histories.cards(), threads, [&](std::size_t c) {
    const data::Card card = histories.card(c);
    const auto& w = of(c);
    for (std::size_t i = 0; i < card.first_encounters(); ++i) p[card.row[i]] = first_rate[log.item()[card.row[i]]];
    static_cast<void>(replay<M, double>(w, card, [&](std::size_t i, const auto& state) {
      p[card.row[i]] = observation.answer(M::recall(w, state, card.elapsed[i]), card.elapsed[i]);
    }));
  });
  return p;
}

}  // namespace detail

/// One probability of a right answer per row of the log, from the strictly earlier rows of its card. `first_rate` has one value per item code.
template <models::MemoryModel M>
[[nodiscard]] std::vector<double> predict_sequence(const data::ReviewLog& log, const data::Histories& histories,
                                                   const typename M::template Params<double>& w, const Observation& observation,
                                                   std::span<const double> first_rate, unsigned threads = 1) {
  return detail::predicted<M>(
      log, histories, [&w](std::size_t) -> const auto& { return w; }, observation, first_rate, threads);
}

}  // namespace perdure::inline PERDURE_ABI::fit
