#include <perdure/core/result.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/grouped.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/states.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using namespace perdure;
using models::HalfLife;

const data::ReviewLog& log() {
  static const data::ReviewLog made = perdure::testing::simulated_log<HalfLife>(models::default_params<HalfLife>(), 200, 5);
  return made;
}
const data::Histories& histories() {
  static const data::Histories grouped{log(), time::ElapsedRule::exact()};
  return grouped;
}

/// Two groups, by whether the learner's code is odd: row by row.
std::vector<std::uint32_t> odd() {
  std::vector<std::uint32_t> group;
  for (const std::uint32_t learner : log().learner()) group.push_back(learner % 2);
  return group;
}

const std::vector<double> values{1.0, 5.0, 0.8, 0.4, 2.0, 20.0, 1.2, 0.2};  // one row a group

TEST(Grouped, EveryCardIsReplayedWithTheParametersOfItsGroup) {
  const auto cards = fit::group_of_cards(histories(), odd());
  const fit::GroupedParameters<HalfLife> parameters{values, cards};
  const fit::Observation layer{.intercept = 0.3, .slope = 0.7};
  const std::vector<double> first_rate(log().size(), 0.6);
  const auto predicted = fit::grouped_predict_sequence<HalfLife>(log(), histories(), parameters, layer, first_rate, 2);
  const auto states = fit::grouped_states<HalfLife>(log(), histories(), parameters, 2);
  const std::vector<double> days(histories().cards(), 7.0);
  const std::vector<std::span<const float>> columns(states.state.begin(), states.state.end());
  const auto recall = fit::grouped_recall<HalfLife>(columns, days, parameters, 2);
  for (std::uint32_t g = 0; g < 2; ++g) {
    const auto w = models::assemble<HalfLife, double>(std::span<const double, 4>{values.data() + 4 * static_cast<std::size_t>(g), 4});
    const auto alone = fit::predict_sequence<HalfLife>(log(), histories(), w, layer, first_rate);
    const auto states_alone = fit::card_states<HalfLife>(log(), histories(), w);
    for (std::size_t row = 0; row < log().size(); ++row) {
      if (log().learner()[row] % 2 == g) {
        EXPECT_EQ(predicted[row], alone[row]);
      }
    }
    for (std::size_t c = 0; c < histories().cards(); ++c) {
      if (cards[c] != g) continue;
      EXPECT_EQ(states.state[0][c], states_alone.state[0][c]);
      EXPECT_EQ(states.answers[c], states_alone.answers[c]);
      EXPECT_DOUBLE_EQ(recall[c], HalfLife::recall(w, {static_cast<double>(states.state[0][c])}, 7.0));
    }
  }
}

TEST(Grouped, WhatDoesNotFitIsRefused) {
  std::vector<std::uint32_t> group = odd();
  const std::uint32_t row = histories().card(3).row[2];
  group[row] ^= 1U;
  try {
    static_cast<void>(fit::group_of_cards(histories(), group));
    FAIL() << "a card of two groups";
  } catch (const Exception& e) {
    EXPECT_EQ(e.error().where, row);
  }
  EXPECT_THROW(static_cast<void>(fit::group_of_cards(histories(), std::vector<std::uint32_t>(3))), Exception);

  const std::vector<std::uint32_t> cards(histories().cards(), 2);  // there is no group 2
  EXPECT_THROW((fit::GroupedParameters<HalfLife>{values, cards}), Exception);
  EXPECT_THROW((fit::GroupedParameters<HalfLife>{std::span{values}.first(7), cards}), Exception);
  const std::vector<double> outside{1.0, -5.0, 0.8, 0.4};
  EXPECT_THROW((fit::GroupedParameters<HalfLife>{outside, {}}), Exception);
  const std::vector<std::uint32_t> one(1, 0);
  const fit::GroupedParameters<HalfLife> parameters{values, one};
  EXPECT_THROW(static_cast<void>(fit::grouped_states<HalfLife>(log(), histories(), parameters)), Exception);
  EXPECT_THROW(static_cast<void>(fit::grouped_recall<HalfLife>({}, std::vector<double>(1), parameters)), Exception);
}

}  // namespace
