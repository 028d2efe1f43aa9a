// Leitner as published beside half-life regression. Numbers: tools/golden_classic.py, 50 digits; the others by hand.
#include "one_history.hpp"

#include <perdure/models/leitner.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::Leitner;
using perdure_golden::exact;

TEST(LeitnerGolden, OneHistory) {
  const Leitner model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_EQ(memory.box, 6.0);  // 8 right, 2 wrong
  EXPECT_NEAR(model.recall(memory, Days{0.5}), 0.99459942348363318, exact);
  EXPECT_NEAR(model.recall(memory, Days{30.0}), 0.72259040348852331, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 9.7281979804831990, 1e-12);
}

TEST(LeitnerGolden, HalfLivesArePowersOfTwoBetweenAQuarterOfAnHourAndNineMonths) {
  EXPECT_DOUBLE_EQ(Leitner::half_life(Leitner::Memory{3.0}), 8.0);
  EXPECT_DOUBLE_EQ(Leitner::half_life(Leitner::Memory{-2.0}), 0.25);
  EXPECT_EQ(Leitner::half_life(Leitner::Memory{-7.0}), 15.0 / (24.0 * 60.0));
  EXPECT_EQ(Leitner::half_life(Leitner::Memory{9.0}), 274.0);
  EXPECT_EQ(Leitner::half_life(Leitner::Memory{1e6}), 274.0);
}

TEST(LeitnerGolden, TheBoxGoesOnBeyondTheClamp) {
  const Leitner model;
  auto memory = model.first(Grade::good);
  for (int i = 0; i < 11; ++i) memory = model.review(memory, Days{1.0}, Grade::good);
  EXPECT_EQ(memory.box, 12.0);
  EXPECT_EQ(model.review(memory, Days{1.0}, Grade::again).box, 11.0);
}

}  // namespace
