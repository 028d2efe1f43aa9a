// Half-life forgetting, by hand: recall is 1/2 at the half-life; growth and loss follow from the two update rules.
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::HalfLife;

TEST(HalfLifeGolden, RecallHalvesEveryHalfLife) {
  const HalfLife model;
  EXPECT_DOUBLE_EQ(model.recall({8.0}, Days{8.0}), 0.5);
  EXPECT_DOUBLE_EQ(model.recall({8.0}, Days{24.0}), 0.125);
}

TEST(HalfLifeGolden, SuccessGrowsByTheShareForgotten) {
  const HalfLife model;  // first_right 51, gain 4
  const auto memory = model.first(Grade::good);
  EXPECT_EQ(memory.half_life, 51.0);
  EXPECT_DOUBLE_EQ(model.review(memory, Days{51.0}, Grade::good).half_life, 51.0 * (1.0 + 4.0 * 0.5));
  EXPECT_EQ(model.review(memory, Days{0.0}, Grade::good).half_life, 51.0);
}

TEST(HalfLifeGolden, FailureKeepsAShare) {
  const HalfLife model;  // lapse 0.3
  EXPECT_DOUBLE_EQ(model.review({8.0}, Days{5.0}, Grade::again).half_life, 2.4);
  EXPECT_EQ(model.review({HalfLife::shortest}, Days{5.0}, Grade::again).half_life, HalfLife::shortest);
}

TEST(HalfLifeGolden, DefaultsGiveTheRecallOfFsrs6DefaultsAfterThirtyDays) {
  const HalfLife model;
  const models::Fsrs6 reference;
  for (const Grade grade : {Grade::again, Grade::good}) {
    // The defaults are whole days: half a day of half-life moves recall after 30 days by less than 0.007.
    EXPECT_NEAR(model.recall(model.first(grade), Days{30.0}), reference.recall(reference.first(grade), Days{30.0}), 0.007);
  }
}

}  // namespace
