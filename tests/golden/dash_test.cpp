// DASH with the two start values of srs-benchmark. Numbers: tools/golden_histories.py, 50 digits from the whole list of answers.
#include "one_history.hpp"

#include <perdure/models/dash.hpp>

#include <gtest/gtest.h>

#include <array>

namespace {

using namespace perdure;
using models::Dash;
using perdure_golden::exact;

constexpr std::array whole_days{0.2024, 0.5967, 0.1255, 0.6039, -0.1485, 0.572, 0.0933, 0.4801, 0.787};

TEST(DashGolden, RecallAfterOneHistory) {
  const Dash model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{0.0}), 0.93374710403813511, exact);
  EXPECT_NEAR(model.recall(memory, Days{0.5}), 0.93374710403813511, exact);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.91462110214606699, exact);
  EXPECT_NEAR(model.recall(memory, Days{15.0}), 0.88769855825238121, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.86110490921022726, exact);
}

TEST(DashGolden, AWindowHoldsAnswersUpToItsOwnLength) {
  const Dash model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{30.0}), 0.88769855825238121, exact);  // the last answer is 30 days old
  EXPECT_LT(model.recall(memory, Days{30.001}), 0.88);
}

TEST(DashGolden, IntervalIsTheTimeOfAStep) {
  const Dash start;
  EXPECT_EQ(start.interval(perdure_golden::after_one_history(start), 0.9), Days{10.0});
  EXPECT_GT(start.interval(perdure_golden::after_one_history(start), 0.8), Days{1e9});
  EXPECT_EQ(start.interval(perdure_golden::after_one_history(start), 0.95), Days{0.0});
  const Dash other = Dash::make(whole_days).value();
  EXPECT_EQ(other.interval(perdure_golden::after_one_history(other), 0.9), Days{30.0});
}

TEST(DashGolden, TheStartForWholeDays) {
  const Dash model = Dash::make(whole_days).value();
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{0.0}), 0.97767802587232089, exact);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.95419413497463881, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.88751555959153468, exact);
}

// Forty answers over more than a year in sixteen slots: the windows hold few enough to be exact.
TEST(DashGolden, RecallAfterFortyAnswers) {
  const Dash model;
  EXPECT_NEAR(model.recall(perdure_golden::after_long_history(model), Days{3.0}), 0.93237966950521282, exact);
}

}  // namespace
