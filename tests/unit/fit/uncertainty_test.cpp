#include "fit_cases.hpp"

#include <perdure/fit/pooled.hpp>
#include <perdure/models/half_life.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

using namespace perdure;
using models::HalfLife;
using ::testing::Contains;
using ::testing::HasSubstr;

// With one parameter free and a flat prior, the standard error is the root of the inverse Fisher information, which can be written down:
// R = 2^(-t/h), n answers at the same t.
TEST(Uncertainty, StandardErrorOfOneParameterEqualsItsFormula) {
  std::vector<std::vector<fit_cases::Answer>> cards;
  constexpr int n = 4000;
  for (int c = 0; c < n; ++c) cards.push_back({{0, 3}, {20, static_cast<std::uint8_t>(c % 10 < 6 ? 3 : 1)}});
  const auto report = fit::pooled<HalfLife>(fit_cases::one_learner(cards), models::defaults<HalfLife>(), {.prior_weight = 0.0});
  const double h = report.parameters[1];
  EXPECT_NEAR(std::exp2(-20.0 / h), 0.6, 1e-4);
  const double slope = 0.6 * std::log(2.0) * 20.0 / (h * h);
  EXPECT_NEAR(report.standard_errors[1], std::sqrt(0.6 * 0.4 / n) / slope, 1e-3 * report.standard_errors[1]);
  EXPECT_NEAR(report.low[1], h * std::exp(-1.959964 * report.standard_errors[1] / h), 1e-3);
  EXPECT_GT(report.learned[1], 0.9);
}

TEST(Uncertainty, WhatNoAnswerTouchesIsNamed) {
  std::vector<std::vector<fit_cases::Answer>> cards;
  for (int c = 0; c < 200; ++c) cards.push_back({{0, 3}, {20, static_cast<std::uint8_t>(c % 10 < 6 ? 3 : 1)}});
  const auto histories = fit_cases::one_learner(cards);
  const auto with_prior = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>());
  EXPECT_NEAR(with_prior.standard_errors[2], HalfLife::specs[2].prior_sd, 1e-6);
  EXPECT_EQ(with_prior.learned[2], 0.0);
  EXPECT_THAT(with_prior.warnings, Contains(HasSubstr("say little about")));
  const auto without = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>(), {.prior_weight = 0.0});
  EXPECT_TRUE(std::isnan(without.standard_errors[2]));
  EXPECT_THAT(without.warnings, Contains(HasSubstr("nothing determines")));
  EXPECT_TRUE(without.covariance.allFinite());
}

TEST(Uncertainty, AParameterOnItsBoundHasNoStandardErrorAndIsNamed) {
  std::vector<std::vector<fit_cases::Answer>> cards(500, {{0, 3}, {300, 3}});  // never forgotten
  const auto report = fit::pooled<HalfLife>(fit_cases::one_learner(cards), models::defaults<HalfLife>(), {.prior_weight = 0.0});
  EXPECT_EQ(report.parameters[1], HalfLife::specs[1].upper);
  EXPECT_TRUE(std::isnan(report.standard_errors[1]));
  EXPECT_THAT(report.at_bound, Contains(1U));
  EXPECT_THAT(report.warnings, Contains(HasSubstr("first_right ended on its upper bound")));
}

}  // namespace
