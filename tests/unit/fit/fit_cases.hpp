#pragma once

#include <perdure/data/histories.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/portable.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/fit/targets.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/testing/simulated_log.hpp>
#include <perdure/time/elapsed.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// What tests of fits share: logs with known truth, cards written by hand, and a model's objective over them.
namespace fit_cases {

using namespace perdure;

/// `cards` cards of six answers each under `truth` (testing/simulated_log.hpp).
template <models::MemoryModel M>
data::Histories simulated(const typename M::template Params<double>& truth, std::uint32_t cards, std::uint64_t seed) {
  return data::Histories{perdure::testing::simulated_log<M>(truth, cards, seed), time::ElapsedRule::exact()};
}

/// One learner's answers to one item.
struct Answer {
  double day;
  std::uint8_t grade;
};
inline data::Histories one_learner(const std::vector<std::vector<Answer>>& cards) {
  constexpr double day_ms = 86'400'000.0;
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;
  for (std::size_t c = 0; c < cards.size(); ++c) {
    for (const Answer& a : cards[c]) {
      learner.push_back(0);
      item.push_back(static_cast<std::uint32_t>(c));
      answered.push_back(static_cast<std::int64_t>(a.day * day_ms));
      grade.push_back(a.grade);
      score.push_back(a.grade > 1 ? 1.0F : 0.0F);
    }
  }
  const auto log =
      data::ReviewLog::import({.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
          .first;
  return data::Histories{log, time::ElapsedRule::exact()};
}

/// The objective of a model's template over the answers that come a day or more after the last.
template <models::MemoryModel M>
struct Problem {
  explicit Problem(const data::Histories& histories, unsigned threads = 1)
      : steps{histories, fit::later_answers(histories, 1.0)}, objective{steps.groups(), fit::portable<M>(), threads} {}
  [[nodiscard]] double loss(std::span<const double> values) const { return objective.derivatives(values, fit::Order::loss).loss; }

  fit::Steps steps;
  fit::Objective objective;
};

}  // namespace fit_cases
