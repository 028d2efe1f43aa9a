#include <perdure/fit/first_interval.hpp>
#include <perdure/models/fsrs5.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs7.hpp>
#include <perdure/models/half_life.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace {

using namespace perdure;
using fit::FirstGap;
using fit::FirstStabilities;
using models::Fsrs6;

constexpr double default_decay = 0.1542;

std::array<double, 4> filled(const FirstStabilities& found) {
  const auto values = fit::filled_first_stabilities(fit::facts<Fsrs6>(), found);
  EXPECT_TRUE(values.has_value());
  return values.value_or(std::array<double, 4>{});
}

TEST(FirstInterval, IsForModelsWithFirstStabilitiesOnAPowerCurve) {
  EXPECT_EQ(fit::first_interval_decay(fit::facts<Fsrs6>()), default_decay);
  EXPECT_EQ(fit::first_interval_decay(fit::facts<models::Fsrs5>()), 0.5);
  EXPECT_FALSE(fit::first_interval_decay(fit::facts<models::Fsrs7>()));
  EXPECT_FALSE(fit::first_interval_decay(fit::facts<models::HalfLife>()));
}

TEST(FirstInterval, FindsTheStabilityThatTheCratePublishes) {
  // fsrs 6.6.2, test_search_parameters: recall .86666667, .90721649, .73015873, .76315789, .67857143 of 435, 97, 63, 38, 28 answers
  const std::vector<FirstGap> gaps{{1, 1, 435, 377}, {1, 2, 97, 88}, {1, 3, 63, 46}, {1, 4, 38, 29}, {1, 5, 28, 19}};
  const auto found = fit::raw_first_stabilities(fit::facts<Fsrs6>(), default_decay, gaps, 0.943028570);
  EXPECT_NEAR(found.days[0], 0.7355089, 1e-6);  // they print seven digits
  EXPECT_EQ(found.answers, (std::array<std::size_t, 4>{661, 0, 0, 0}));
}

TEST(FirstInterval, ItsLossIsLowestThere) {
  const std::vector<FirstGap> gaps{{1, 1, 435, 377}, {1, 2, 97, 88}, {1, 30, 63, 46}};
  const fit::detail::FirstIntervalLoss loss{gaps, 0.9, 0.212, default_decay};
  const double best = fit::detail::lowest(loss, 0.001, 100.0);
  for (const double ratio : {0.5, 0.9, 0.99, 1.01, 1.1, 2.0}) EXPECT_LT(loss(best), loss(best * ratio)) << ratio;
  // its definition, written out for one stability
  double sum = std::abs(2.0 - 0.212) / 16.0;
  for (const FirstGap& gap : gaps) {
    const auto n = static_cast<double>(gap.answers);
    const double smoothed = (static_cast<double>(gap.right) + 0.9) / (n + 1.0);
    const double r = std::pow(1.0 + (std::pow(0.9, -1.0 / default_decay) - 1.0) * static_cast<double>(gap.days) / 2.0, -default_decay);
    sum -= n * (smoothed * std::log(r) + (1.0 - smoothed) * std::log(1.0 - r));
  }
  EXPECT_NEAR(loss(2.0), sum, 1e-12 * sum);
}

TEST(FirstInterval, FewAnswersStayNearTheUsualStability) {
  const std::vector<FirstGap> gaps{{3, 2, 1, 1}};
  const auto found = fit::raw_first_stabilities(fit::facts<Fsrs6>(), default_decay, gaps, 0.9);
  EXPECT_NEAR(found.days[2], 2.3065, 1.0);
}

TEST(FirstInterval, FillsAsTheCratePublishes) {
  // fsrs 6.6.2, test_smooth_and_fill
  const auto three = filled({{0.4, 0.0, 2.3, 10.9}, {1, 0, 1, 1}});
  EXPECT_NEAR(three[1], 1.1227008, 1e-7);
  const auto one = filled({{0.0, 0.35, 0.0, 0.0}, {0, 1, 0, 0}});
  const std::array<double, 4> expected{0.05738148, 0.35, 0.6242943, 2.2453482};
  for (std::size_t g = 0; g < 4; ++g) EXPECT_NEAR(one[g], expected[g], 1e-6);
}

TEST(FirstInterval, WhateverIsFilledInLiesOnTheLogScaleBetweenTheOthers) {
  for (unsigned known = 1; known < 16; ++known) {
    FirstStabilities found;
    const std::array<double, 4> truth{0.5, 1.7, 3.1, 9.0};
    int count = 0;
    for (std::size_t g = 0; g < 4; ++g) {
      if ((known >> g & 1U) == 0) continue;
      found.days[g] = truth[g];
      found.answers[g] = 10;
      ++count;
    }
    if (count == 1) continue;  // there the usual ratios hold
    const auto s = filled(found);
    const bool hard_relation = std::abs(std::log(s[1]) - 0.41 * std::log(s[0]) - 0.59 * std::log(s[2])) < 1e-12;
    const bool good_relation = std::abs(std::log(s[2]) - 0.46 * std::log(s[1]) - 0.54 * std::log(s[3])) < 1e-12;
    for (std::size_t g = 0; g < 4; ++g) {
      if ((known >> g & 1U) != 0) {
        EXPECT_EQ(s[g], truth[g]) << known;
      }
    }
    if (count == 2) {
      EXPECT_TRUE(hard_relation && good_relation) << known;
    } else if (count == 3) {
      const bool by_hard = (known & 1U) == 0 || (known & 2U) == 0;  // Again or Hard was missing
      EXPECT_TRUE(by_hard ? hard_relation : good_relation) << known;
    }
  }
}

TEST(FirstInterval, RisesWithTheGradeAndFewerAnswersGiveWay) {
  EXPECT_EQ(filled({{5.0, 3.0, 6.0, 7.0}, {20, 10, 5, 5}}), (std::array<double, 4>{5.0, 5.0, 6.0, 7.0}));
  EXPECT_EQ(filled({{5.0, 3.0, 6.0, 7.0}, {10, 20, 5, 5}}), (std::array<double, 4>{3.0, 3.0, 6.0, 7.0}));
  EXPECT_EQ(filled({{5.0, 3.0, 6.0, 7.0}, {10, 10, 5, 5}}), (std::array<double, 4>{3.0, 3.0, 6.0, 7.0}));  // a tie: the higher grade stays
}

TEST(FirstInterval, StaysInBoundsAndSaysWhenThereIsNothing) {
  const auto s = filled({{0.0, 0.0, 0.5, 99.0}, {0, 0, 10, 10}});
  for (const double value : s) EXPECT_TRUE(value >= 0.001 && value <= 100.0);
  EXPECT_FALSE(fit::filled_first_stabilities(fit::facts<Fsrs6>(), {}));
}

}  // namespace
