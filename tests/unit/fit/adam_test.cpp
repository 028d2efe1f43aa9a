#include "pipeline_cases.hpp"

#include <perdure/fit/adam.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/portable.hpp>
#include <perdure/fit/recency.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace {

using namespace perdure;
using fit::AdamOptions;
using fit::Batches;
using fit::Batching;
using models::Fsrs6;
using models::HalfLife;

const time::ElapsedRule exact = time::ElapsedRule::exact();
constexpr std::array all_ways{Batching::perdure, Batching::fsrs_rs, Batching::fsrs_rs_items, Batching::fsrs_optimizer, Batching::py_fsrs};

/// A log of a model with its targets, recency weights included, and wide bounds.
template <class M>
struct Case {
  explicit Case(std::uint32_t cards, const typename M::template Params<double>& truth = models::default_params<M>())
      : log{perdure::testing::simulated_log<M>(truth, cards, 5)}, histories{log, exact}, targets{fit::later_answers(histories, 1.0)} {
    targets.weight = fit::recency_weights(histories, targets, log.answered_at());
    for (const models::ParamSpec& spec : M::specs) {
      start.push_back(spec.init);
      lower.push_back(spec.lower);
      upper.push_back(spec.upper);
    }
  }

  [[nodiscard]] fit::AdamResult run(const AdamOptions& options, const fit::Progress& progress = {}) const {
    return fit::Adam{fit::portable<M>(), histories, targets, log.answered_at(), prior, lower, upper, options}.run(start, progress);
  }

  [[nodiscard]] double objective(const std::vector<double>& values) const {
    const fit::Steps steps{histories, targets};
    return fit::Objective{steps.groups(), fit::portable<M>(), 1}.derivatives(values, fit::Order::loss).loss + prior.value(values);
  }

  data::ReviewLog log;
  data::Histories histories;
  fit::Targets targets;
  std::vector<double> start, lower, upper;
  fit::Prior prior = fit::Prior::published(M::specs, 2.0);
};

std::vector<std::size_t> numbers(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

TEST(Batches, HoldEveryPredictedAnswerOnce) {
  const Case<HalfLife> log{300};
  std::size_t predicted = 0;
  for (const std::uint8_t p : log.targets.predicted) predicted += p;
  const auto in_order = fit::batches_in_order(log.histories, log.targets, numbers(log.histories.cards()), 64);
  const auto answers = fit::batches_of_answers(log.histories, log.targets, log.log.answered_at(), 64);
  const auto cards = fit::batches_of_cards(log.histories, log.targets, 64);
  for (const Batches& batches : {in_order, answers, cards}) {
    std::vector<std::uint8_t> seen(log.histories.size());
    for (std::size_t b = 0; b < batches.size(); ++b) {
      std::size_t here = 0;
      for (const fit::Stretch& stretch : batches.batch(b)) {
        for (std::uint32_t i = stretch.first; i <= stretch.last; ++i) {
          const std::size_t k = log.histories.offset()[stretch.card] + i;
          here += log.targets.predicted[k];
          seen[k] = static_cast<std::uint8_t>(seen[k] + log.targets.predicted[k]);
        }
      }
      EXPECT_EQ(here, batches.answers[b]);
      EXPECT_LE(here, 64U);
    }
    EXPECT_EQ(seen, log.targets.predicted);
    EXPECT_EQ(batches.total(), predicted);
  }
  for (std::size_t b = 0; b + 1 < answers.size(); ++b) EXPECT_EQ(answers.answers[b], 64U);
  for (std::size_t b = 0; b + 1 < in_order.size(); ++b) EXPECT_EQ(in_order.answers[b], 64U);
}

TEST(Batches, ShorterHistoriesComeFirst) {
  const auto log = fit_test::log_of({{0, 0, 1, 3}, {0, 1, 1, 3}, {0, 0, 3, 3}, {0, 0, 6, 3}, {0, 1, 4, 3}, {0, 2, 1, 3}, {0, 2, 2, 3}});
  const data::Histories histories{log, exact};
  const auto targets = fit::later_answers(histories, 1.0);
  const auto cards = fit::batches_of_cards(histories, targets, 2);
  ASSERT_EQ(cards.size(), 2U);  // cards 1 and 2, then card 0
  EXPECT_EQ(cards.stretches[0].card, 1U);
  EXPECT_EQ(cards.stretches[1].card, 2U);
  EXPECT_EQ(cards.stretches[2].card, 0U);
  const auto answers = fit::batches_of_answers(histories, targets, log.answered_at(), 2);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers.stretches[0].card, 2U);  // day 2, then day 3, day 4, and the one with two answers before it
  EXPECT_EQ(answers.stretches[1].card, 0U);
  EXPECT_EQ(answers.stretches[2].card, 1U);
  EXPECT_EQ(answers.stretches[3].last, 2U);
}

TEST(Batches, ACardLargerThanABatchIsABatchOfItsOwn) {
  const auto log = fit_test::log_of({{0, 0, 1, 3}, {0, 0, 3, 3}, {0, 0, 6, 3}, {0, 0, 9, 3}, {0, 1, 1, 3}, {0, 1, 4, 3}});
  const data::Histories histories{log, exact};
  const auto targets = fit::later_answers(histories, 1.0);
  EXPECT_EQ(fit::batches_of_cards(histories, targets, 2).answers, (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(fit::batches_in_order(histories, targets, numbers(2), 2).answers, (std::vector<std::size_t>{2, 2}));
}

TEST(Packer, BatchesAddUpToTheWhole) {
  auto answers =
      std::vector<fit_test::Answer>{{0, 0, 1, 3}, {0, 0, 3, 1}, {0, 0, 3, 3}, {0, 0, 9, 3}, {0, 0, 9, 1}, {0, 0, 12, 3}};  // ties
  for (std::uint32_t c = 1; c < 150; ++c) {
    for (int k = 0; k < static_cast<int>(2 + c % 5); ++k)
      answers.push_back({c % 3, c, 1.0 + 0.01 * c + 2.3 * k, 1 + (static_cast<int>(c) + k) % 4});
  }
  const auto log = fit_test::log_of(answers);
  const data::Histories histories{log, exact};
  auto targets = fit::later_answers(histories, 1.0);
  targets.weight = fit::recency_weights(histories, targets, log.answered_at());
  const auto engine = fit::portable<Fsrs6>();
  const auto values = models::defaults<Fsrs6>();
  const fit::Steps steps{histories, targets};
  const auto whole = fit::Objective{steps.groups(), engine, 1}.derivatives(values, fit::Order::gradient);
  const auto in_order = fit::batches_in_order(histories, targets, numbers(histories.cards()), 7);
  for (const Batches& batches :
       {in_order, fit::batches_of_answers(histories, targets, log.answered_at(), 70), fit::batches_of_cards(histories, targets, 100)}) {
    fit::Packer packer{histories, targets};
    double loss = 0.0;
    std::vector<double> gradient(engine.parameters);
    for (std::size_t b = 0; b < batches.size(); ++b) {
      const auto groups = packer.pack(batches.batch(b));
      engine.add(values.data(), groups.data(), groups.size(), static_cast<int>(fit::Order::gradient), &loss, gradient.data(), nullptr,
                 nullptr);
    }
    EXPECT_NEAR(loss, whole.loss, 1e-11 * whole.loss);  // sums of some hundred terms in another order
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double expected = whole.gradient[static_cast<Eigen::Index>(i)];
      EXPECT_NEAR(gradient[i], expected, 1e-10 * std::max(1.0, std::abs(expected)));
    }
  }
}

// With one batch an epoch, Adam is full-batch gradient descent on two running means: the published recursion, written out here.
TEST(Adam, IsTheRecursionOfItsPaperWithAHalfCosine) {
  const Case<HalfLife> log{40};
  const fit::Steps steps{log.histories, log.targets};
  const fit::Objective data{steps.groups(), fit::portable<HalfLife>(), 1};
  constexpr std::size_t epochs = 7;
  std::vector<double> w = log.start;
  std::vector<double> mean(w.size());
  std::vector<double> square(w.size());
  for (std::size_t t = 1; t <= epochs; ++t) {
    const auto d = data.derivatives(w, fit::Order::gradient);
    const double rate = 0.04 * 0.5 * (1.0 + std::cos(3.14159265358979 * static_cast<double>(t - 1) / epochs));
    for (std::size_t i = 0; i < w.size(); ++i) {
      const models::ParamSpec& spec = HalfLife::specs[i];
      const double g = d.gradient[static_cast<Eigen::Index>(i)] + 2.0 * (w[i] - spec.init) / (spec.prior_sd * spec.prior_sd);
      mean[i] += 0.1 * (g - mean[i]);
      square[i] += 0.001 * (g * g - square[i]);
      const double m = mean[i] / (1.0 - std::pow(0.9, static_cast<double>(t)));
      const double v = square[i] / (1.0 - std::pow(0.999, static_cast<double>(t)));
      w[i] -= rate * m / (std::sqrt(v) + 1e-8);
    }
  }
  for (const Batching way : {Batching::perdure, Batching::fsrs_rs, Batching::fsrs_optimizer, Batching::py_fsrs}) {
    const auto result = log.run({.epochs = epochs, .batch = 100000, .batching = way});
    EXPECT_EQ(result.steps, epochs);
    for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(result.values[i], w[i], 1e-8) << HalfLife::specs[i].name;
  }
}

TEST(Adam, LowersTheObjectiveInEveryWayOfCutting) {
  const Case<HalfLife> log{600, {1.5, 6.0, 2.5, 0.5}};
  const double before = log.objective(log.start);
  for (const Batching way : all_ways) {
    const auto result = log.run({.epochs = 10, .batch = 128, .batching = way});
    EXPECT_LT(log.objective(result.values), before) << static_cast<int>(way);
    EXPECT_EQ(result.values, log.run({.epochs = 10, .batch = 128, .batching = way}).values);
    EXPECT_FALSE(result.interrupted);
    for (std::size_t i = 0; i < result.values.size(); ++i) {
      EXPECT_GE(result.values[i], log.lower[i]);
      EXPECT_LE(result.values[i], log.upper[i]);
    }
  }
}

TEST(Adam, StaysInsideTheBoundsItIsGiven) {
  Case<HalfLife> log{200, {1.5, 6.0, 2.5, 0.5}};
  log.upper[1] = log.start[1];
  log.lower[1] = log.start[1];
  const auto result = log.run({.epochs = 3, .rate = 1.0});
  EXPECT_EQ(result.values[1], log.start[1]);
  EXPECT_NE(result.values[0], log.start[0]);
}

TEST(Adam, KeepsTheBestWhenAsked) {
  const Case<HalfLife> log{200};
  const AdamOptions wild{.epochs = 4, .rate = 5.0, .batch = 64};  // so large a rate leaves a good start
  AdamOptions kept = wild;
  kept.keep = fit::Keep::best_or_start;
  EXPECT_GT(log.objective(log.run(wild).values), log.objective(log.start));
  EXPECT_LE(log.objective(log.run(kept).values), log.objective(log.start));
  kept.keep = fit::Keep::best;
  EXPECT_LE(log.objective(log.run(kept).values), log.objective(log.run(wild).values));
}

TEST(Adam, StopsBetweenEpochsWhenTold) {
  const Case<HalfLife> log{200};
  std::vector<std::size_t> calls;
  const auto result = log.run({.epochs = 9}, [&calls](std::size_t epoch, double sum) {
    EXPECT_TRUE(std::isfinite(sum));
    calls.push_back(epoch);
    return epoch < 2;
  });
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(calls, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(result.passes, 2.0);
}

TEST(Adam, WithoutAnswersNothingMoves) {
  const Case<HalfLife> log{0};
  EXPECT_EQ(log.run({}).values, log.start);
}

TEST(Adam, RefusesOptionsThatCannotBe) {
  EXPECT_FALSE(AdamOptions{}.validate());
  EXPECT_TRUE(AdamOptions{.rate = 0.0}.validate());
  EXPECT_TRUE(AdamOptions{.rate = std::numeric_limits<double>::quiet_NaN()}.validate());
  EXPECT_TRUE(AdamOptions{.batch = 0}.validate());
}

}  // namespace
