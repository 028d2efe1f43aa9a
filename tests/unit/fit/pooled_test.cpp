#include "fit_cases.hpp"

#include <perdure/fit/pooled.hpp>
#include <perdure/fit/replay.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs6;
using models::HalfLife;

const time::ElapsedRule exact = time::ElapsedRule::exact();

TEST(Replay, TiedAnswersArePredictedFromTheSamePast) {
  const std::vector<std::uint32_t> zeros(4, 0);
  constexpr std::int64_t day = 86'400'000;
  const std::vector<std::int64_t> answered{day, 4 * day, 4 * day, 9 * day};
  const std::vector<float> score{1, 1, 0, 1};
  const std::vector<std::uint8_t> grade{3, 3, 1, 3};
  const auto log =
      data::ReviewLog::import({.learner = zeros, .item = zeros, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
          .first;
  const data::Histories histories{log, exact};
  const auto w = models::default_params<HalfLife>();
  std::vector<double> recalls;
  static_cast<void>(fit::replay<HalfLife, double>(w, histories.card(0), [&](std::size_t i, const auto& state) {
    recalls.push_back(HalfLife::recall(w, state, histories.card(0).elapsed[i]));
  }));
  ASSERT_EQ(recalls.size(), 3U);
  EXPECT_EQ(recalls[0], recalls[1]);
  EXPECT_DOUBLE_EQ(recalls[0], std::exp2(-3.0 / 51.0));
}

TEST(PooledFit, FindsTheTruthOfASimulatedLog) {
  const auto truth = HalfLife::Params<double>{1.5, 6.0, 2.5, 0.5};
  const data::Histories histories{perdure::testing::simulated_log<HalfLife>(truth, 4000, 2), exact};
  const auto report = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>());
  EXPECT_EQ(report.status, fit::Status::converged);
  // Standard errors from the Fisher information at the truth are below 0.05, 0.2, 0.1 and 0.02; bounds are four of them.
  EXPECT_NEAR(report.parameters[0], truth.first_wrong, 0.2);
  EXPECT_NEAR(report.parameters[1], truth.first_right, 0.8);
  EXPECT_NEAR(report.parameters[2], truth.gain, 0.4);
  EXPECT_NEAR(report.parameters[3], truth.lapse, 0.08);
  EXPECT_LT(report.log_loss, report.start_log_loss);
}

TEST(PooledFit, ObjectiveFallsAtEveryStepAndEndsFlat) {
  auto truth = models::default_params<Fsrs6>();
  truth.first_stability_good = 6.0;
  truth.decay = 0.4;
  truth.growth = 1.2;
  const data::Histories histories{perdure::testing::simulated_log<Fsrs6>(truth, 2000, 3), exact};
  const auto report = fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>());
  EXPECT_EQ(report.status, fit::Status::converged);
  for (std::size_t i = 1; i < report.objective_path.size(); ++i) EXPECT_LT(report.objective_path[i], report.objective_path[i - 1]);
  EXPECT_LT(report.predicted_decrease, 0.1);  // the clamp of difficulty bends the objective here
  const fit_cases::Problem<Fsrs6> problem{histories};
  std::array<double, 21> true_values = std::bit_cast<std::array<double, 21>>(truth);
  EXPECT_LT(report.log_loss, problem.loss(true_values) / static_cast<double>(report.answers));
}

TEST(PooledFit, AStartElsewhereEndsNoWorseThanTheDefaults) {
  const auto histories = fit_cases::simulated<Fsrs6>(models::default_params<Fsrs6>(), 1500, 5);
  const auto usual = fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>());
  for (std::uint32_t k = 0; k < 8; ++k) {
    random::Stream stream{{.seed = 11, .learner = k, .item = 0, .step = 0}};
    std::array<double, 21> start{};
    for (std::size_t i = 0; i < start.size(); ++i) start[i] = std::lerp(Fsrs6::specs[i].lower, Fsrs6::specs[i].upper, stream.next());
    const auto report = fit::pooled<Fsrs6>(histories, start);
    EXPECT_LE(report.objective_path.back(), usual.objective_path.back() + 0.01) << report.reason;
    EXPECT_GT(report.objective_path.front(), usual.objective_path.front());
  }
}

TEST(PooledFit, AWarmStartSavesPassesAndEndsAtTheSamePlace) {
  auto truth = models::default_params<HalfLife>();
  truth.gain = 2.0;
  const auto histories = fit_cases::simulated<HalfLife>(truth, 120'000, 6);
  const auto warm = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>());
  const auto cold = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>(), {.warm_start = false});
  EXPECT_LT(warm.evaluations, cold.evaluations);
  EXPECT_EQ(warm.status, fit::Status::converged);
  EXPECT_NEAR(warm.objective_path.back(), cold.objective_path.back(), 1e-2);
  EXPECT_EQ(warm.objective_path.front(), cold.objective_path.front());
}

TEST(PooledFit, APriorOfOnesOwnReplacesThePublishedOne) {
  const auto histories = fit_cases::simulated<HalfLife>(models::default_params<HalfLife>(), 50, 8);
  const Eigen::VectorXd mean{{2.0, 5.0, 1.5, 0.9}};
  const fit::Prior firm{std::vector<fit::Scale>(4, fit::Scale::linear), mean, 1e8 * Eigen::MatrixXd::Identity(4, 4)};
  const auto report = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>(), {.prior = firm});
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(report.parameters[i], mean[static_cast<Eigen::Index>(i)], 1e-3);
}

TEST(PooledFit, NoDataKeepsTheStart) {
  const data::Histories histories{data::ReviewLog{}, exact};
  const auto report = fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>());
  EXPECT_EQ(report.status, fit::Status::no_data);
  const auto start = models::defaults<Fsrs6>();
  EXPECT_EQ(report.parameters, std::vector<double>(start.begin(), start.end()));
}

TEST(PooledFit, ProgressCanStopIt) {
  const data::Histories histories{perdure::testing::simulated_log<Fsrs6>(models::default_params<Fsrs6>(), 200, 4), exact};
  std::size_t calls = 0;
  const auto report =
      fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>(), {.progress = [&calls](std::size_t, double) { return ++calls < 2; }});
  EXPECT_EQ(report.status, fit::Status::interrupted);
  EXPECT_EQ(calls, 2U);
  EXPECT_LT(report.objective_path.back(), report.objective_path.front());
}

TEST(PooledFit, AnInterruptOfTheSecondStartIsSaidAndTheBetterEndKept) {
  const auto histories = fit_cases::simulated<HalfLife>(models::default_params<HalfLife>(), 400, 4);
  const std::vector<double> start{1.0, 2.0, 9.0, 0.9};
  const fit::Engine engine = fit::portable<HalfLife>();
  const auto fitted = [&](const fit::Options& options) { return fit::pooled(fit::facts<HalfLife>(), engine, histories, start, options); };
  const auto one = fitted({.second_start = false});
  std::vector<std::size_t> numbers;
  const auto whole = fitted({.progress = [&](std::size_t iteration, double) {
    numbers.push_back(iteration);
    return true;
  }});
  EXPECT_EQ(numbers.back(), whole.iterations);
  EXPECT_GT(whole.iterations, one.iterations);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  const auto cut = fitted({.progress = [&](std::size_t iteration, double) { return iteration <= one.iterations; }});
  EXPECT_EQ(cut.status, fit::Status::interrupted);
  EXPECT_EQ(cut.iterations, one.iterations + 1);
  EXPECT_LE(cut.objective_path.back(), one.objective_path.back());
}

TEST(PooledFit, TheLimitIsOnAllStartsTogether) {
  const auto histories = fit_cases::simulated<HalfLife>({0.5, 2.0, 12.0, 0.8}, 400, 4);  // far from the defaults
  const std::vector<double> start{1.0, 2.0, 9.0, 0.9};
  const fit::Engine engine = fit::portable<HalfLife>();
  const auto one = fit::pooled(fit::facts<HalfLife>(), engine, histories, start, {.second_start = false});
  const auto cut = fit::pooled(fit::facts<HalfLife>(), engine, histories, start, {.max_iterations = one.iterations + 1});
  EXPECT_EQ(one.status, fit::Status::converged);
  EXPECT_EQ(cut.iterations, one.iterations + 1);
  EXPECT_EQ(cut.status, fit::Status::iteration_limit);
}

TEST(PooledFit, AWarmStartCanBeStopped) {
  auto truth = models::default_params<HalfLife>();
  truth.gain = 2.0;
  const auto histories = fit_cases::simulated<HalfLife>(truth, 120'000, 6);
  std::size_t calls = 0;
  const auto report = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>(), {.progress = [&calls](std::size_t, double) {
                                              ++calls;
                                              return false;
                                            }});
  EXPECT_EQ(report.status, fit::Status::interrupted);
  EXPECT_EQ(calls, 1U);
  EXPECT_LT(report.objective_path.back(), report.objective_path.front());
}

TEST(PooledFit, PiecesOfAnotherSizeAreRefused) {
  const auto histories = fit_cases::simulated<HalfLife>(models::default_params<HalfLife>(), 20, 9);
  const auto start = models::defaults<HalfLife>();
  const auto message = [](const auto& call) {
    try {
      static_cast<void>(call());
    } catch (const Exception& error) {
      return std::string{error.what()};
    }
    return std::string{};
  };
  const fit::Options other{.prior = fit::Prior::usual(Fsrs6::specs, 1.0)};
  EXPECT_EQ(message([&] { return fit::pooled<HalfLife>(histories, start, other); }),
            "options.prior is over 21 parameters, half-life has 4");
  EXPECT_EQ(message([&] { return fit::pooled(fit::facts<HalfLife>(), fit::portable<Fsrs6>(), histories, start); }),
            "the engine is of 21 parameters, half-life has 4");
  EXPECT_EQ(message([] {
              return fit::Prior{{fit::Scale::linear}, Eigen::VectorXd::Zero(2), Eigen::MatrixXd::Zero(1, 1)};
            }),
            "a prior over 1 parameters needs as many means and a square of precisions, got 2 and 1 x 1");
}

TEST(PooledFit, ParametersThatTheOrderHoldsEqualAreNamed) {
  const auto truth = HalfLife::Params<double>{6.0, 1.5, 2.5, 0.5};  // against the order
  const data::Histories histories{perdure::testing::simulated_log<HalfLife>(truth, 2000, 2), exact};
  const auto report = fit::pooled<HalfLife>(histories, models::defaults<HalfLife>());
  EXPECT_EQ(report.parameters[0], report.parameters[1]);
  EXPECT_EQ(report.standard_errors[0], report.standard_errors[1]);
  EXPECT_TRUE(report.at_bound.empty());
  EXPECT_NE(std::find(report.warnings.begin(), report.warnings.end(),
                      "first_right would be below first_wrong and is held equal to it: the two have one value and one error"),
            report.warnings.end());
}

TEST(PooledFit, OptionsAreChecked) {
  const data::Histories histories{data::ReviewLog{}, exact};
  EXPECT_THROW(static_cast<void>(fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>(), {.threads = 0})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>(), {.tolerance = 0.0})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>(), {.minimum_gap = -1.0})), std::invalid_argument);
}

TEST(PooledFit, AStartThatIsNotFiniteIsRefused) {
  const auto histories = fit_cases::simulated<HalfLife>(models::default_params<HalfLife>(), 20, 9);
  auto start = models::defaults<HalfLife>();
  start[2] = std::nan("");
  EXPECT_THROW(static_cast<void>(fit::pooled<HalfLife>(histories, start)), std::invalid_argument);
}

TEST(PooledFit, AFitThatWasCutShortSaysWhatItsErrorsAreWorth) {
  const auto histories = fit_cases::simulated<Fsrs6>(models::default_params<Fsrs6>(), 500, 9);
  const auto report = fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>(), {.max_iterations = 1});
  EXPECT_EQ(report.status, fit::Status::iteration_limit);
  ASSERT_FALSE(report.warnings.empty());
  EXPECT_NE(report.warnings[0].find("did not end at an optimum"), std::string::npos);
}

TEST(PooledFit, AllRightAndAllWrongStayWithinBounds) {
  for (const double p : {1.0, 0.0}) {
    std::vector<std::uint32_t> learner, item;
    std::vector<std::int64_t> answered;
    std::vector<float> score;
    std::vector<std::uint8_t> grade;
    for (std::uint32_t i = 0; i < 300; ++i) {
      learner.push_back(i / 10);
      item.push_back(0);
      answered.push_back(static_cast<std::int64_t>(i % 10) * 86'400'000 * 3);
      score.push_back(static_cast<float>(p));
      grade.push_back(p > 0.5 ? 3 : 1);
    }
    const auto log =
        data::ReviewLog::import({.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
            .first;
    const auto report = fit::pooled<Fsrs6>(data::Histories{log, exact}, models::defaults<Fsrs6>());
    EXPECT_FALSE(models::check_parameters<Fsrs6>(report.parameters).has_value());
    EXPECT_TRUE(std::isfinite(report.log_loss));
    EXPECT_LT(report.log_loss, report.start_log_loss);
  }
}

}  // namespace
