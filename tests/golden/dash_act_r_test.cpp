// DASH[ACT-R] with the start values of srs-benchmark. Numbers: tools/golden_histories.py, 50 digits from the whole list of answers.
#include "one_history.hpp"

#include <perdure/models/dash_act_r.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::DashActR;
using perdure_golden::exact;

TEST(DashActRGolden, RecallAfterOneHistory) {
  const DashActR model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{0.0}), 0.98545399900164023, exact);
  EXPECT_NEAR(model.recall(memory, Days{0.05}), 0.98545048955811619, exact);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.95354598950894865, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.85467088392631721, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 91.270816397320719, 1e-10);
}

// Forty answers in sixteen slots: what merging changes.
TEST(DashActRGolden, RecallAfterFortyAnswers) {
  const DashActR model;
  EXPECT_NEAR(model.recall(perdure_golden::after_long_history(model), Days{3.0}), 0.96875013986637352, 2e-5);
}

// Failures weigh -0.0564: right after one, recall is a little lower than it will be when the failure has faded.
TEST(DashActRGolden, AFailureFades) {
  const DashActR model;
  const auto memory = model.review(model.first(Grade::good), Days{30.0}, Grade::again);
  EXPECT_GT(model.recall(memory, Days{1.0}), model.recall(memory, Days{0.0}));
}

}  // namespace
