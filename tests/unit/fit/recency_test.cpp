#include "pipeline_cases.hpp"

#include <perdure/fit/recency.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace perdure;

const time::ElapsedRule exact = time::ElapsedRule::exact();

std::vector<float> by_position(const data::ReviewLog& log, fit::Targets& targets) {
  const data::Histories histories{log, exact};
  targets = fit::later_answers(histories, 1.0);
  return fit::recency_weights(histories, targets, log.answered_at());
}

TEST(Recency, CubicInTheOrderOfTimeOverAllLearners) {
  // predicted answers by time: item 1 of learner 0 (day 2), learner 1 (day 3), item 0 of learner 0 (day 5): i = 0, 1, 2 of n = 3
  const auto log = fit_test::log_of({{0, 1, 1.0, 3}, {0, 0, 1.5, 3}, {1, 0, 1.0, 3}, {0, 1, 2.0, 1}, {1, 0, 3.0, 3}, {0, 0, 5.0, 4}});
  fit::Targets targets;
  const auto weight = by_position(log, targets);
  // positions: (0, 0): answers 0 and 1; (0, 1): 2 and 3; (1, 0): 4 and 5
  const std::vector<float> expected{0.0F, 1.0F, 0.0F, 0.25F, 0.0F, 0.25F + 0.75F / 8.0F};
  EXPECT_EQ(weight, expected);
}

TEST(Recency, ALogThatIsNotInTimeOrderGivesTheSameWeights) {
  // rows of learner 1 after those of learner 0, as import keeps them: the same moments as above
  const auto log = fit_test::log_of({{0, 1, 1.0, 3}, {0, 0, 1.5, 3}, {0, 1, 2.0, 1}, {0, 0, 5.0, 4}, {1, 0, 1.0, 3}, {1, 0, 3.0, 3}});
  fit::Targets targets;
  const std::vector<float> expected{0.0F, 1.0F, 0.0F, 0.25F, 0.0F, 0.25F + 0.75F / 8.0F};
  EXPECT_EQ(by_position(log, targets), expected);
}

TEST(Recency, AnswersWithOneTimeKeepTheOrderOfTheLog) {
  const auto log = fit_test::log_of({{0, 7, 1.0, 3}, {0, 3, 1.0, 3}, {0, 7, 4.0, 3}, {0, 3, 4.0, 3}});
  fit::Targets targets;
  const auto weight = by_position(log, targets);
  EXPECT_EQ(weight[1], 1.0F);   // item 3, later in the log
  EXPECT_EQ(weight[3], 0.25F);  // item 7
}

TEST(Recency, ALoneAnswerWeighsAQuarter) {
  fit::Targets targets;
  EXPECT_EQ(by_position(fit_test::log_of({{0, 0, 1.0, 3}, {0, 0, 4.0, 3}}), targets), (std::vector<float>{0.0F, 0.25F}));
  EXPECT_TRUE(by_position(data::ReviewLog{}, targets).empty());
}

}  // namespace
