// Half-life regression with the start values of srs-benchmark. Numbers: tools/golden_histories.py, 50 digits from the whole list of answers.
#include "one_history.hpp"

#include <perdure/models/hlr.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace {

using namespace perdure;
using models::Hlr;
using perdure_golden::exact;

TEST(HlrGolden, RecallAfterOneHistory) {
  const Hlr model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_EQ(memory.successes, 8.0);
  EXPECT_EQ(memory.failures, 2.0);
  EXPECT_EQ(model.recall(memory, Days{0.0}), 1.0);
  EXPECT_NEAR(model.recall(memory, Days{0.05}), 0.99992227585780565, exact);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.99534722806347310, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.53696771733441077, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 67.775866096723488, 1e-11);
}

TEST(HlrGolden, RecallAfterFortyAnswers) {
  const Hlr model;
  EXPECT_NEAR(model.recall(perdure_golden::after_long_history(model), Days{3.0}), 0.99974846898833739, exact);
}

TEST(HlrGolden, HalfLifeStaysFinite) {
  const Hlr model;
  const Hlr::Memory many{1e9, 0.0};
  EXPECT_EQ(Hlr::half_life(model.values(), many), std::exp(30.0 * std::numbers::ln2));
  const Hlr::Memory never{0.0, 1e9};
  EXPECT_EQ(Hlr::half_life(model.values(), never), std::exp(-20.0 * std::numbers::ln2));
  EXPECT_EQ(model.review(many, Days{1.0}, Grade::good).successes, 1e9);
}

}  // namespace
