#include "fit_cases.hpp"

#include <perdure/fit/objective.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

using namespace perdure;
using fit::Order;
using models::Fsrs6;
using models::HalfLife;

TEST(Objective, OrdersAgreeAndTheFisherMatrixIsSymmetric) {
  const auto histories = fit_cases::simulated<Fsrs6>(models::default_params<Fsrs6>(), 200, 1);
  const fit_cases::Problem<Fsrs6> problem{histories};
  const auto at = models::defaults<Fsrs6>();
  const auto loss = problem.objective.derivatives(at, Order::loss);
  const auto gradient = problem.objective.derivatives(at, Order::gradient);
  const auto fisher = problem.objective.derivatives(at, Order::fisher);
  EXPECT_NEAR(loss.loss, fisher.loss, 1e-9 * loss.loss);
  EXPECT_EQ(gradient.loss, fisher.loss);
  EXPECT_EQ(gradient.gradient, fisher.gradient);
  EXPECT_EQ(loss.gradient.size(), 0);
  EXPECT_EQ(fisher.fisher, fisher.fisher.transpose().eval());
  EXPECT_GT(fisher.fisher.trace(), 0.0);
}

// Half-life on one card of two answers: R = 2^(-t/h), and h is first_right, so all can be written down.
TEST(Objective, OneAnswerEqualsItsFormula) {
  const auto histories = fit_cases::one_learner({{{0, 3}, {5, 1}}});
  const fit_cases::Problem<HalfLife> problem{histories};
  const std::vector<double> at{10.0, 30.0, 4.0, 0.5};
  const double p = std::exp2(-5.0 / 30.0);
  const double slope = p * std::log(2.0) * 5.0 / (30.0 * 30.0);
  const auto d = problem.objective.derivatives(at, Order::fisher);
  EXPECT_NEAR(d.loss, -std::log(1.0 - p), 1e-12);
  EXPECT_NEAR(d.gradient[1], slope / (1.0 - p), 1e-12);
  EXPECT_NEAR(d.fisher(1, 1), slope * slope / (p * (1.0 - p)), 1e-12);
  EXPECT_EQ(d.gradient[0], 0.0);
}

TEST(Objective, WeightsMultiplyEverySum) {
  const auto histories = fit_cases::simulated<HalfLife>(models::default_params<HalfLife>(), 100, 3);
  fit::Targets targets = fit::later_answers(histories, 1.0);
  const fit::Steps plain{histories, targets};
  targets.weight.assign(histories.size(), 2.0F);
  const fit::Steps doubled{histories, targets};
  const auto at = models::defaults<HalfLife>();
  const auto one = fit::Objective{plain.groups(), fit::portable<HalfLife>(), 1}.derivatives(at, Order::fisher);
  const auto two = fit::Objective{doubled.groups(), fit::portable<HalfLife>(), 1}.derivatives(at, Order::fisher);
  EXPECT_NEAR(two.loss, 2.0 * one.loss, 1e-9 * one.loss);
  EXPECT_TRUE(two.gradient.isApprox(2.0 * one.gradient, 1e-12));
  EXPECT_TRUE(two.fisher.isApprox(2.0 * one.fisher, 1e-12));
}

TEST(Objective, BitsDoNotDependOnTheNumberOfThreads) {
  const auto histories = fit_cases::simulated<HalfLife>(models::default_params<HalfLife>(), 20'000, 4);
  const fit_cases::Problem<HalfLife> one{histories, 1};
  const fit_cases::Problem<HalfLife> four{histories, 4};
  const auto at = models::defaults<HalfLife>();
  const auto a = one.objective.derivatives(at, Order::fisher);
  const auto b = four.objective.derivatives(at, Order::fisher);
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.gradient, b.gradient);
  EXPECT_EQ(a.fisher, b.fisher);
}

TEST(Objective, OfNothingIsZero) {
  const data::Histories empty{data::ReviewLog{}, time::ElapsedRule::exact()};
  const fit_cases::Problem<HalfLife> problem{empty};
  const auto d = problem.objective.derivatives(models::defaults<HalfLife>(), Order::fisher);
  EXPECT_EQ(d.loss, 0.0);
  EXPECT_EQ(d.gradient.norm(), 0.0);
}

}  // namespace
