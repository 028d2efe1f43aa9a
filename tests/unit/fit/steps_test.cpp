#include "fit_cases.hpp"

#include <perdure/fit/replay.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/models/half_life.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace {

using namespace perdure;
using fit::StepGroup;
using fit_cases::one_learner;
using models::HalfLife;
using ::testing::ElementsAre;

std::vector<int> codes(const StepGroup& group, std::size_t lane) {
  std::vector<int> found;
  for (std::size_t row = 0; row < group.rows && lane < group.active[row]; ++row) found.push_back(group.code[row * group.lanes + lane]);
  return found;
}
std::vector<float> days(const StepGroup& group, std::size_t lane) {
  std::vector<float> found;
  for (std::size_t row = 0; row < group.rows && lane < group.active[row]; ++row) found.push_back(group.days[row * group.lanes + lane]);
  return found;
}
constexpr int right = fit::step::predicted | fit::step::right;
constexpr int wrong = fit::step::predicted;

TEST(Steps, StandInOrderOfLengthAndEndAtTheLastPredictedAnswer) {
  // The second card is longest; the last answer of the first comes within a day; the third has nothing to predict.
  const auto histories = one_learner({{{0, 3}, {2, 1}, {2.5, 3}}, {{0, 2}, {1, 4}, {3, 3}}, {{0, 3}, {0.5, 3}}});
  const fit::Steps steps{histories, fit::later_answers(histories, 1.0)};
  ASSERT_EQ(steps.groups().size(), 1U);
  const StepGroup& group = steps.groups()[0];
  EXPECT_EQ(group.lanes, 16U);
  EXPECT_EQ(group.rows, 3U);
  EXPECT_THAT(std::vector<int>(group.active, group.active + 3), ElementsAre(2, 2, 1));
  EXPECT_THAT(codes(group, 0), ElementsAre(2, right | 4, right | 3));
  EXPECT_THAT(days(group, 0), ElementsAre(0.0F, 1.0F, 2.0F));
  EXPECT_THAT(codes(group, 1), ElementsAre(3, wrong | 1));
  for (std::size_t lane = 2; lane < group.lanes; ++lane) EXPECT_EQ(group.code[lane], 0) << lane;
  EXPECT_EQ(steps.amount().answers, 3U);
  EXPECT_EQ(steps.amount().effective(), 3.0);
}

TEST(Steps, AnswersWithOneTimeStampAreAllPredictedBeforeAnyUpdates) {
  const auto histories = one_learner({{{0, 3}, {3, 3}, {3, 1}, {8, 3}}});
  const fit::Steps steps{histories, fit::later_answers(histories, 1.0)};
  const StepGroup& group = steps.groups()[0];
  EXPECT_THAT(codes(group, 0), ElementsAre(3, wrong, right | 3, 1, right | 3));
  EXPECT_THAT(days(group, 0), ElementsAre(0.0F, 3.0F, 3.0F, 0.0F, 5.0F));
}

TEST(Steps, SumTheSameLossAsAReplayCardByCard) {
  std::vector<std::vector<fit_cases::Answer>> cards;
  for (int c = 0; c < 300; ++c) {  // lengths 1 to 12, ties here and there
    std::vector<fit_cases::Answer> card{{0.0, static_cast<std::uint8_t>(1 + c % 4)}};
    for (int k = 1; k < 1 + c % 12; ++k) {
      const double gap = (c + k) % 5 == 0 ? 0.0 : 0.4 * ((c * 7 + k * 3) % 11);
      card.push_back({card.back().day + gap, static_cast<std::uint8_t>(1 + (c + k) % 4)});
    }
    cards.push_back(card);
  }
  const auto histories = one_learner(cards);
  const auto w = models::default_params<HalfLife>();
  double loss = 0.0;
  std::size_t answers = 0;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    static_cast<void>(fit::replay<HalfLife, double>(w, card, [&](std::size_t i, const auto& state) {
      if (card.elapsed[i] < 1.0) return;
      const double days = static_cast<float>(card.elapsed[i]);  // steps hold float32
      loss += fit::log_loss(HalfLife::recall(w, state, days), card.grade[i] > 1);
      ++answers;
    }));
  }
  const fit_cases::Problem<HalfLife> problem{histories};
  EXPECT_EQ(problem.steps.amount().answers, answers);
  EXPECT_NEAR(problem.loss(models::defaults<HalfLife>()), loss, 1e-5 * loss);
}

TEST(Steps, SegmentsKeepTheirCardsApart) {
  const auto histories = one_learner({{{0, 3}, {2, 3}}, {{0, 3}, {2, 3}, {4, 1}}, {{0, 3}, {9, 1}}, {{0, 3}}});
  const std::vector<std::uint32_t> segment{2, 0, 2, 1};
  const fit::Steps steps{histories, fit::later_answers(histories, 1.0), segment, 3};
  ASSERT_EQ(steps.segments(), 3U);
  EXPECT_EQ(steps.groups(0).size(), 1U);
  EXPECT_EQ(steps.groups(1).size(), 0U);
  EXPECT_EQ(steps.groups(2).size(), 1U);
  EXPECT_EQ(steps.amount(0).answers, 2U);
  EXPECT_EQ(steps.amount(1).answers, 0U);
  EXPECT_EQ(steps.amount(2).answers, 2U);
  EXPECT_EQ(steps.groups(2)[0].active[0], 2U);
}

TEST(Steps, WeightsGoWithTheirAnswers) {
  const auto histories = one_learner({{{0, 3}, {2, 3}, {4, 1}}});
  fit::Targets targets = fit::later_answers(histories, 1.0);
  targets.weight = {9.0F, 0.5F, 2.0F};
  const fit::Steps steps{histories, targets};
  const StepGroup& group = steps.groups()[0];
  EXPECT_EQ(group.weight[group.lanes], 0.5F);
  EXPECT_EQ(group.weight[2 * group.lanes], 2.0F);
  EXPECT_DOUBLE_EQ(steps.amount().weight, 2.5);
  EXPECT_DOUBLE_EQ(steps.amount().effective(), 2.5 * 2.5 / 4.25);
}

TEST(Steps, RoundingToFloatNeverCrossesAWholeDay) {
  const std::vector<double> elapsed{0.0, 1.0 - 1e-9};
  const std::vector<std::size_t> offset{0, 2};
  const std::vector<std::uint8_t> grade{3, 3};
  const auto histories = data::Histories::from_cards(offset, elapsed, grade);
  const fit::Steps steps{histories, fit::later_answers(histories, 0.0)};
  EXPECT_LT(steps.groups()[0].days[16], 1.0F);
}

TEST(Steps, ManyCardsFillGroupsOfSixtyFour) {
  const auto histories = fit_cases::simulated<HalfLife>(models::default_params<HalfLife>(), 5000, 1);
  const fit::Steps steps{histories, fit::later_answers(histories, 1.0)};
  std::size_t cards = 0;
  for (const StepGroup& group : steps.groups()) {
    EXPECT_LE(group.lanes, 64U);
    EXPECT_EQ(group.lanes % 16, 0U);
    for (std::size_t row = 1; row < group.rows; ++row) EXPECT_LE(group.active[row], group.active[row - 1]);
    cards += group.active[0];
  }
  EXPECT_GT(cards, 4900U);
  EXPECT_LE(cards, 5000U);
}

}  // namespace
