#include <perdure/evaluate/bootstrap.hpp>
#include <perdure/evaluate/metrics.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace {

using namespace perdure::evaluate;

const std::vector<double> p{0.1, 0.4, 0.35, 0.8};
const std::vector<std::uint8_t> y{0, 0, 1, 1};

TEST(Metrics, ByHand) {
  const Scores s = score(p, y);
  EXPECT_EQ(s.n, 4U);
  EXPECT_DOUBLE_EQ(s.success_rate, 0.5);
  EXPECT_DOUBLE_EQ(s.log_loss, -(std::log(0.9) + std::log(0.6) + std::log(0.35) + std::log(0.8)) / 4.0);
  EXPECT_DOUBLE_EQ(s.brier, (0.01 + 0.16 + 0.4225 + 0.04) / 4.0);
  EXPECT_DOUBLE_EQ(s.auc, 0.75);
}

TEST(Metrics, TiesCountHalfAndOneClassHasNoAuc) {
  const std::vector<double> same(4, 0.3);
  EXPECT_DOUBLE_EQ(auc(same, y), 0.5);
  EXPECT_TRUE(std::isnan(auc(p, std::vector<std::uint8_t>(4, 1))));
}

TEST(Metrics, NoAnswersNoScores) {
  const Scores s = score({}, {});
  EXPECT_EQ(s.n, 0U);
  EXPECT_TRUE(std::isnan(s.log_loss));
}

TEST(Metrics, AnImpossibleAnswerCostsABoundedLoss) {
  const std::vector<double> sure{1.0};
  const std::vector<std::uint8_t> wrong{0};
  EXPECT_NEAR(score(sure, wrong).log_loss, -std::log(1e-7), 1e-9);
}

TEST(Metrics, LengthsMustAgree) { EXPECT_THROW(static_cast<void>(score(p, std::vector<std::uint8_t>(3))), std::invalid_argument); }

TEST(Metrics, WhatIsNoProbabilityIsRefused) {
  for (const double bad : {std::nan(""), -0.1, 1.1}) {
    const std::vector<double> at{0.5, bad};
    const std::vector<std::uint8_t> right{0, 1};
    EXPECT_THROW(static_cast<void>(score(at, right)), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(auc(at, right)), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(calibration(at, right, 20)), std::invalid_argument);
  }
}

TEST(Calibration, BinsHoldTheirAnswers) {
  const std::vector<double> at{0.0, 0.049, 0.05, 0.95, 1.0};
  const std::vector<std::uint8_t> right{0, 1, 1, 1, 1};
  const auto table = calibration(at, right, 20);
  ASSERT_EQ(table.size(), 3U);
  EXPECT_EQ(table[0].n, 2U);
  EXPECT_DOUBLE_EQ(table[0].observed, 0.5);
  EXPECT_EQ(table[1].n, 1U);
  EXPECT_EQ(table[2].n, 2U);
  EXPECT_DOUBLE_EQ(table[2].predicted, 0.975);
  EXPECT_DOUBLE_EQ(table[2].to, 1.0);
  EXPECT_THROW(static_cast<void>(calibration(at, right, 0)), std::invalid_argument);
}

// Wilson's interval for 7 right of 10, from the formula in exact arithmetic: (0.396778, 0.892209).
TEST(Calibration, WilsonInterval) {
  const std::vector<double> at(10, 0.5);
  const std::vector<std::uint8_t> right{1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
  const auto table = calibration(at, right, 1);
  EXPECT_NEAR(table[0].low, 0.396778, 1e-6);
  EXPECT_NEAR(table[0].high, 0.892209, 1e-6);
}

TEST(Bootstrap, MeanIsExactAndTheIntervalHoldsIt) {
  std::vector<double> good, base;
  std::vector<std::uint8_t> right;
  std::vector<std::uint32_t> learner;
  for (std::uint32_t i = 0; i < 400; ++i) {
    right.push_back(i % 3 == 0 ? 0 : 1);
    good.push_back(right.back() != 0 ? 0.8 : 0.3);
    base.push_back(2.0 / 3.0);
    learner.push_back(i / 20);
  }
  const Interval gain = paired_log_loss(good, base, right, learner, 20);
  EXPECT_NEAR(gain.mean, score(good, right).log_loss - score(base, right).log_loss, 1e-12);
  EXPECT_LT(gain.low, gain.mean);
  EXPECT_GT(gain.high, gain.mean);
  EXPECT_LT(gain.high, 0.0);
  EXPECT_EQ(paired_log_loss(good, base, right, learner, 20).low, gain.low);
  EXPECT_EQ(paired_log_loss(base, base, right, learner, 20).high, 0.0);
}

TEST(Bootstrap, OneClusterHasNoInterval) {
  const std::vector<std::uint32_t> one(4, 0);
  EXPECT_TRUE(std::isnan(paired_log_loss(p, p, y, one, 1).low));
  EXPECT_THROW(static_cast<void>(paired_log_loss(p, p, y, one, 1, 1, 0)), std::invalid_argument);
}

}  // namespace
