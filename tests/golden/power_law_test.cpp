// Forgetting along a power of time. Numbers: tools/golden_classic.py, 50 digits; the others by hand.
#include "one_history.hpp"

#include <perdure/models/fsrs6.hpp>
#include <perdure/models/power_law.hpp>

#include <gtest/gtest.h>

#include <array>

namespace {

using namespace perdure;
using models::PowerLaw;
using perdure_golden::exact;

TEST(PowerLawGolden, OneHistory) {
  const PowerLaw model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(memory.scale, 55.736794653557376, 1e-11);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.99216696325842593, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.72964932391144300, exact);
  EXPECT_NEAR(model.interval(memory, 0.7).value(), 545.19021240253060, 1e-9);
}

TEST(PowerLawGolden, StepsByHand) {
  const PowerLaw model = *PowerLaw::make(std::array{1.0, 2.0, 0.5, 4.0, 0.25});
  EXPECT_EQ(model.first(Grade::again).scale, 1.0);
  EXPECT_EQ(model.first(Grade::hard).scale, 2.0);
  EXPECT_DOUBLE_EQ(model.recall({2.0}, Days{6.0}), 0.5);  // (1 + 3)^(-1/2)
  EXPECT_DOUBLE_EQ(model.review({2.0}, Days{6.0}, Grade::good).scale, 2.0 * (1.0 + 4.0 * 0.5));
  EXPECT_DOUBLE_EQ(model.review({2.0}, Days{6.0}, Grade::again).scale, 0.5);
  EXPECT_DOUBLE_EQ(model.interval({2.0}, 0.5).value(), 6.0);
}

TEST(PowerLawGolden, TheDefaultCurveIsThatOfFsrs6) {
  // Scale and exponent are FSRS-6's defaults, S / F = 0.216 and 2.353 and 0.1542, rounded to two digits.
  const PowerLaw model;
  const models::Fsrs6 reference;
  for (const Grade grade : {Grade::again, Grade::good}) {
    for (const double days : {0.5, 3.0, 30.0, 365.0}) {
      EXPECT_NEAR(model.recall(model.first(grade), Days{days}), reference.recall(reference.first(grade), Days{days}), 0.015);
    }
  }
}

}  // namespace
