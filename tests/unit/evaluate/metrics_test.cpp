#include <perdure/evaluate/metrics.hpp>
#include <perdure/evaluate/sorted.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>
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

// Equal predictions are not torn apart: of eight answers in four bins, the six equal ones fill the first.
TEST(Calibration, QuantileBinsKeepEqualPredictionsTogether) {
  const std::vector<double> at{0.9, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.8};
  const std::vector<std::uint8_t> right{1, 0, 1, 0, 1, 0, 1, 0};
  const auto table = calibration_by_quantile(at, right, 4);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table[0].n, 6U);
  EXPECT_DOUBLE_EQ(table[0].observed, 0.5);
  EXPECT_DOUBLE_EQ(table[0].predicted, 0.3);
  EXPECT_EQ(table[1].n, 2U);
  EXPECT_EQ(table[1].from, 0.8);
  EXPECT_EQ(table[1].to, 0.9);
  EXPECT_THROW(static_cast<void>(calibration_by_quantile(at, right, 0)), std::invalid_argument);
}

TEST(Calibration, QuantileBinsAreEqualWherePredictionsDiffer) {
  std::vector<double> at;
  std::vector<std::uint8_t> right;
  for (int i = 0; i < 1000; ++i) {
    at.push_back(static_cast<double>(i * 389 % 1000) / 1000.0);
    right.push_back(i % 3 == 0 ? 0 : 1);
  }
  const auto table = calibration_by_quantile(at, right, 20);
  ASSERT_EQ(table.size(), 20U);
  for (const CalibrationBin& bin : table) EXPECT_EQ(bin.n, 50U);
}

// Six passes of counting against std::sort, with zeros of both signs, ones, and the smallest numbers.
TEST(Sorted, RisesAndKeepsEveryAnswer) {
  std::vector<double> at{0.0, -0.0, 1.0, 5e-324, 1e-308, 0.5};
  std::vector<std::uint8_t> right{1, 0, 1, 0, 1, 0};
  std::uint32_t draw = 1;
  for (int i = 0; i < 5000; ++i) {
    draw = draw * 1664525U + 1013904223U;
    at.push_back(std::ldexp(static_cast<double>(draw >> 8U), -24 - i % 7));
    right.push_back(static_cast<std::uint8_t>(draw >> 31U));
  }
  const Sorted sorted{at, right};
  std::vector<std::pair<double, bool>> wanted;
  for (std::size_t i = 0; i < at.size(); ++i) wanted.emplace_back(at[i] + 0.0, right[i] != 0);
  std::sort(wanted.begin(), wanted.end());
  ASSERT_EQ(sorted.size(), wanted.size());
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    EXPECT_EQ(sorted.p(k), wanted[k].first);
    EXPECT_EQ(sorted.success(k), wanted[k].second);
  }
}

// A weight of 3 is an answer given three times.
TEST(Metrics, WeightsCountAnswers) {
  const std::vector<double> weight{1, 3, 0, 2};
  std::vector<double> often;
  std::vector<std::uint8_t> outcome;
  for (std::size_t i = 0; i < p.size(); ++i) {
    often.insert(often.end(), static_cast<std::size_t>(weight[i]), p[i]);
    outcome.insert(outcome.end(), static_cast<std::size_t>(weight[i]), y[i]);
  }
  EXPECT_NEAR(log_loss(p, y, weight), log_loss(often, outcome), 1e-15);
  EXPECT_NEAR(brier(p, y, weight), brier(often, outcome), 1e-15);
  EXPECT_NEAR(rmse(p, y, weight), rmse(often, outcome), 1e-15);
  EXPECT_NEAR(mean_bias(p, y, weight), mean_bias(often, outcome), 1e-15);
  EXPECT_NEAR(auc(p, y, weight), auc(often, outcome), 1e-15);
  const std::vector<double> none(p.size(), 0.0);
  EXPECT_TRUE(std::isnan(log_loss(p, y, none)));
  EXPECT_TRUE(std::isnan(auc(p, y, none)));
}

TEST(Metrics, WeightsMustBeWeights) {
  for (const double bad : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(static_cast<void>(brier(p, y, std::vector<double>{1, 1, 1, bad})), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(auc(p, y, std::vector<double>{1, 1, 1, bad})), std::invalid_argument);
  }
  EXPECT_THROW(static_cast<void>(brier(p, y, std::vector<double>{1, 1})), std::invalid_argument);
}

}  // namespace
