// Wickelgren's power law. Numbers: tools/golden_classic.py, 50 digits; the others by hand.
#include "one_history.hpp"

#include <perdure/models/wickelgren.hpp>

#include <gtest/gtest.h>

#include <array>

namespace {

using namespace perdure;
using models::Wickelgren;
using perdure_golden::exact;

TEST(WickelgrenGolden, OneHistory) {
  const Wickelgren model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(memory.age, 27.95, 1e-13);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.93558183078245121, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.63091655390313247, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 12.129514418765102, 1e-11);
  EXPECT_NEAR(model.interval(memory, 0.7).value(), 186.11824440554030, 1e-10);
}

TEST(WickelgrenGolden, InterferenceWearsEveryTraceDown) {
  const Wickelgren model = *Wickelgren::make(std::array{0.95, 0.2, 2.0, 0.15, 0.002, 1.0});
  EXPECT_NEAR(model.recall({27.95}, Days{30.0}), 0.80198305488171570, exact);
  EXPECT_NEAR(model.interval({27.95}, 0.7).value(), 63.658120655805043, 1e-11);
}

TEST(WickelgrenGolden, RecallStartsAtTheStrength) {
  const Wickelgren model;
  const auto memory = model.first(Grade::good);
  EXPECT_EQ(model.recall(memory, Days{0.0}), 0.95);
  EXPECT_EQ(model.interval(memory, 0.95).value(), 0.0);
  EXPECT_EQ(model.interval(memory, 0.99).value(), 0.0);
}

TEST(WickelgrenGolden, ATraceKeepsItsAgeUntilAFailure) {
  const Wickelgren model;
  auto memory = model.first(Grade::good);
  EXPECT_EQ(memory.age, 2.0);
  memory = model.review(memory, Days{5.0}, Grade::hard);
  EXPECT_EQ(memory.age, 7.0);
  EXPECT_EQ(model.review(memory, Days{5.0}, Grade::again).age, 0.2);
}

}  // namespace
