#include <perdure/evaluate/bootstrap.hpp>
#include <perdure/evaluate/metrics.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace {

using namespace perdure::evaluate;

/// 400 answers of 20 learners, right two times of three, and three models: one that knows, the common share, one that has it backwards.
struct Cohort {
  std::vector<double> good, base, bad;
  std::vector<std::uint8_t> right;
  std::vector<std::uint32_t> learner;

  Cohort() {
    for (std::uint32_t i = 0; i < 400; ++i) {
      right.push_back(i % 3 == 0 ? 0 : 1);
      good.push_back(right.back() != 0 ? 0.8 : 0.3);
      base.push_back(2.0 / 3.0);
      bad.push_back(right.back() != 0 ? 0.4 : 0.7);
      learner.push_back(i / 20);
    }
  }
};

TEST(Bootstrap, MeanIsExactAndTheIntervalHoldsIt) {
  const Cohort c;
  const Interval gain = paired_log_loss(c.good, c.base, c.right, c.learner, 20);
  EXPECT_NEAR(gain.mean, score(c.good, c.right).log_loss - score(c.base, c.right).log_loss, 1e-12);
  EXPECT_LT(gain.low, gain.mean);
  EXPECT_GT(gain.high, gain.mean);
  EXPECT_LT(gain.high, 0.0);
  EXPECT_EQ(paired_log_loss(c.good, c.base, c.right, c.learner, 20).low, gain.low);
  EXPECT_EQ(paired_log_loss(c.base, c.base, c.right, c.learner, 20).high, 0.0);
}

TEST(Bootstrap, OneClusterHasNoInterval) {
  const std::vector<double> p{0.1, 0.4, 0.35, 0.8};
  const std::vector<std::uint8_t> y{0, 0, 1, 1};
  const std::vector<std::uint32_t> one(4, 0);
  EXPECT_EQ(paired_log_loss(p, p, y, one, 1).mean, 0.0);
  EXPECT_TRUE(std::isnan(paired_log_loss(p, p, y, one, 1).low));
  EXPECT_THROW(static_cast<void>(paired_log_loss(p, p, y, one, 1, {.replicates = 0})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(paired_log_loss(p, p, y, std::vector<std::uint32_t>(4, 1), 1)), std::out_of_range);
}

TEST(Bootstrap, EveryPairSharesTheDrawsOfTheOthers) {
  const Cohort c;
  const std::vector<std::span<const double>> sets{c.good, c.base, c.bad};
  const ClusterLosses losses{sets, c.right, c.learner, 20};
  const auto pairs = losses.differences({.seed = 7});
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[1].model, 0U);
  EXPECT_EQ(pairs[1].than, 2U);
  const Interval alone = paired_log_loss(c.good, c.bad, c.right, c.learner, 20, {.seed = 7});
  EXPECT_DOUBLE_EQ(pairs[1].interval.low, alone.low);
  EXPECT_DOUBLE_EQ(pairs[1].interval.high, alone.high);
  EXPECT_NEAR(pairs[1].interval.mean, pairs[0].interval.mean + pairs[2].interval.mean, 1e-15);
}

// 400 learners of one answer each, right with 3/4, predicted 0.8 and 0.6: the difference is ln(6/8) or ln(4/2), with the standard deviation
// ln(8/3) sqrt(3)/4, and its mean over learners is nearly normal. An end of the interval is off by 0.085 standard deviations (a 2.5 %
// quantile of 1000).
TEST(Bootstrap, IntervalIsAsWideAsChanceMakesIt) {
  const std::vector<double> high(400, 0.8);
  const std::vector<double> low(400, 0.6);
  std::vector<std::uint8_t> right;
  std::vector<std::uint32_t> learner;
  for (std::uint32_t i = 0; i < 400; ++i) {
    right.push_back(i % 4 == 0 ? 0 : 1);
    learner.push_back(i);
  }
  const Interval found = paired_log_loss(high, low, right, learner, 400);
  const double deviation = std::log(8.0 / 3.0) * std::sqrt(3.0) / 4.0 / std::sqrt(400.0);
  EXPECT_NEAR(found.mean, 0.75 * std::log(0.75) + 0.25 * std::log(2.0), 1e-12);
  EXPECT_NEAR(found.low, found.mean - 1.96 * deviation, 5.0 * 0.085 * deviation);
  EXPECT_NEAR(found.high, found.mean + 1.96 * deviation, 5.0 * 0.085 * deviation);
}

TEST(Bootstrap, ThreadsAndEmptyClustersPlayNoPart) {
  const Cohort c;
  const std::vector<std::span<const double>> sets{c.good, c.base, c.bad};
  std::vector<std::uint32_t> sparse;
  for (const std::uint32_t code : c.learner) sparse.push_back(code * 3 + 1);
  const auto one = ClusterLosses{sets, c.right, c.learner, 20}.differences({.threads = 1});
  const auto four = ClusterLosses{sets, c.right, sparse, 70}.differences({.threads = 4});
  for (std::size_t k = 0; k < one.size(); ++k) {
    EXPECT_EQ(one[k].interval.mean, four[k].interval.mean);
    EXPECT_EQ(one[k].interval.low, four[k].interval.low);
    EXPECT_EQ(one[k].interval.high, four[k].interval.high);
  }
}

}  // namespace
