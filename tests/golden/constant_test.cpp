// The constant guess, by hand.
#include <perdure/models/constant.hpp>

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace {

using namespace perdure;
using models::Constant;

TEST(ConstantGolden, RecallIsTheRate) {
  const Constant model = *Constant::make(std::array{0.8});
  const auto memory = model.first(Grade::again);
  for (const double days : {0.0, 1.0, 1e5}) EXPECT_EQ(model.recall(memory, Days{days}), 0.8);
}

TEST(ConstantGolden, CountsAnswers) {
  const Constant model;
  EXPECT_EQ(model.review(model.first(Grade::easy), Days{3.0}, Grade::again).answers, 2.0);
  EXPECT_EQ(model.review({1e6}, Days{3.0}, Grade::good).answers, 1e6);
}

TEST(ConstantGolden, ATargetIsReachedAtOnceOrNever) {
  const Constant model = *Constant::make(std::array{0.8});
  EXPECT_EQ(model.interval({1.0}, 0.9).value(), 0.0);
  EXPECT_EQ(model.interval({1.0}, 0.8).value(), 0.0);
  EXPECT_EQ(model.interval({1.0}, 0.7).value(), std::numeric_limits<double>::infinity());
}

}  // namespace
