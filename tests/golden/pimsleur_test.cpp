// Pimsleur as published beside half-life regression. Numbers: tools/golden_classic.py, 50 digits; the others by hand.
#include "one_history.hpp"

#include <perdure/models/pimsleur.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::Pimsleur;
using perdure_golden::exact;

TEST(PimsleurGolden, OneHistory) {
  const Pimsleur model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_EQ(memory.answers, 10.0);
  EXPECT_NEAR(model.recall(memory, Days{0.5}), 0.99736989825326079, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.12162007499256760, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 20.003389704364800, 1e-11);
}

TEST(PimsleurGolden, HalfLivesFollowTheScheduleOf1967) {
  // 5 s, 25 s, 2 min, 10 min are below the clamp; then 1 h, 5 h, 1 d, 5 d, 25 d, 4 months; 2 years are above it. The line through their
  // logarithms passes within a quarter of each.
  const Pimsleur model;
  const double hours[] = {0.25, 0.25, 0.25, 0.25, 1.0, 5.0, 24.0, 120.0, 600.0, 2922.0};
  auto memory = model.first(Grade::good);
  for (const double expected : hours) {
    EXPECT_NEAR(24.0 * Pimsleur::half_life(model.values(), memory) / expected, 1.0, 0.25) << memory.answers;
    memory = model.review(memory, Days{1.0}, Grade::again);  // right or wrong
  }
  EXPECT_EQ(Pimsleur::half_life(model.values(), memory), 274.0);
}

}  // namespace
