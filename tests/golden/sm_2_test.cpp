// SM-2 with the published constants. Numbers: tools/golden_classic.py, 50 digits; those of single steps by hand.
#include "one_history.hpp"

#include <perdure/models/sm_2.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::Sm2;
using perdure_golden::exact;

TEST(Sm2Golden, OneHistory) {
  const Sm2 model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(memory.interval, 17.9424, 1e-13);
  EXPECT_NEAR(memory.ease, 1.78, 1e-14);
  EXPECT_EQ(memory.repetitions, 4.0);
  EXPECT_EQ(model.recall(memory, Days{0.0}), 1.0);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.98253780401448343, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.095477835439614591, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 17.9424, 1e-12);
  EXPECT_NEAR(model.interval(memory, 0.7).value(), 60.740064474532038, 1e-12);
}

TEST(Sm2Golden, EaseMovesAsPublished) {
  // Wozniak's table: q = 5, 4, 3 and 2 change the ease by +0.10, 0, -0.14 and -0.32.
  const Sm2 model;
  EXPECT_NEAR(model.first(Grade::easy).ease, 2.6, 1e-14);
  EXPECT_NEAR(model.first(Grade::good).ease, 2.5, 1e-14);
  EXPECT_NEAR(model.first(Grade::hard).ease, 2.36, 1e-14);
  EXPECT_NEAR(model.first(Grade::again).ease, 2.18, 1e-14);
  EXPECT_EQ(model.review({10.0, 1.4, 3.0}, Days{10.0}, Grade::again).ease, 1.3);
}

TEST(Sm2Golden, IntervalsAreOneSixAndThenGrowByTheEase) {
  const Sm2 model;
  auto memory = model.first(Grade::good);
  EXPECT_EQ(memory.interval, 1.0);
  memory = model.review(memory, Days{1.0}, Grade::good);
  EXPECT_EQ(memory.interval, 6.0);
  memory = model.review(memory, Days{100.0}, Grade::good);  // however late
  EXPECT_NEAR(memory.interval, 15.0, 1e-13);
  memory = model.review(memory, Days{15.0}, Grade::again);
  EXPECT_EQ(memory.interval, 1.0);
  EXPECT_EQ(memory.repetitions, 1.0);
  EXPECT_EQ(model.review(memory, Days{1.0}, Grade::good).interval, 6.0);
}

}  // namespace
