// ACT-R with the start values of srs-benchmark. Numbers: tools/golden_histories.py, 50 digits from the whole list of answers.
#include "one_history.hpp"

#include <perdure/models/act_r.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::ActR;
using perdure_golden::exact;

TEST(ActRGolden, RecallAfterOneHistory) {
  const ActR model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{0.0}), 0.98684538590708940, exact);
  EXPECT_NEAR(model.recall(memory, Days{0.05}), 0.83878129412475345, exact);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.62228780790423284, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.13084804524077160, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 0.014335475050416752, 1e-14);
}

// Forty answers in sixteen slots: what merging changes.
TEST(ActRGolden, RecallAfterFortyAnswers) {
  const ActR model;
  EXPECT_NEAR(model.recall(perdure_golden::after_long_history(model), Days{3.0}), 0.85476306961841839, 2e-4);
}

// What Pavlik and Anderson set out to explain: the same two answers serve longer when they lie further apart.
TEST(ActRGolden, SpacingPaysAfterALongGap) {
  const ActR model;
  const auto massed = model.review(model.first(Grade::good), Days{0.001}, Grade::good);
  const auto spaced = model.review(model.first(Grade::good), Days{5.0}, Grade::good);
  EXPECT_GT(model.recall(spaced, Days{30.0}), model.recall(massed, Days{30.0}) + 0.02);
}

}  // namespace
