#include <perdure/fit/replay.hpp>
#include <perdure/fit/states.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs6;

TEST(Replay, IsReviewByReview) {
  const auto w = models::default_params<Fsrs6>();
  const auto log = perdure::testing::simulated_log<Fsrs6>(w, 20, 8);
  const data::Histories histories{log, time::ElapsedRule::exact()};
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    auto expected = Fsrs6::first(w, static_cast<Grade>(card.grade[0]));
    std::vector<std::size_t> seen;
    const auto last = fit::replay<Fsrs6, double>(w, card, [&](std::size_t i, const auto& before) {
      seen.push_back(i);
      EXPECT_EQ(before.stability, expected.stability);
      expected = Fsrs6::review(w, expected, card.elapsed[i], static_cast<Grade>(card.grade[i]));
    });
    EXPECT_EQ(seen.size(), card.size() - 1);
    EXPECT_EQ(last.stability, expected.stability);
    EXPECT_EQ(last.difficulty, expected.difficulty);
  }
}

TEST(CardStates, HoldTheEndOfEveryCardForAnyNumberOfThreads) {
  const auto w = models::default_params<Fsrs6>();
  const auto log = perdure::testing::simulated_log<Fsrs6>(w, 2000, 9);
  const data::Histories histories{log, time::ElapsedRule::exact()};
  const auto states = fit::card_states<Fsrs6>(log, histories, w, 1);
  ASSERT_EQ(states.learner.size(), histories.cards());
  for (std::size_t c = 0; c < histories.cards(); c += 97) {
    const data::Card card = histories.card(c);
    const auto end = fit::replay<Fsrs6, double>(w, card, [](std::size_t, const auto&) {});
    EXPECT_EQ(states.state[0][c], static_cast<float>(end.stability));
    EXPECT_EQ(states.state[1][c], static_cast<float>(end.difficulty));
    EXPECT_EQ(states.answers[c], card.size());
    EXPECT_EQ(states.lapses[c], std::count(card.grade.begin(), card.grade.end(), 1));
    EXPECT_EQ(states.last_answered_at[c], log.answered_at()[card.row[card.size() - 1]]);
    EXPECT_EQ(states.item[c], log.item()[card.row[0]]);
  }
  EXPECT_EQ(fit::card_states<Fsrs6>(log, histories, w, 3).state, states.state);
}

}  // namespace
