// Anki's SM-2 with its default options. Numbers: tools/golden_classic.py, 50 digits; those of single steps by hand.
#include "one_history.hpp"

#include <perdure/models/anki_sm_2.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::AnkiSm2;
using perdure_golden::exact;

TEST(AnkiSm2Golden, OneHistory) {
  const AnkiSm2 model;
  const auto memory = perdure_golden::after_one_history(model);
  EXPECT_NEAR(memory.interval, 41.6285625, 1e-12);
  EXPECT_NEAR(memory.ease, 2.1, 1e-14);
  EXPECT_NEAR(model.recall(memory, Days{3.0}), 0.99243585241681527, exact);
  EXPECT_NEAR(model.recall(memory, Days{400.0}), 0.36335070631524616, exact);
  EXPECT_NEAR(model.interval(memory, 0.9).value(), 41.6285625, 1e-12);
  EXPECT_NEAR(model.interval(memory, 0.7).value(), 140.92437857990495, 1e-12);
}

TEST(AnkiSm2Golden, FirstAnswers) {
  const AnkiSm2 model;
  for (const Grade grade : {Grade::again, Grade::hard, Grade::good}) EXPECT_EQ(model.first(grade).interval, 1.0);
  EXPECT_EQ(model.first(Grade::easy).interval, 4.0);
  EXPECT_EQ(model.first(Grade::easy).ease, 2.5);
}

TEST(AnkiSm2Golden, LateAnswersGetPartOfTheirDelay) {
  const AnkiSm2 model;
  const AnkiSm2::Memory memory{10.0, 2.5};
  const Days late{14.0};
  EXPECT_NEAR(model.review(memory, late, Grade::hard).interval, 12.0, 1e-13);              // 10 x 1.2
  EXPECT_NEAR(model.review(memory, late, Grade::good).interval, 30.0, 1e-13);              // (10 + 2) x 2.5
  EXPECT_NEAR(model.review(memory, late, Grade::easy).interval, 14.0 * 2.5 * 1.3, 1e-13);  // the whole delay, and the bonus
  EXPECT_NEAR(model.review(memory, late, Grade::hard).ease, 2.35, 1e-14);
  EXPECT_EQ(model.review(memory, late, Grade::good).ease, 2.5);
  EXPECT_NEAR(model.review(memory, late, Grade::easy).ease, 2.65, 1e-14);
}

TEST(AnkiSm2Golden, EveryGradeIsADayAboveTheOneBelow) {
  const AnkiSm2 model;
  const AnkiSm2::Memory memory{1.0, 1.3};
  EXPECT_EQ(model.review(memory, Days{1.0}, Grade::hard).interval, 2.0);
  EXPECT_EQ(model.review(memory, Days{1.0}, Grade::good).interval, 3.0);
  EXPECT_EQ(model.review(memory, Days{1.0}, Grade::easy).interval, 4.0);
}

TEST(AnkiSm2Golden, EarlyAnswersGrowByTheTimeThatPassed) {
  const AnkiSm2 model;
  const AnkiSm2::Memory memory{10.0, 2.5};
  EXPECT_NEAR(model.review(memory, Days{3.0}, Grade::hard).interval, 6.0, 1e-13);  // half the interval, x 1.2
  EXPECT_NEAR(model.review(memory, Days{6.0}, Grade::hard).interval, 7.2, 1e-13);
  EXPECT_NEAR(model.review(memory, Days{3.0}, Grade::good).interval, 10.0, 1e-13);  // never below what it was
  EXPECT_NEAR(model.review(memory, Days{6.0}, Grade::good).interval, 15.0, 1e-13);
  EXPECT_NEAR(model.review(memory, Days{6.0}, Grade::easy).interval, 15.0 * 1.15, 1e-13);  // half the bonus
}

TEST(AnkiSm2Golden, AFailureStartsAgainAtADay) {
  const AnkiSm2 model;
  const auto memory = model.review({10.0, 1.4}, Days{10.0}, Grade::again);
  EXPECT_EQ(memory.interval, 1.0);
  EXPECT_EQ(memory.ease, 1.3);
}

}  // namespace
