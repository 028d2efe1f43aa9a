#include <perdure/core/distributions.hpp>
#include <perdure/core/random.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <set>

namespace {

using namespace perdure::random;

// Known answers of the Random123 distribution's test file for philox4x32, 10 rounds.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, AddressDecidesTheDraw) {
  const Key key{.seed = 7, .learner = 1, .item = 2, .step = 3};
  EXPECT_EQ(unit(key), unit(key));
  std::set<double> draws;
  for (std::uint32_t i = 0; i < 4; ++i) {
    draws.insert(unit({.seed = 7 + (i == 0 ? 1U : 0U),
                       .learner = 1 + (i == 1 ? 1U : 0U),
                       .item = 2 + (i == 2 ? 1U : 0U),
                       .step = 3 + (i == 3 ? 1U : 0U)}));
  }
  draws.insert(unit(key));
  EXPECT_EQ(draws.size(), 5U);
}

TEST(Random, UnitNeverReachesItsEnds) {
  EXPECT_GT(to_unit(0, 0), 0.0);
  EXPECT_LT(to_unit(0xffffffff, 0xffffffff), 1.0);
}

constexpr int n = 100'000;

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};

template <class Draw>
Moments moments(const Draw& draw) {
  double sum = 0.0;
  double squares = 0.0;
  for (std::uint32_t i = 0; i < n; ++i) {
    Stream stream{{.seed = 1, .learner = i, .item = 0, .step = 0}};
    const double x = draw(stream);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / n;
  return {mean, squares / n - mean * mean};
}

// Bounds: 5 standard errors of the mean and of the variance at n = 1e5, from the distribution's own moments.
void expect_moments(const Moments& got, double mean, double variance, double fourth_central) {
  EXPECT_NEAR(got.mean, mean, 5.0 * std::sqrt(variance / n));
  EXPECT_NEAR(got.variance, variance, 5.0 * std::sqrt((fourth_central - variance * variance) / n));
}

TEST(Distributions, MomentsAreRight) {
  expect_moments(moments([](Stream& s) { return s.next(); }), 0.5, 1.0 / 12.0, 1.0 / 80.0);
  expect_moments(moments([](Stream& s) { return normal(s, 2.0, 3.0); }), 2.0, 9.0, 3.0 * 81.0);
  expect_moments(moments([](Stream& s) { return exponential(s, 2.0); }), 2.0, 4.0, 9.0 * 16.0);
  for (const double shape : {0.3, 1.0, 7.5}) {
    expect_moments(moments([shape](Stream& s) { return gamma(s, shape, 2.0); }), 2.0 * shape, 4.0 * shape,
                   16.0 * 3.0 * shape * (shape + 2.0));
  }
  const double a = 2.0;
  const double b = 5.0;
  const double mean = a / (a + b);
  const double variance = a * b / ((a + b) * (a + b) * (a + b + 1.0));
  const double kurtosis = 3.0 + 6.0 * ((a - b) * (a - b) * (a + b + 1.0) - a * b * (a + b + 2.0)) / (a * b * (a + b + 2.0) * (a + b + 3.0));
  expect_moments(moments([&](Stream& s) { return beta(s, a, b); }), mean, variance, kurtosis * variance * variance);
  expect_moments(moments([](Stream& s) { return bernoulli(s, 0.3) ? 1.0 : 0.0; }), 0.3, 0.21, 0.3 * 0.7 * (0.343 + 0.027));
}

// Quantiles of the standard normal distribution to 15 digits, from tables.
TEST(Distributions, NormalQuantile) {
  EXPECT_NEAR(normal_quantile(0.5), 0.0, 1e-16);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167813, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-13);
}

TEST(Distributions, IntegersAreEvenAndInRange) {
  std::array<int, 7> count{};
  for (std::uint32_t i = 0; i < n; ++i) {
    Stream stream{{.seed = 3, .learner = 0, .item = i, .step = 0}};
    ++count.at(stream.below(7));
  }
  for (const int c : count) EXPECT_NEAR(c, n / 7.0, 5.0 * std::sqrt(n * (1.0 / 7.0) * (6.0 / 7.0)));
}

TEST(Distributions, WeightedIndexFollowsItsWeights) {
  const std::array weights{1.0, 0.0, 3.0};
  std::array<int, 3> count{};
  for (std::uint32_t i = 0; i < n; ++i) {
    Stream stream{{.seed = 4, .learner = i, .item = 0, .step = 0}};
    ++count[weighted_index(stream, weights)];
  }
  EXPECT_EQ(count[1], 0);
  EXPECT_NEAR(count[0], n / 4.0, 5.0 * std::sqrt(n * 0.25 * 0.75));
}

}  // namespace
