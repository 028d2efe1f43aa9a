#include <perdure/fit/observation.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace perdure;
using fit::Observation;
using models::HalfLife;

TEST(Observation, LaterAnswersAreRecallItself) {
  const Observation o{.intercept = -2.0, .slope = 0.3};
  EXPECT_EQ(o.answer(0.83, 1.0), 0.83);
  EXPECT_DOUBLE_EQ(o.answer(0.5, 0.2), 1.0 / (1.0 + std::exp(2.0)));
  EXPECT_LT(o.answer(1.0, 0.0), 1.0);  // recall 1 still leaves slips
}

TEST(Observation, FirstRatesShrinkToTheCommonOne) {
  const Observation o{.first_success = 0.6, .first_weight = 4.0};
  EXPECT_DOUBLE_EQ(o.first_rate(0.0, 0.0), 0.6);
  EXPECT_DOUBLE_EQ(o.first_rate(6.0, 6.0), (6.0 + 2.4) / 10.0);
}

TEST(Observation, ItemsThatDifferAreShrunkLessThanItemsThatDoNot) {
  fit::FirstEncounters differ;
  fit::FirstEncounters alike;
  for (int i = 0; i < 40; ++i) {
    differ.answers.push_back(50.0);
    differ.successes.push_back(i % 2 == 0 ? 45.0 : 5.0);
    alike.answers.push_back(50.0);
    alike.successes.push_back(25.0);
  }
  EXPECT_LT(fit::first_weight(differ, 0.5), 4.0);
  EXPECT_EQ(fit::first_weight(alike, 0.5), 1024.0);
}

TEST(Observation, SameDayCurveMatchesTheObservedRate) {
  const auto truth = models::default_params<HalfLife>();
  const auto log = perdure::testing::simulated_log<HalfLife>(truth, 3000, 5);
  const data::Histories histories{log, time::ElapsedRule::exact()};
  Observation o;
  const std::size_t used = fit::fit_same_day<HalfLife>(histories, truth, o);
  ASSERT_GT(used, 500U);
  // The simulation answers with recall itself: intercept 0, slope 1. Bounds are four standard errors of the logistic fit at this size.
  EXPECT_NEAR(o.intercept, 0.0, 0.5);
  EXPECT_NEAR(o.slope, 1.0, 0.25);
}

// Answers are fitted in bins: the objective of the answers one by one must be flat at what that gives.
TEST(Observation, BinsLoseNothingThatCounts) {
  const auto truth = models::default_params<HalfLife>();
  const auto log = perdure::testing::simulated_log<HalfLife>(truth, 3000, 15);
  const data::Histories histories{log, time::ElapsedRule::exact()};
  Observation o;
  const auto used = static_cast<double>(fit::fit_same_day<HalfLife>(histories, truth, o));
  double by_intercept = o.intercept / 9.0;  // of the prior
  double by_slope = o.slope - 1.0;
  double answers = 0.0;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    static_cast<void>(fit::replay<HalfLife, double>(truth, card, [&](std::size_t i, const auto& state) {
      if (card.elapsed[i] >= 1.0) return;
      const double x = Observation::bounded_logit(HalfLife::recall(truth, state, card.elapsed[i]));
      const double off = 1.0 / (1.0 + std::exp(-(o.intercept + o.slope * x))) - (card.grade[i] > 1 ? 1.0 : 0.0);
      by_intercept += off;
      by_slope += off * x;
      answers += 1.0;
    }));
  }
  EXPECT_EQ(answers, used);
  // A bin is 1/256 wide: its answers lie 1/512 from its mean at most, and their slopes cancel to first order.
  EXPECT_NEAR(by_intercept, 0.0, 1e-4 * used);
  EXPECT_NEAR(by_slope, 0.0, 1e-4 * used);
  Observation again;
  EXPECT_EQ(static_cast<double>(fit::fit_same_day<HalfLife>(histories, truth, again, 3)), used);
  EXPECT_EQ(again.intercept, o.intercept);
  EXPECT_EQ(again.slope, o.slope);
}

// Recall and answers run against each other: the best curve that does not fall is flat, at the observed rate.
TEST(Observation, WhereTheSlopeWouldBeNegativeTheInterceptIsTheLogOddsOfTheRate) {
  constexpr std::int64_t minute = 60'000;
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;
  double right = 0.0;
  for (std::uint32_t c = 0; c < 600; ++c) {
    const bool soon = c % 2 == 0;
    const bool success = soon ? c % 10 < 3 : c % 10 != 1;  // wrong within minutes, right after hours
    for (const auto& [when, good] : {std::pair{std::int64_t{0}, true}, std::pair{(soon ? 2 : 900) * minute, success}}) {
      learner.push_back(c);
      item.push_back(0);
      answered.push_back(when);
      grade.push_back(good ? 3 : 1);
      score.push_back(good ? 1.0F : 0.0F);
    }
    right += success ? 1.0 : 0.0;
  }
  const auto log =
      data::ReviewLog::import({.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
          .first;
  Observation o;
  ASSERT_EQ(fit::fit_same_day<HalfLife>(data::Histories{log, time::ElapsedRule::exact()}, models::default_params<HalfLife>(), o), 600U);
  EXPECT_EQ(o.slope, 0.0);
  EXPECT_NEAR(o.intercept, std::log(right / (600.0 - right)), 0.01);  // the prior (sd 3) pulls less than that
}

TEST(PredictSequence, EveryRowHasOneProbabilityAndNoneSeesItself) {
  const auto truth = models::default_params<HalfLife>();
  const auto log = perdure::testing::simulated_log<HalfLife>(truth, 200, 6);
  const data::Histories histories{log, time::ElapsedRule::exact()};
  const auto counts = fit::count_first(log, histories, 4);
  const auto o = fit::fit_observation<HalfLife>(histories, counts, truth, 1.0).layer;
  const std::vector<double> rates(4, 0.25);
  const auto p = fit::predict_sequence<HalfLife>(log, histories, truth, o, rates);
  ASSERT_EQ(p.size(), log.size());
  for (const double x : p) EXPECT_TRUE(x >= 0.0 && x <= 1.0);
  EXPECT_EQ(p[0], 0.25);  // a first encounter
}

}  // namespace
