#include "pipeline_cases.hpp"

#include <perdure/fit/pipeline.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs7.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace perdure;
using fit::Pipeline;
using models::Fsrs6;
using models::HalfLife;

const time::ElapsedRule exact = time::ElapsedRule::exact();

models::Fsrs6::Params<double> some_truth() {
  auto truth = models::default_params<Fsrs6>();
  truth.first_stability_again = 0.6;
  truth.first_stability_good = 5.0;
  truth.decay = 0.4;
  truth.growth = 1.2;
  return truth;
}

template <class M = Fsrs6>
fit::FitReport run(const data::ReviewLog& log, const Pipeline& pipeline, const fit::Options& options = {}) {
  const data::Histories histories{log, exact};
  return fit::fit_with_pipeline(fit::facts<M>(), fit::portable<M>(), histories, log.answered_at(), models::defaults<M>(), pipeline,
                                options);
}

/// The first `count` answers of a log that are predicted, with all that come before.
data::ReviewLog first_predicted(const data::ReviewLog& log, std::size_t count) {
  const data::Histories histories{log, exact};
  const auto targets = fit::later_answers(histories, 1.0);
  std::vector<std::uint8_t> predicted(log.size());
  std::size_t k = 0;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    for (const std::uint32_t row : histories.card(c).row) predicted[row] = targets.predicted[k++];
  }
  std::vector<fit_test::Answer> answers;
  for (std::size_t row = 0; row < log.size() && (count > 0 || predicted[row] == 0); ++row) {
    count -= predicted[row];
    answers.push_back({log.learner()[row], log.item()[row], static_cast<double>(log.answered_at()[row]) / 86'400'000.0, log.grade()[row]});
  }
  return fit_test::log_of(answers);
}

/// Rows of a simulated log in time order over all learners.
data::ReviewLog in_time_order(const data::ReviewLog& log) {
  std::vector<fit_test::Answer> answers;
  for (std::size_t row = 0; row < log.size(); ++row) {
    answers.push_back({log.learner()[row], log.item()[row], static_cast<double>(log.answered_at()[row]) / 86'400'000.0, log.grade()[row]});
  }
  std::stable_sort(answers.begin(), answers.end(), [](const auto& a, const auto& b) { return a.day < b.day; });
  return fit_test::log_of(answers);
}

double mean_loss(const data::ReviewLog& log, const std::vector<double>& values) {
  const data::Histories histories{log, exact};
  const fit::Steps steps{histories, fit::later_answers(histories, 1.0)};
  return fit::Objective{steps.groups(), fit::portable<Fsrs6>(), 1}.derivatives(values, fit::Order::loss).loss / steps.amount().weight;
}

TEST(Pipeline, AreFoundByName) {
  for (const std::string_view name : Pipeline::names) {
    const auto found = Pipeline::find(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->name, name);
  }
  EXPECT_FALSE(Pipeline::find("anki"));
}

TEST(Pipeline, ColumnsAndPriorsOfAnotherSizeAreRefused) {
  const auto log = perdure::testing::simulated_log<Fsrs6>(some_truth(), 20, 11);
  const data::Histories histories{log, exact};
  const auto start = models::defaults<Fsrs6>();
  const auto message = [&](std::span<const std::int64_t> answered_at, const fit::Options& options, fit::Counted counted) {
    try {
      static_cast<void>(fit::fit_with_pipeline(fit::facts<Fsrs6>(), fit::portable<Fsrs6>(), histories, answered_at, start,
                                               Pipeline::fsrs_rs(), options, counted));
    } catch (const Exception& error) {
      return std::string{error.what()};
    }
    return std::string{};
  };
  const std::vector<std::uint8_t> three(3, 1);
  EXPECT_EQ(message(log.answered_at(), {}, {}), "");
  EXPECT_EQ(message(log.answered_at(), {}, three), "counted must have one number an answer, 120, got 3");
  EXPECT_EQ(message(log.answered_at().first(7), {}, {}), "answered_at must have one time an answer, 120, got 7");
  const auto specs = std::span{Fsrs6::specs}.first(4);
  EXPECT_EQ(message(log.answered_at(), {.prior = fit::Prior::usual(specs, 1.0)}, {}), "options.prior is over 4 parameters, fsrs6 has 21");
}

TEST(Pipeline, OursIsThePooledFit) {
  const auto log = perdure::testing::simulated_log<Fsrs6>(some_truth(), 300, 11);
  const data::Histories histories{log, exact};
  const auto plain = fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>());
  const auto report = run(log, Pipeline{});
  EXPECT_EQ(report.parameters, plain.parameters);
  EXPECT_EQ(report.objective_path, plain.objective_path);
}

TEST(Pipeline, EveryOneGivesALawfulReport) {
  const auto log = perdure::testing::simulated_log<Fsrs6>(some_truth(), 300, 12);
  for (const std::string_view name : Pipeline::names) {
    const auto report = run(log, *Pipeline::find(name));
    EXPECT_EQ(report.parameters.size(), Fsrs6::specs.size());
    EXPECT_TRUE(std::is_sorted(report.parameters.begin(), report.parameters.begin() + 4)) << name;
    for (std::size_t i = 0; i < report.parameters.size(); ++i) {
      EXPECT_GE(report.parameters[i], Fsrs6::specs[i].lower);
      EXPECT_LE(report.parameters[i], Fsrs6::specs[i].upper);
    }
    EXPECT_LT(report.log_loss, report.start_log_loss) << name;
    EXPECT_GT(report.effective_answers, 100.0);
    EXPECT_FALSE(report.reason.empty());
    EXPECT_EQ(report.standard_errors.size(), Fsrs6::specs.size());
    EXPECT_EQ(report.parameters, run(log, *Pipeline::find(name), {.threads = 3}).parameters) << name;
  }
}

TEST(Pipeline, ConvergesBelowThePeersOnTheirOwnObjective) {
  const auto log = perdure::testing::simulated_log<Fsrs6>(some_truth(), 600, 13);
  Pipeline converged = Pipeline::fsrs_rs();
  converged.optimizer = fit::Optimizer::fisher;
  const auto theirs = run(log, Pipeline::fsrs_rs());
  const auto ours = run(log, converged);
  EXPECT_EQ(theirs.answers, ours.answers);
  EXPECT_LT(ours.objective_path.back(), theirs.objective_path.back());
}

TEST(Pipeline, SmallDataRulesArePeersAlone) {
  const auto all = in_time_order(perdure::testing::simulated_log<Fsrs6>(some_truth(), 60, 14));
  Pipeline crate = Pipeline::fsrs_rs();
  crate.outliers.reset();  // gaps of a simulated log are all rare
  const auto defaults = models::defaults<Fsrs6>();
  const std::vector<double> unchanged{defaults.begin(), defaults.end()};

  const auto seven = run(first_predicted(all, 7), crate);
  EXPECT_EQ(seven.parameters, unchanged);
  EXPECT_EQ(seven.answers, 7U);
  const auto eight = run(first_predicted(all, 8), crate);
  EXPECT_NE(eight.parameters, unchanged);
  EXPECT_TRUE(std::equal(eight.parameters.begin() + 4, eight.parameters.end(), unchanged.begin() + 4));
  const auto most = run(first_predicted(all, 63), crate);
  EXPECT_TRUE(std::equal(most.parameters.begin() + 4, most.parameters.end(), unchanged.begin() + 4));
  const auto enough = run(first_predicted(all, 64), crate);
  EXPECT_FALSE(std::equal(enough.parameters.begin() + 4, enough.parameters.end(), unchanged.begin() + 4));

  EXPECT_EQ(run(first_predicted(all, 100), Pipeline::py_fsrs()).parameters, unchanged);  // fewer than 512
  EXPECT_NE(run(first_predicted(all, 1), Pipeline{}).parameters, unchanged);
}

/// How far the n-th predicted answer moves the parameters, and how hard it pulls on the new ones: both in the prior's standard deviations.
struct Move {
  double moved, pull;
};

Move move_at(const data::ReviewLog& all, std::size_t n, const Pipeline& pipeline) {
  const data::ReviewLog shorter = first_predicted(all, n - 1);
  const data::ReviewLog longer = first_predicted(all, n);
  const auto before = run(shorter, pipeline).parameters;
  const auto now = run(longer, pipeline).parameters;
  const auto slope = [&now](const data::ReviewLog& log) -> Eigen::VectorXd {
    const data::Histories histories{log, exact};
    const fit::Steps steps{histories, fit::later_answers(histories, 1.0)};
    return fit::Objective{steps.groups(), fit::portable<Fsrs6>(), 1}.derivatives(now, fit::Order::gradient).gradient;
  };
  const Eigen::VectorXd pull = slope(longer) - slope(shorter);
  Move move{0.0, 0.0};
  for (std::size_t i = 0; i < now.size(); ++i) {
    const double sd = Fsrs6::specs[i].prior_sd;
    move.moved += std::pow((now[i] - before[i]) / sd, 2.0);
    move.pull += std::pow(pull[static_cast<Eigen::Index>(i)] * sd, 2.0);
  }
  return {std::sqrt(move.moved), std::sqrt(move.pull)};
}

/// Where the objective is convex, one more answer moves its minimum by no more than that answer's own gradient there, against the prior alone:
/// moved <= pull. It is not convex everywhere, hence the factor; and two fits that have converged to 0.001 nats may lie 2 sqrt(2 x 0.001) apart.
TEST(Pipeline, OursHasNoThreshold) {
  constexpr double factor = 3.0;
  constexpr double converged = 0.09;
  const auto all = in_time_order(perdure::testing::simulated_log<Fsrs6>(some_truth(), 60, 15));
  for (std::size_t n = 1; n <= 72; ++n) {
    const Move move = move_at(all, n, Pipeline{});
    EXPECT_LE(move.moved, factor * move.pull + converged) << n << " answers";
  }
}

TEST(Pipeline, OurHeldOutLossMovesWithoutJumps) {
  constexpr double step = 0.03;  // nats: a few answers on a wide prior may mislead that much, and no more
  const auto all = in_time_order(perdure::testing::simulated_log<Fsrs6>(some_truth(), 600, 16));
  const auto held_out = perdure::testing::simulated_log<Fsrs6>(some_truth(), 600, 17);
  const auto loss_after = [&](std::size_t n) { return mean_loss(held_out, run(first_predicted(all, n), Pipeline{}).parameters); };
  const auto defaults = models::defaults<Fsrs6>();
  const double at_defaults = mean_loss(held_out, {defaults.begin(), defaults.end()});
  double before = loss_after(0);
  EXPECT_EQ(before, at_defaults);
  for (std::size_t n = 1; n <= 1024; n *= 2) {
    const double loss = loss_after(n);
    EXPECT_LT(loss, before + step) << n << " answers";
    EXPECT_NEAR(loss, loss_after(n - 1), step) << n << " answers";
    before = loss;
  }
  EXPECT_LT(before, at_defaults - 0.01);
}

TEST(Pipeline, LeavesOutRowsThatDoNotCount) {
  const auto log = perdure::testing::simulated_log<HalfLife>({1.5, 6.0, 2.5, 0.5}, 200, 18);
  const data::Histories histories{log, exact};
  std::vector<std::uint8_t> counted(log.size(), 1);
  for (std::size_t row = 0; row < log.size() / 2; ++row) counted[row] = 0;
  const auto part = fit::fit_with_pipeline(fit::facts<HalfLife>(), fit::portable<HalfLife>(), histories, log.answered_at(),
                                           models::defaults<HalfLife>(), {}, {}, counted);
  const auto whole = run<HalfLife>(log, {});
  EXPECT_LT(part.answers, whole.answers);
  EXPECT_GT(part.answers, 0U);
}

TEST(Pipeline, RecencyWeightsAreEffectiveAnswers) {
  Pipeline recent;
  recent.recency = true;
  const auto report = run(perdure::testing::simulated_log<Fsrs6>(some_truth(), 200, 19), recent);
  const auto n = static_cast<double>(report.answers);
  // mean of w is 1/4 + 3/16 = 7/16 and of w^2 is 1/16 + 3/32 + 9/112, for many answers
  EXPECT_NEAR(report.effective_answers / n, (49.0 / 256.0) / (1.0 / 16.0 + 3.0 / 32.0 + 9.0 / 112.0), 0.01);
}

TEST(Pipeline, AGivenPriorStaysInPlaceOfThePipelines) {
  const auto log = perdure::testing::simulated_log<Fsrs6>(some_truth(), 100, 20);
  fit::Options tight;
  tight.prior = fit::Prior::published(Fsrs6::specs, 1e6);
  Pipeline crate = Pipeline::fsrs_rs();
  crate.optimizer = fit::Optimizer::fisher;
  crate.outliers.reset();
  const auto report = run(log, crate, tight);
  for (std::size_t i = 0; i < report.parameters.size(); ++i) {
    EXPECT_NEAR(report.parameters[i], Fsrs6::specs[i].init, 0.05 * Fsrs6::specs[i].prior_sd) << Fsrs6::specs[i].name;
  }
}

TEST(Pipeline, NoAnswersKeepTheStart) {
  for (const std::string_view name : Pipeline::names) {
    const auto report = run(data::ReviewLog{}, *Pipeline::find(name));
    EXPECT_EQ(report.status, fit::Status::no_data) << name;
    const auto start = models::defaults<Fsrs6>();
    EXPECT_TRUE(std::equal(start.begin(), start.end(), report.parameters.begin())) << name;
  }
}

TEST(Pipeline, StopsWhenTold) {
  const auto log = perdure::testing::simulated_log<Fsrs6>(some_truth(), 200, 21);
  fit::Options stop;
  stop.progress = [](std::size_t, double) { return false; };
  Pipeline crate = Pipeline::fsrs_rs();
  crate.outliers.reset();
  const auto report = run(log, crate, stop);
  EXPECT_EQ(report.status, fit::Status::interrupted);
  EXPECT_LT(report.log_loss, report.start_log_loss);
}

TEST(Pipeline, RefusesFirstIntervalsOfAModelWithoutThem) {
  const auto log = perdure::testing::simulated_log<HalfLife>({1.5, 6.0, 2.5, 0.5}, 20, 22);
  EXPECT_THROW(static_cast<void>(run<HalfLife>(log, Pipeline::fsrs_rs())), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(run<models::Fsrs7>(log, Pipeline::fsrs_rs())), std::invalid_argument);
  Pipeline slow = Pipeline::py_fsrs();
  slow.adam.rate = -1.0;
  EXPECT_THROW(static_cast<void>(run<HalfLife>(log, slow)), std::invalid_argument);
}

}  // namespace
