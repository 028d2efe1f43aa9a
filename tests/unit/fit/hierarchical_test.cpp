#include <perdure/core/grade.hpp>
#include <perdure/core/result.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/fit/portable.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_cohort.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace perdure;
using fit::HierarchicalOptions;
using fit::HierarchicalReport;
using fit::Pooling;
using fit::Status;
using models::Fsrs6;
using models::HalfLife;
using perdure::testing::SimulatedCohort;

template <class M>
using Values = std::array<double, M::specs.size()>;

template <class M>
HierarchicalReport fitted(const SimulatedCohort& cohort, std::size_t segments, const HierarchicalOptions& options = {}) {
  return fit::hierarchical(fit::facts<M>(), fit::portable<M>(), cohort.histories, cohort.learner_of_card, segments, models::defaults<M>(),
                           options);
}

/// Some way off the defaults: parameters in days times up to e^0.6, the others up to 0.7 published standard deviations above, every fifth
/// the same.
template <class M>
Values<M> center() {
  Values<M> values = models::defaults<M>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double way = static_cast<double>((i * 7) % 5) / 4.0;
    values[i] = M::specs[i].unit == "days" ? values[i] * std::exp(0.6 * way) : values[i] + 0.7 * way * M::specs[i].prior_sd;
  }
  return models::lawful<M>(values);
}

/// Mean log loss of held-out answers, each learner's predicted by `of(learner)`.
template <class M, class Of>
double held_out(const SimulatedCohort& cohort, std::size_t learners, const Of& of) {
  const fit::Steps steps{cohort.histories, fit::later_answers(cohort.histories, 1.0), cohort.learner_of_card, learners};
  double loss = 0.0;
  for (std::size_t u = 0; u < learners; ++u) {
    const std::span<const double> values = of(u);
    loss += fit::Objective{steps.groups(u), fit::portable<M>(), 1}.derivatives(values, fit::Order::loss).loss;
  }
  return loss / steps.amount().weight;
}

std::span<const double> row(const HierarchicalReport& report, std::size_t segment) {
  const std::size_t n = report.mean.size();
  return std::span{report.parameters}.subspan(segment * n, n);
}

void expect_sane(const HierarchicalReport& report, std::span<const models::ParamSpec> specs) {
  const std::size_t n = specs.size();
  ASSERT_EQ(report.mean.size(), n);
  ASSERT_EQ(report.parameters.size(), report.segments * n);
  ASSERT_EQ(report.standard_errors.size(), report.segments * n);
  ASSERT_EQ(report.segment_status.size(), report.segments);
  ASSERT_TRUE(report.covariance.allFinite());
  for (std::size_t s = 0; s < report.segments; ++s) {
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_GE(row(report, s)[i], specs[i].lower);
      EXPECT_LE(row(report, s)[i], specs[i].upper);
      EXPECT_FALSE(report.standard_errors[s * n + i] < 0.0);
    }
  }
}

/// Ten learners' answers under HalfLife, whose four parameters are well determined.
SimulatedCohort half_life_cohort(std::size_t learners, std::size_t answers, double spread, std::uint64_t seed) {
  const auto truth = perdure::testing::drawn_parameters<HalfLife>(center<HalfLife>(), spread, spread, learners, seed);
  return perdure::testing::simulated_cohort<HalfLife>(truth, answers, seed);
}

TEST(Hierarchical, CompletePoolingIsThePooledFit) {
  const SimulatedCohort cohort = half_life_cohort(10, 200, 0.5, 1);
  const auto report = fitted<HalfLife>(cohort, 10, {.pooling = Pooling::complete});
  const auto pooled = fit::pooled<HalfLife>(cohort.histories, models::defaults<HalfLife>());
  EXPECT_EQ(report.mean, pooled.parameters);
  EXPECT_EQ(report.log_loss, pooled.log_loss);
  double loss = 0.0;
  double answers = 0.0;
  for (std::size_t s = 0; s < 10; ++s) {
    EXPECT_TRUE(std::ranges::equal(row(report, s), pooled.parameters));
    loss += report.segment_log_loss[s] * static_cast<double>(report.answers[s]);
    answers += static_cast<double>(report.answers[s]);
  }
  EXPECT_NEAR(loss / answers, pooled.log_loss, 1e-12);
}

TEST(Hierarchical, NoPoolingIsAFitPerLearner) {
  const auto truth = perdure::testing::drawn_parameters<HalfLife>(center<HalfLife>(), 0.5, 0.5, 6, 2);
  const SimulatedCohort all = perdure::testing::simulated_cohort<HalfLife>(truth, 200, 2);
  const auto report = fitted<HalfLife>(all, 6, {.pooling = Pooling::none});
  EXPECT_EQ(report.status, Status::converged);
  for (std::size_t u = 0; u < 6; ++u) {
    std::vector<std::size_t> offset{0};
    std::vector<double> elapsed;
    std::vector<std::uint8_t> grade;
    for (std::size_t c = 0; c < all.histories.cards(); ++c) {
      if (all.learner_of_card[c] != u) continue;
      const data::Card card = all.histories.card(c);
      elapsed.insert(elapsed.end(), card.elapsed.begin(), card.elapsed.end());
      grade.insert(grade.end(), card.grade.begin(), card.grade.end());
      offset.push_back(grade.size());
    }
    const auto alone = fit::pooled<HalfLife>(data::Histories::from_cards(offset, elapsed, grade), models::defaults<HalfLife>());
    EXPECT_TRUE(std::ranges::equal(row(report, u), alone.parameters)) << u;
    EXPECT_EQ(report.segment_log_loss[u], alone.log_loss);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(report.standard_errors[u * 4 + i], alone.standard_errors[i]);
  }
}

TEST(Hierarchical, ScaleOfTheCovarianceLeadsFromThePooledFitToFitsPerLearner) {
  const SimulatedCohort cohort = half_life_cohort(12, 400, 0.5, 3);
  const auto pooled = fit::pooled<HalfLife>(cohort.histories, models::defaults<HalfLife>());
  const auto together = fitted<HalfLife>(cohort, 12, {.covariance_scale = 1e-8});
  const auto apart = fitted<HalfLife>(cohort, 12, {.covariance_scale = 1e6});
  HierarchicalOptions free{.pooling = Pooling::none};
  free.base.prior_weight = 0.0;
  const auto alone = fitted<HalfLife>(cohort, 12, free);
  for (std::size_t u = 0; u < 12; ++u) {
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(row(together, u)[i] / pooled.parameters[i], 1.0, 1e-3);
    // Nats over all of a learner's answers. A step that promises less than 0.05 is not taken, and either may end in another optimum.
    const auto answers = static_cast<double>(apart.answers[u]);
    EXPECT_LT(answers * apart.segment_log_loss[u], answers * alone.segment_log_loss[u] + 0.15);
  }
  EXPECT_LT(apart.log_loss, together.log_loss - 1e-3);
}

// 24 to 300 learners and three fits each: what the claim needs. It takes half a second, and some ten under sanitizers.
TEST(Hierarchical, PredictsBetterThanOnePoolAndThanEveryLearnerAlone) {
  struct Case {
    std::size_t learners, answers;
  };
  for (const Case& c : {Case{300, 10}, Case{120, 50}, Case{24, 500}}) {
    const auto truth = perdure::testing::drawn_parameters<Fsrs6>(center<Fsrs6>(), 0.8, 0.8, c.learners, 11);
    const SimulatedCohort train = perdure::testing::simulated_cohort<Fsrs6>(truth, c.answers, 11);
    const SimulatedCohort test = perdure::testing::simulated_cohort<Fsrs6>(truth, 80, 12);
    const auto partial = fitted<Fsrs6>(train, c.learners);
    const auto none = fitted<Fsrs6>(train, c.learners, {.pooling = Pooling::none});
    const auto complete = fitted<Fsrs6>(train, c.learners, {.pooling = Pooling::complete});
    const auto loss = [&](const HierarchicalReport& report) {
      return held_out<Fsrs6>(test, c.learners, [&](std::size_t u) { return row(report, u); });
    };
    const double best = loss(partial);
    EXPECT_LT(best, loss(none)) << c.answers;
    EXPECT_LT(best, loss(complete)) << c.answers;
    EXPECT_GT(best, held_out<Fsrs6>(test, c.learners, [&](std::size_t u) { return std::span<const double>{truth[u]}; }));
    EXPECT_EQ(partial.status, Status::converged) << partial.reason;
    expect_sane(partial, Fsrs6::specs);
  }
}

TEST(Hierarchical, StandardErrorsAndSpreadAreHonest) {
  constexpr std::size_t learners = 200;
  const auto truth = perdure::testing::drawn_parameters<HalfLife>(center<HalfLife>(), 0.4, 0.4, learners, 21);
  const auto report = fitted<HalfLife>(perdure::testing::simulated_cohort<HalfLife>(truth, 300, 21), learners);
  std::size_t inside = 0;
  std::size_t all = 0;
  for (std::size_t u = 0; u < learners; ++u) {
    for (std::size_t i = 0; i < 4; ++i) {
      const double error = report.standard_errors[u * 4 + i];
      if (std::isnan(error)) continue;
      const double w = row(report, u)[i];
      // errors are symmetric on the scale on which parameters are Gaussian
      const double off = report.scale[i] == fit::Scale::logarithmic ? w * std::log(truth[u][i] / w) : truth[u][i] - w;
      inside += std::abs(off) <= 1.96 * error ? 1 : 0;
      ++all;
    }
  }
  // 95 % of about 800, give or take four standard errors (0.8 %) and Laplace's approximation
  EXPECT_GT(static_cast<double>(inside), 0.91 * static_cast<double>(all));
  EXPECT_LT(static_cast<double>(inside), 0.99 * static_cast<double>(all));
  for (std::size_t i = 0; i < 2; ++i) {  // the two half-lives, in days: log-normal with 0.4
    const auto k = static_cast<Eigen::Index>(i);
    EXPECT_NEAR(std::sqrt(report.covariance(k, k)), 0.4, 0.12) << HalfLife::specs[i].name;
    EXPECT_GT(report.learned_segments[i], 20.0);
  }
}

TEST(Hierarchical, FewSegmentsDoNoHarm) {
  for (const std::size_t learners : {1U, 2U, 5U}) {
    const auto truth = perdure::testing::drawn_parameters<Fsrs6>(center<Fsrs6>(), 0.8, 0.8, learners, 31);
    const SimulatedCohort test = perdure::testing::simulated_cohort<Fsrs6>(truth, 2000, 32);
    for (const std::size_t answers : {10U, 300U}) {
      const SimulatedCohort train = perdure::testing::simulated_cohort<Fsrs6>(truth, answers, 31);
      const auto partial = fitted<Fsrs6>(train, learners);
      const auto complete = fitted<Fsrs6>(train, learners, {.pooling = Pooling::complete});
      expect_sane(partial, Fsrs6::specs);
      const auto loss = [&](const HierarchicalReport& report) {
        return held_out<Fsrs6>(test, learners, [&](std::size_t u) { return row(report, u); });
      };
      EXPECT_LT(loss(partial), loss(complete) + 0.005) << learners << " learners, " << answers << " answers";
      EXPECT_EQ(partial.warnings.empty(), false);
    }
  }
}

TEST(Hierarchical, IdenticalLearnersGetNearlyIdenticalParameters) {
  constexpr std::size_t learners = 10;
  const std::vector<Values<HalfLife>> one(1, center<HalfLife>());
  const SimulatedCohort single = perdure::testing::simulated_cohort<HalfLife>(one, 400, 41);
  std::vector<std::size_t> offset{0};
  std::vector<double> elapsed;
  std::vector<std::uint8_t> grade;
  std::vector<std::uint32_t> learner;
  for (std::uint32_t u = 0; u < learners; ++u) {
    for (std::size_t c = 0; c < single.histories.cards(); ++c) {
      const data::Card card = single.histories.card(c);
      elapsed.insert(elapsed.end(), card.elapsed.begin(), card.elapsed.end());
      grade.insert(grade.end(), card.grade.begin(), card.grade.end());
      offset.push_back(grade.size());
      learner.push_back(u);
    }
  }
  const SimulatedCohort cohort{data::Histories::from_cards(offset, elapsed, grade), learner};
  const auto report = fitted<HalfLife>(cohort, learners);
  const auto pooled = fit::pooled<HalfLife>(cohort.histories, models::defaults<HalfLife>());
  for (std::size_t u = 0; u < learners; ++u) {
    EXPECT_TRUE(std::ranges::equal(row(report, u), row(report, 0)));
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(row(report, u)[i] / pooled.parameters[i], 1.0, 0.02);
  }
}

TEST(Hierarchical, SegmentsWithoutAnswersGetTheMean) {
  SimulatedCohort cohort = half_life_cohort(8, 100, 0.5, 51);
  const auto report = fitted<HalfLife>(cohort, 10);  // nobody is learner 8 or 9
  for (const std::size_t silent : {8U, 9U}) {
    EXPECT_EQ(report.segment_status[silent], Status::no_data);
    EXPECT_EQ(report.answers[silent], 0U);
    EXPECT_TRUE(std::isnan(report.segment_log_loss[silent]));
    EXPECT_TRUE(std::ranges::equal(row(report, silent), report.mean));
    EXPECT_GT(report.standard_errors[silent * 4], 0.0);
  }
  EXPECT_NE(report.warnings.front().find("2 of 10 segments"), std::string::npos);
  for (std::size_t u = 0; u < 8; ++u) EXPECT_EQ(report.segment_status[u], Status::converged);
}

TEST(Hierarchical, WithoutAnyAnswerEverybodyHasTheStart) {
  const std::vector<std::size_t> offset{0, 1, 2};
  const std::vector<double> elapsed{0.0, 0.0};
  const std::vector<std::uint8_t> grade{3, 1};
  for (const Pooling pooling : {Pooling::complete, Pooling::partial, Pooling::none}) {
    const SimulatedCohort cohort{data::Histories::from_cards(offset, elapsed, grade), {0, 1}};
    const auto report = fitted<HalfLife>(cohort, 2, {.pooling = pooling});
    EXPECT_EQ(report.status, Status::no_data);
    const auto start = models::defaults<HalfLife>();
    EXPECT_TRUE(std::ranges::equal(row(report, 1), start));
    expect_sane(report, HalfLife::specs);
  }
}

TEST(Hierarchical, BitsDoNotDependOnThreads) {
  const auto truth = perdure::testing::drawn_parameters<Fsrs6>(center<Fsrs6>(), 0.5, 0.5, 150, 61);
  const SimulatedCohort cohort = perdure::testing::simulated_cohort<Fsrs6>(truth, 40, 61);
  for (const Pooling pooling : {Pooling::complete, Pooling::partial, Pooling::none}) {
    HierarchicalOptions options{.pooling = pooling};
    options.base.max_iterations = 5;
    const auto one = fitted<Fsrs6>(cohort, 150, options);
    options.base.threads = 3;
    const auto three = fitted<Fsrs6>(cohort, 150, options);
    EXPECT_EQ(one.parameters, three.parameters);
    EXPECT_EQ(one.covariance, three.covariance);
    EXPECT_EQ(one.objective_path, three.objective_path);
  }
}

/// A portable engine of HalfLife whose gradient points uphill for cards that begin with Hard: no step of their segment helps, though more is
/// promised.
void add_misleading(const double* parameters, const fit::StepGroup* groups, std::size_t count, int order, double* loss, double* gradient,
                    double* fisher, float* scratch) noexcept {
  const fit::Engine engine = fit::portable<HalfLife>();
  for (std::size_t g = 0; g < count; ++g) {
    std::array<double, 4> of_group{};
    engine.add(parameters, groups + g, 1, order, loss, gradient == nullptr ? nullptr : of_group.data(), fisher, scratch);
    const bool misleads = groups[g].code[0] == static_cast<std::uint8_t>(Grade::hard);
    for (std::size_t i = 0; i < 4 && gradient != nullptr; ++i) gradient[i] += misleads ? -of_group[i] : of_group[i];
  }
}

TEST(Hierarchical, ASegmentThatNoStepHelpsIsStalledAndTheOthersAreNot) {
  SimulatedCohort cohort = half_life_cohort(8, 200, 0.5, 91);
  std::vector<std::size_t> offset{0};
  std::vector<double> elapsed;
  std::vector<std::uint8_t> grade;
  constexpr std::uint32_t odd_one = 5;
  for (std::size_t c = 0; c < cohort.histories.cards(); ++c) {
    const data::Card card = cohort.histories.card(c);
    elapsed.insert(elapsed.end(), card.elapsed.begin(), card.elapsed.end());
    for (std::size_t i = 0; i < card.size(); ++i) {
      const bool first_right = i == 0 && card.grade[0] > 1;
      grade.push_back(first_right ? static_cast<std::uint8_t>(cohort.learner_of_card[c] == odd_one ? Grade::hard : Grade::good)
                                  : card.grade[i]);
    }
    offset.push_back(grade.size());
  }
  const auto histories = data::Histories::from_cards(offset, elapsed, grade);
  const fit::Engine misleading{4, &add_misleading, fit::portable<HalfLife>().scratch};
  const auto report =
      fit::hierarchical(fit::facts<HalfLife>(), misleading, histories, cohort.learner_of_card, 8, models::defaults<HalfLife>());
  EXPECT_EQ(report.status, Status::stalled);
  EXPECT_NE(report.reason.find("no step helps 1 of the segments"), std::string::npos) << report.reason;
  for (std::size_t u = 0; u < 8; ++u) EXPECT_EQ(report.segment_status[u], u == odd_one ? Status::stalled : Status::converged) << u;
  expect_sane(report, HalfLife::specs);
}

/// Mean and covariance move in the first three passes; then segments settle under them. What is told is Laplace's approximation: its determinants
/// move with the segments, so that a pass may raise it by less than a step has to promise; all of them together lower it.
TEST(Hierarchical, ItsObjectiveFallsOnceMeanAndCovarianceStand) {
  constexpr std::size_t moving = 3;
  constexpr double worth_a_step = 0.05;
  const auto truth = perdure::testing::drawn_parameters<Fsrs6>(center<Fsrs6>(), 0.8, 0.8, 24, 11);
  const auto report = fitted<Fsrs6>(perdure::testing::simulated_cohort<Fsrs6>(truth, 500, 11), 24);
  const std::vector<double>& path = report.objective_path;
  ASSERT_GT(path.size(), moving + 2);
  EXPECT_LT(path.back(), path[moving] - 1.0);
  for (std::size_t k = moving; k < path.size(); ++k) EXPECT_LT(path[k], path[k - 1] + worth_a_step) << k;
}

/// First answers are all right: nothing says anything of first_wrong, and without a prior its mean is anywhere.
TEST(Hierarchical, WhatNothingTellsOfTheMeanIsNotTakenForCertain) {
  SimulatedCohort cohort = half_life_cohort(20, 200, 0.5, 95);
  std::vector<std::size_t> offset{0};
  std::vector<double> elapsed;
  std::vector<std::uint8_t> grade;
  for (std::size_t c = 0; c < cohort.histories.cards(); ++c) {
    const data::Card card = cohort.histories.card(c);
    elapsed.insert(elapsed.end(), card.elapsed.begin(), card.elapsed.end());
    grade.insert(grade.end(), card.grade.begin(), card.grade.end());
    grade[offset.back()] = static_cast<std::uint8_t>(Grade::good);
    offset.push_back(grade.size());
  }
  cohort.histories = data::Histories::from_cards(offset, elapsed, grade);
  HierarchicalOptions free;
  free.base.prior_weight = 0.0;
  const auto report = fitted<HalfLife>(cohort, 20, free);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto k = static_cast<Eigen::Index>(i);
    const double relative = report.scale[i] == fit::Scale::logarithmic ? report.mean_errors[i] / report.mean[i] : report.mean_errors[i];
    EXPECT_TRUE(std::isfinite(relative)) << i;
    if (i == 0) {
      EXPECT_GT(relative, 100.0 * std::sqrt(report.covariance(k, k)));
    } else {
      EXPECT_GT(relative, 0.0);
      EXPECT_LT(relative, std::sqrt(report.covariance(k, k))) << i;
    }
  }
}

TEST(Hierarchical, TheCallerCanStopIt) {
  const SimulatedCohort cohort = half_life_cohort(130, 60, 0.5, 71);
  for (const Pooling pooling : {Pooling::partial, Pooling::none}) {
    HierarchicalOptions options{.pooling = pooling};
    std::size_t calls = 0;
    options.base.progress = [&calls](std::size_t, double) { return ++calls < 2; };
    const auto report = fitted<HalfLife>(cohort, 130, options);
    EXPECT_EQ(calls, 2U);
    EXPECT_EQ(report.status, Status::interrupted);
    expect_sane(report, HalfLife::specs);
  }
}

TEST(Hierarchical, WhatDoesNotFitIsRefused) {
  const SimulatedCohort cohort = half_life_cohort(3, 20, 0.5, 81);
  EXPECT_THROW(static_cast<void>(fitted<HalfLife>(cohort, 2)), Exception);
  EXPECT_THROW(static_cast<void>(fitted<HalfLife>(cohort, 3, {.covariance_scale = 0.0})), Exception);
  EXPECT_THROW(static_cast<void>(fitted<HalfLife>(cohort, 3, {.assumed_segments = std::nan("")})), Exception);
  const std::vector<std::uint32_t> short_column(1);
  const auto start = models::defaults<HalfLife>();
  EXPECT_THROW(
      static_cast<void>(fit::hierarchical(fit::facts<HalfLife>(), fit::portable<HalfLife>(), cohort.histories, short_column, 3, start)),
      Exception);
  EXPECT_THROW(static_cast<void>(fit::hierarchical(fit::facts<HalfLife>(), fit::portable<HalfLife>(), cohort.histories,
                                                   cohort.learner_of_card, 3, std::vector<double>{1.0})),
               Exception);
}

}  // namespace
