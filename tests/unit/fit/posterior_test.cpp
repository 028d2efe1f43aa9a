#include <perdure/fit/pooled.hpp>
#include <perdure/fit/posterior.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/models/leitner.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>

namespace {

using namespace perdure;
using models::HalfLife;

const time::ElapsedRule exact = time::ElapsedRule::exact();
const HalfLife::Params<double> truth{1.5, 6.0, 2.5, 0.5};

data::Histories simulated(const HalfLife::Params<double>& w, std::uint32_t cards, std::uint64_t seed) {
  return {perdure::testing::simulated_log<HalfLife>(w, cards, seed), exact};
}

TEST(Posterior, SitsAtAnInnerOptimumWithTheInformationThere) {
  const auto report = fit::pooled<HalfLife>(simulated(truth, 2000, 1), models::defaults<HalfLife>());
  const auto known = fit::posterior(fit::facts<HalfLife>(), report);
  ASSERT_TRUE(known.has_value());
  const Eigen::VectorXd t = known->transform(report.parameters);
  for (Eigen::Index i = 0; i < 4; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const double error = report.standard_errors[k] / fit::slope_of(known->scale()[k], report.parameters[k]);
    EXPECT_NEAR(known->mean()[i], t[i], 0.05 * error);  // the fit stopped where one more step promised next to nothing
    EXPECT_EQ(known->scale()[k], fit::scale_of(HalfLife::specs[k]));
  }
  // The inverse of its precision is the report's covariance, by the chain rule.
  const Eigen::MatrixXd covariance = known->precision().inverse();
  for (Eigen::Index i = 0; i < 4; ++i) {
    for (Eigen::Index j = 0; j < 4; ++j) {
      const auto slope = [&](Eigen::Index k) {
        return fit::slope_of(known->scale()[static_cast<std::size_t>(k)], report.parameters[static_cast<std::size_t>(k)]);
      };
      const double scale = std::sqrt(report.covariance(i, i) * report.covariance(j, j));
      EXPECT_NEAR(slope(i) * covariance(i, j) * slope(j), report.covariance(i, j), 1e-6 * scale);
    }
  }
}

/// Data whose posterior is the prior of other data: as one fit to both.
TEST(Posterior, AsAPriorStandsForTheAnswersItCameFrom) {
  const auto start = models::defaults<HalfLife>();
  const data::Histories all = simulated(truth, 4000, 2);
  const auto whole = fit::pooled<HalfLife>(all, start);

  std::array<fit::Targets, 2> half{fit::later_answers(all, 1.0), fit::later_answers(all, 1.0)};
  for (std::size_t c = 0; c < all.cards(); ++c) {
    for (std::size_t i = all.offset()[c]; i < all.offset()[c + 1]; ++i) half[1 - c % 2].predicted[i] = 0;
  }
  const fit::Engine engine = fit::portable<HalfLife>();
  const fit::Steps first{all, half[0]};
  const fit::Steps second{all, half[1]};
  const auto before = fit::PooledFit{fit::facts<HalfLife>(), engine, first, {}}.run(start);
  const fit::Options options{.prior = fit::posterior(fit::facts<HalfLife>(), before)};
  const auto after = fit::PooledFit{fit::facts<HalfLife>(), engine, second, options}.run(before.parameters);
  EXPECT_EQ(before.answers + after.answers, whole.answers);
  for (std::size_t i = 0; i < 4; ++i) {
    const double error = whole.standard_errors[i];
    EXPECT_NEAR(after.parameters[i], whole.parameters[i], 0.2 * error) << HalfLife::specs[i].name;
    EXPECT_NEAR(after.standard_errors[i], error, 0.1 * error) << HalfLife::specs[i].name;
  }
}

/// True half-lives of years: first_right ends on its upper bound.
TEST(Posterior, KeepsThePushAgainstABound) {
  const data::Histories histories = simulated({20.0, 5000.0, 2.0, 0.5}, 3000, 21);
  const auto report = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>());
  ASSERT_EQ(report.parameters[1], HalfLife::specs[1].upper);
  const auto known = fit::posterior(fit::facts<HalfLife>(), report);
  ASSERT_TRUE(known.has_value());
  EXPECT_GT(known->mean()[1], std::log(report.parameters[1]));
  EXPECT_TRUE(known->mean().allFinite() && known->precision().allFinite());
  // Its gradient at the fitted parameters is the objective's.
  Eigen::VectorXd gradient = Eigen::VectorXd::Zero(4);
  Eigen::MatrixXd curvature = Eigen::MatrixXd::Zero(4, 4);
  known->add_to(report.parameters, gradient, curvature);
  for (Eigen::Index i = 0; i < 4; ++i) EXPECT_NEAR(gradient[i], report.gradient[i], 1e-6 * (1.0 + std::abs(report.gradient[i])));
}

TEST(Posterior, IsNothingWithoutInformation) {
  const auto nothing = fit::pooled<HalfLife>(data::Histories{data::ReviewLog{}, exact}, models::defaults<HalfLife>());
  EXPECT_FALSE(fit::posterior(fit::facts<HalfLife>(), nothing).has_value());
  using models::Leitner;
  const auto untrained = fit::pooled<Leitner>(simulated(truth, 50, 3), models::defaults<Leitner>());
  EXPECT_FALSE(fit::posterior(fit::facts<Leitner>(), untrained).has_value());
}

/// Without a prior, a parameter that no answer touches stays free where it is.
TEST(Posterior, LeavesDirectionsWithoutInformationFree) {
  const fit::Options free{.prior_weight = 0.0};
  const data::Histories histories = [] {
    // All first answers right: nothing depends on first_wrong.
    std::vector<std::uint32_t> learner, item;
    std::vector<std::int64_t> answered;
    std::vector<float> score;
    std::vector<std::uint8_t> grade;
    for (std::uint32_t c = 0; c < 400; ++c) {
      for (std::int64_t k = 0; k < 3; ++k) {
        const bool right = k == 0 || (c + static_cast<std::uint32_t>(k)) % 3 != 0;
        learner.push_back(c);
        item.push_back(0);
        answered.push_back(k * (3 + c % 5) * 86'400'000);
        grade.push_back(right ? 3 : 1);
        score.push_back(right ? 1.0F : 0.0F);
      }
    }
    return data::Histories{
        data::ReviewLog::import({.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
            .first,
        exact};
  }();
  const auto report = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>(), free);
  const auto known = fit::posterior(fit::facts<HalfLife>(), report);
  ASSERT_TRUE(known.has_value());
  EXPECT_NEAR(known->mean()[0], known->transform(report.parameters)[0], 1e-9);
  EXPECT_TRUE(std::isnan(report.standard_errors[0]));
}

/// Beside a direction of much information a little is rounding: a step by it would go anywhere.
TEST(Posterior, TakesWhatRoundingLeavesForNoInformation) {
  const std::array<double, 4> information{1e6, 1.0, 1e-3, 1.0};  // in published prior precisions
  fit::FitReport report;
  const auto start = models::defaults<HalfLife>();
  report.parameters.assign(start.begin(), start.end());
  report.information = Eigen::MatrixXd::Zero(4, 4);
  report.gradient.resize(4);
  std::array<double, 4> unit{};
  for (Eigen::Index i = 0; i < 4; ++i) {
    const auto k = static_cast<std::size_t>(i);
    unit[k] = std::sqrt(fit::usual_variance(HalfLife::specs[k]));
    const double by_w = 1.0 / (unit[k] * fit::slope_of(fit::scale_of(HalfLife::specs[k]), report.parameters[k]));
    report.information(i, i) = information[k] * by_w * by_w;
    report.gradient[i] = by_w;
  }
  const auto known = fit::posterior(fit::facts<HalfLife>(), report);
  ASSERT_TRUE(known.has_value());
  const Eigen::VectorXd at = known->transform(report.parameters);
  EXPECT_NEAR(known->mean()[0], at[0] - 1e-6 * unit[0], 1e-9);
  EXPECT_NEAR(known->mean()[1], at[1] - unit[1], 1e-9);
  EXPECT_NEAR(known->mean()[2], at[2], 1e-9);
  EXPECT_NEAR(known->mean()[3], at[3] - unit[3], 1e-9);
}

}  // namespace
