#include <perdure/cohort/adaptive_layer.hpp>
#include <perdure/core/random.hpp>

#include <Eigen/Core>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::cohort::adaptive;

constexpr auto d = static_cast<Eigen::Index>(features);
constexpr Eigen::Index a = feature::logit6;
constexpr Eigen::Index b = feature::logit7_less_6;

/// Features of size 1, the first of them 1.
Features random_features(std::uint32_t step, std::uint64_t seed) {
  random::Stream draw{{.seed = seed, .step = step}};
  Features x{};
  for (double& value : x) value = 3.0 * draw.next() - 1.5;
  x[feature::one] = 1.0;
  return x;
}

/// A textbook filter on dense matrices, in the other form: precision rises by w x x', and the constrained mean is found among the active sets.
struct Dense {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;

  void update(const Eigen::VectorXd& x, double y) {
    const double p = 1.0 / (1.0 + std::exp(-mean.dot(x)));
    const Eigen::MatrixXd precision = covariance.inverse() + p * (1.0 - p) * x * x.transpose();
    const Eigen::MatrixXd after = precision.inverse();
    mean += after * x * (y - p);
    covariance = after;
    for (Eigen::Index j = 0; j < d; ++j)
      covariance(j, j) += std::exp(-9.0) * (j == 0 ? std::exp(-1.0) : j == a ? std::exp(-3.0) : std::exp(-4.0));
    constrain();
  }

  bool constrained = false;

 private:
  void constrain() {
    constrained = false;
    if (mean[b] >= 0.0 && mean[a] - 2.0 * mean[b] >= 0.0) return;
    constrained = true;
    Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(2, d);
    rows(0, b) = 1.0;
    rows(1, a) = 1.0;
    rows(1, b) = -2.0;
    const Eigen::MatrixXd precision = covariance.inverse();
    const std::vector<Eigen::MatrixXd> active{rows.topRows(1), rows.bottomRows(1), rows};
    Eigen::VectorXd best;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& c : active) {
      const Eigen::VectorXd at = mean - covariance * c.transpose() * (c * covariance * c.transpose()).inverse() * (c * mean);
      const Eigen::VectorXd slack = rows * at;
      const double cost = (at - mean).dot(precision * (at - mean));
      if (slack.minCoeff() >= -1e-9 && cost < least) {
        least = cost;
        best = at;
      }
    }
    mean = best;
  }
};

TEST(AdaptiveLayer, IsATextbookFilterOnDenseMatrices) {
  Weights weights = Weights::prior(Regime::later);
  Dense dense{Eigen::VectorXd::Zero(d), Eigen::MatrixXd::Zero(d, d)};
  dense.mean[a] = 1.0;
  for (Eigen::Index j = 0; j < d; ++j) dense.covariance(j, j) = j == 0 ? std::exp(-1.0) : j == a ? std::exp(-3.0) : std::exp(-4.0);
  int on_edge = 0;
  int steps_inside = 0;
  for (std::uint32_t step = 0; step < 600; ++step) {
    const Features x = random_features(step, 5);
    const double eta = 0.5 * x[feature::logit6] - 0.4 * x[feature::logit7_less_6] + 0.3 * x[feature::own];  // outside the cone
    const bool right = random::unit({.seed = 6, .step = step}) < 1.0 / (1.0 + std::exp(-eta));
    weights.update(x, right);
    dense.update(Eigen::Map<const Eigen::VectorXd>(x.data(), d), right ? 1.0 : 0.0);
    (dense.constrained ? on_edge : steps_inside) += 1;
    for (std::size_t i = 0; i < features; ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      ASSERT_NEAR(weights.mean[i], dense.mean[row], 1e-9) << "weight " << i << ", step " << step;
      for (std::size_t j = 0; j <= i; ++j)
        ASSERT_NEAR(weights.covariance[lower(i, j)], dense.covariance(row, static_cast<Eigen::Index>(j)), 1e-10) << i << ", " << j;
    }
  }
  EXPECT_GT(on_edge, 20);  // both parts were tested
  EXPECT_GT(steps_inside, 20);
}

TEST(AdaptiveLayer, ObeysTheLawAfterEveryOneOfManyUpdates) {
  for (const Regime regime : {Regime::within_day, Regime::later}) {
    Weights weights = Weights::prior(regime);
    int on_edge = 0;
    for (std::uint32_t step = 0; step < 100'000; ++step) {
      const Features x = random_features(step, 7);
      const double truth =
          -2.0 * x[feature::logit6] + (step < 50'000 ? -2.0 : 4.0) * x[feature::logit7_less_6];  // recall rises with the gap
      weights.update(x, random::unit({.seed = 8, .step = step}) < 1.0 / (1.0 + std::exp(-truth)));
      const double w7 = 2.0 * weights.mean[feature::logit7_less_6];
      ASSERT_GE(w7, 0.0) << step;
      ASSERT_GE(weights.mean[feature::logit6] - w7, 0.0) << step;
      on_edge += w7 == 0.0 || weights.mean[feature::logit6] == w7 ? 1 : 0;
      const Line line = weights.line(x);
      ASSERT_TRUE(line.per_logit6 >= 0.0 && line.per_logit7 >= 0.0 && std::isfinite(line.base)) << step;
    }
    EXPECT_GT(on_edge, 1000);
    for (std::size_t j = 0; j < features; ++j) EXPECT_GT(weights.covariance[lower(j, j)], 0.0) << j;
  }
}

TEST(AdaptiveLayer, UncertainWeightsPullTowardsEvenOdds) {
  Weights weights = Weights::prior(Regime::within_day);
  Features x{};
  x[feature::one] = 1.0;
  const Line line = weights.line(x);
  const double spread = std::exp(-1.0) + std::exp(-3.0) * std::log(9.0) * std::log(9.0);  // intercept and logit of recall .9
  const double scale = 1.0 / std::sqrt(1.0 + 0.3927 * spread);
  EXPECT_NEAR(line.base, scale, 1e-12);
  EXPECT_NEAR(line.per_logit6, 0.3 * scale, 1e-12);
  EXPECT_EQ(line.per_logit7, 0.0);
  EXPECT_NEAR(line.at(2.0, 5.0), 1.0 / (1.0 + std::exp(-1.6 * scale)), 1e-12);

  weights.absent(std::exp(2.0) - 1.0);  // ln(1 + days) is 2
  EXPECT_NEAR(weights.covariance[lower(feature::one, feature::one)], std::exp(-1.0) + 2.0 * std::exp(-7.0), 1e-12);
  EXPECT_LT(weights.line(x).base, line.base);
}

TEST(AdaptiveLayer, StartsAtThePublishedPrior) {
  const Layer layer = prior_layer();
  const std::array intercept{1.0, 1.0, 0.0};
  const std::array logit{0.0, 0.3, 1.0};
  for (std::size_t r = 0; r < regimes; ++r) {
    for (std::size_t i = 0; i < features; ++i) {
      EXPECT_EQ(layer[r].mean[i], i == feature::one ? intercept[r] : i == feature::logit6 ? logit[r] : 0.0);
      for (std::size_t j = 0; j < i; ++j) EXPECT_EQ(layer[r].covariance[lower(i, j)], 0.0);
      EXPECT_EQ(layer[r].covariance[lower(i, i)], std::exp(i == feature::one ? -1.0 : i == feature::logit6 ? -3.0 : -4.0));
    }
  }
}

}  // namespace
