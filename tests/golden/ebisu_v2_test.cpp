// Ebisu v2 with the prior of srs-benchmark. Numbers: tools/golden_classic.py, 50 digits and bisections.
#include "one_history.hpp"

#include <perdure/models/ebisu_v2.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::EbisuV2;
using perdure_golden::exact;

TEST(EbisuV2Golden, OneHistory) {
  const EbisuV2 model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(memory.alpha, 2.7625126382176661, 1e-12);
  EXPECT_EQ(memory.alpha, memory.beta);
  EXPECT_NEAR(memory.half_life, 46.524542033972700, 1e-11);
  EXPECT_EQ(model.recall(memory, Days{0.0}), 1.0);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.95069209590959699, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.033313363447286702, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 6.3162637063434632, 1e-11);
  EXPECT_NEAR(model.interval(memory, 0.7).value(), 22.432785314474473, 1e-11);
}

TEST(EbisuV2Golden, VectorOfSrsBenchmark) {
  // The history of its Rust port's test. Both that port and the ebisu package are 4e-10 off the 50 digits in alpha.
  const EbisuV2 model;
  auto memory = model.first(Grade::again);
  const struct {
    double days;
    Grade grade;
  } answers[] = {{2.5, Grade::good},  {0.4, Grade::again},  {13.2, Grade::good},
                 {40.0, Grade::easy}, {0.001, Grade::hard}, {99.0, Grade::good}};
  for (const auto& answer : answers) memory = model.review(memory, Days{answer.days}, answer.grade);
  EXPECT_NEAR(memory.alpha, 2.8880614821986907, 1e-12);
  EXPECT_NEAR(memory.half_life, 70.490432754013513, 1e-11);
  EXPECT_NEAR(model.recall(memory, Days{1.0}), 0.98891831884649716, exact);
  EXPECT_NEAR(model.recall(memory, Days{30.0}), 0.72887762593505725, exact);
  EXPECT_NEAR(model.recall(memory, Days{365.0}), 0.080440137205070667, exact);
}

TEST(EbisuV2Golden, Surprises) {
  // Right after fifty half-lives, wrong after a five-thousandth of one.
  const EbisuV2 model;
  const EbisuV2::Memory memory{3.0, 4.0, 10.0};
  const auto right = model.review(memory, Days{500.0}, Grade::good);
  EXPECT_NEAR(right.alpha, 4.1282268767771552, 1e-12);
  EXPECT_NEAR(right.half_life, 103.07792337064507, 1e-11);
  const auto wrong = model.review(memory, Days{0.002}, Grade::again);
  EXPECT_NEAR(wrong.alpha, 4.8583093758684237, 1e-12);
  EXPECT_NEAR(wrong.half_life, 6.2083758214623971, 1e-12);
}

TEST(EbisuV2Golden, SlipsAndGuesses) {
  // ebisu.updateRecall((3, 4, 10), 0.9 or 0.1, 1, 5, q0=0.2) gives the same.
  const EbisuV2::Memory memory{3.0, 4.0, 10.0};
  const auto right = EbisuV2::observed(memory, 5.0, {.success = true, .if_known = 0.9, .if_forgotten = 0.2});
  EXPECT_NEAR(right.alpha, 3.9186912946271725, 1e-12);
  EXPECT_NEAR(right.half_life, 8.6870180249012460, 1e-12);
  const auto wrong = EbisuV2::observed(memory, 5.0, {.success = false, .if_known = 0.9, .if_forgotten = 0.2});
  EXPECT_NEAR(wrong.alpha, 4.4401960034169227, 1e-12);
  EXPECT_NEAR(wrong.half_life, 6.9353226329080678, 1e-12);
}

TEST(EbisuV2Golden, SoonerAnswersCountAsAfterAThousandthOfADay) {
  const EbisuV2 model;
  const auto memory = model.first(Grade::good);
  for (const Grade grade : {Grade::again, Grade::good}) {
    EXPECT_EQ(model.review(memory, Days{0.0}, grade).half_life, model.review(memory, Days{0.001}, grade).half_life);
  }
}

}  // namespace
