#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/logistic.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort::logit_layer {

/// Variances of effects that nothing is known of; noise, the variance that an effect gains with every answer, and rates, what it gains per
/// ln(1 + days) since the learner's last answer (on that skill).
struct Variances {
  double ability, item, skill, learner_skill, learner_item;
  double ability_noise, ability_rate;
  double learner_skill_noise, learner_skill_rate;
};
inline constexpr std::size_t variance_count = 9;

/// A Gaussian effect.
struct Effect {
  double mean = 0.0;
  double variance = 0.0;
};

/// Answers in order of time. Rows of one moment do not see each other.
struct Rows {
  std::span<const std::uint32_t> learner, item, skill;
  std::span<const std::uint32_t> learner_skill, learner_item;  ///< numbers of pairs
  std::span<const double> base;                                ///< log-odds that the effects add to
  std::span<const double> days;                                ///< time of answering
  std::span<const double> score;                               ///< in [0, 1]
  std::span<const std::uint8_t> known;                         ///< whether items and skills have learned from the row already

  [[nodiscard]] std::size_t size() const noexcept { return learner.size(); }
};

/// One pass of the layer: log-odds of a right answer are those of a base model and effects of learner, item, skill, learner on skill and learner
/// on item, all learned online by an assumed-density (Kalman) step.
///
///     eta = base + sum of means;   p = sigma(eta / sqrt(1 + pi/8 sum of variances))
///     w = sigma'(eta),  G = 1/(1 + w sum v);   m_j += v_j (y - sigma(eta)) G,   v_j -= v_j^2 w G
///
/// The layer of the cohort model (cohort/step.hpp) with another model's memory in place of its own: the rival "FSRS-6 in the online layer".
/// \param items, skills  go in with what is known of them and come out with what the rows add
/// \param probability    (rows), each from the rows of earlier moments
inline void pass(const Variances& p, const Rows& rows, std::span<Effect> items, std::span<Effect> skills, std::span<double> probability) {
  constexpr double pull = 0.3926990816987241;  // pi/8
  struct Own {
    Effect effect;
    double last = std::numeric_limits<double>::quiet_NaN();  ///< days of the last answer

    /// What the effect gained since then.
    void drift(double now, double noise, double rate) {
      if (!std::isnan(last)) effect.variance += noise + rate * std::log1p(now - last);
      last = now;
    }
  };
  const auto fresh = [](std::span<const std::uint32_t> codes, double variance) {
    const std::size_t many = codes.empty() ? 0 : std::size_t{1} + *std::max_element(codes.begin(), codes.end());
    return std::vector<Own>(many, Own{{0.0, variance}});
  };
  auto learners = fresh(rows.learner, p.ability);
  auto on_skill = fresh(rows.learner_skill, p.learner_skill);
  auto on_item = fresh(rows.learner_item, p.learner_item);
  const auto effects = [&](std::size_t r) {
    return std::array{&learners[rows.learner[r]].effect, &on_skill[rows.learner_skill[r]].effect, &on_item[rows.learner_item[r]].effect,
                      &items[rows.item[r]], &skills[rows.skill[r]]};
  };
  const auto outlook = [&](std::size_t r) {
    Effect sum{rows.base[r], 0.0};
    for (const Effect* e : effects(r)) {
      sum.mean += e->mean;
      sum.variance += e->variance;
    }
    return sum;
  };
  const auto learn = [&](std::size_t r) {
    learners[rows.learner[r]].drift(rows.days[r], p.ability_noise, p.ability_rate);
    on_skill[rows.learner_skill[r]].drift(rows.days[r], p.learner_skill_noise, p.learner_skill_rate);
    const Effect now = outlook(r);
    const double right = models::logistic(now.mean);
    const double information = right * (1.0 - right);
    const double gain = 1.0 / (1.0 + information * now.variance);
    auto touched = effects(r);
    const std::size_t shared = 3;  // place of the first effect that other learners have too
    for (std::size_t j = 0; j < (rows.known[r] != 0 ? shared : touched.size()); ++j) {
      const double v = touched[j]->variance;
      touched[j]->mean += v * (rows.score[r] - right) * gain;
      touched[j]->variance -= v * v * information * gain;
    }
  };
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    for (; end < rows.size() && rows.days[end] == rows.days[begin]; ++end) {
      const Effect now = outlook(end);
      probability[end] = models::logistic(now.mean / std::sqrt(1.0 + pull * now.variance));
    }
    for (std::size_t r = begin; r < end; ++r) learn(r);
  }
}

}  // namespace perdure::inline PERDURE_ABI::cohort::logit_layer
