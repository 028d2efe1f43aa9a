// DASH[MCM] with the two start values of srs-benchmark. Numbers: tools/golden_histories.py, 50 digits from the whole list of answers.
#include "one_history.hpp"

#include <perdure/models/dash_mcm.hpp>

#include <gtest/gtest.h>

#include <array>

namespace {

using namespace perdure;
using models::DashMcm;
using perdure_golden::exact;

TEST(DashMcmGolden, RecallAfterOneHistory) {
  const DashMcm model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{0.0}), 0.91703747104148563, exact);
  EXPECT_NEAR(model.recall(memory, Days{0.5}), 0.90133948354815192, exact);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.88657930250553744, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.79053528464781075, exact);
  EXPECT_NEAR(model.interval(memory, 0.8).value(), 284.11419401317952, 1e-9);
}

TEST(DashMcmGolden, TheStartForWholeDays) {
  const DashMcm model = DashMcm::make(std::array{0.2783, 0.8131, 0.4252, 1.0056, -0.1527, 0.6455, 0.1409, 0.669, 0.843}).value();
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.95835528358245416, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.73972626825547229, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 51.804168551827582, 1e-10);
}

// Decayed counts need no history: any number of answers is exact.
TEST(DashMcmGolden, RecallAfterFortyAnswers) {
  const DashMcm model;
  EXPECT_NEAR(model.recall(perdure_golden::after_long_history(model), Days{3.0}), 0.88202047198757179, exact);
}

}  // namespace
