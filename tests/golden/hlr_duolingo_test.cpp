// Half-life regression as Duolingo published it, without lexemes. Numbers: tools/golden_histories.py, 50 digits from the whole list of
// answers, with weights of its own choice (those that were published are for lexemes, too).
#include "one_history.hpp"

#include <perdure/models/hlr_duolingo.hpp>

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace {

using namespace perdure;
using models::HlrDuolingo;
using perdure_golden::exact;

HlrDuolingo chosen() { return HlrDuolingo::make(std::array{0.5, -0.25, 1.5}).value(); }

TEST(HlrDuolingoGolden, RecallAfterOneHistory) {
  const HlrDuolingo model = chosen();
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{0.05}), 0.99416842464449530, exact);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.70404097371914802, exact);
  EXPECT_NEAR(model.recall(memory, Days{30.0}), 0.029921223566158295, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 0.90072579792905407, 1e-12);
  EXPECT_NEAR(model.recall(perdure_golden::after_long_history(model), Days{3.0}), 0.79878228995822738, exact);
}

TEST(HlrDuolingoGolden, RecallAndHalfLifeStayInTheirPublishedRanges) {
  const HlrDuolingo model = chosen();
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_EQ(model.recall(memory, Days{0.0}), 0.9999);
  EXPECT_EQ(model.recall(memory, Days{400.0}), 0.0001);
  EXPECT_EQ(model.interval(memory, 0.99995), Days{0.0});
  EXPECT_EQ(model.interval(memory, 0.00005).value(), std::numeric_limits<double>::infinity());
  EXPECT_NEAR(HlrDuolingo::half_life(model.values(), {1e6, 0.0}), 274.0, 1e-12 * 274.0);
  EXPECT_NEAR(HlrDuolingo::half_life(model.values(), {0.0, 1e6}), 15.0 / 1440.0, 1e-14);
}

TEST(HlrDuolingoGolden, StartsWithOneDayForEveryone) {
  const HlrDuolingo model;
  EXPECT_EQ(HlrDuolingo::half_life(model.values(), {7.0, 3.0}), 1.0);
}

}  // namespace
