#include "pipeline_cases.hpp"

#include <perdure/fit/outliers.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace perdure;
using fit::FirstGap;
using fit::OutlierRule;

const time::ElapsedRule exact = time::ElapsedRule::exact();

std::vector<std::uint64_t> dropped_days(const std::vector<FirstGap>& gaps, OutlierRule rule) {
  std::vector<std::uint64_t> days;
  for (const FirstGap& gap : fit::outlying_gaps(gaps, rule)) days.push_back(gap.days);
  return days;
}

TEST(FirstGaps, CountFirstPredictedAnswersByGradeAndWholeDays) {
  const auto log = fit_test::log_of({{0, 0, 1.0, 3},
                                     {0, 0, 1.2, 3},
                                     {0, 0, 3.9, 1},  // an answer on the same day between: 2.7 days
                                     {0, 1, 1.0, 3},
                                     {0, 1, 3.5, 3},
                                     {0, 1, 9.0, 1},  // 2.5 days
                                     {0, 2, 1.0, 1},
                                     {0, 2, 2.0, 4},
                                     {0, 3, 1.0, 4}});
  const data::Histories histories{log, exact};
  const auto gaps = fit::first_gaps(histories, fit::later_answers(histories, 1.0));
  EXPECT_EQ(gaps, (std::vector<FirstGap>{{1, 1, 1, 1}, {3, 2, 2, 1}}));
}

TEST(Outliers, PairsGoFromTheSmallestUntilTwentyCardsOrATwentieth) {
  // 600 cards: a twentieth is 30. 4 + 9 + 11 stay below it; the next pair would reach it and is kept.
  const std::vector<FirstGap> gaps{{3, 1, 400, 0}, {3, 2, 164, 0}, {3, 3, 12, 0}, {3, 4, 11, 0}, {3, 5, 9, 0}, {3, 6, 4, 0}};
  EXPECT_EQ(dropped_days(gaps, OutlierRule::fsrs_rs), (std::vector<std::uint64_t>{6, 5, 4}));
  // 60 cards: 20 are the least
  const std::vector<FirstGap> few{{3, 1, 30, 0}, {3, 2, 11, 0}, {3, 3, 10, 0}, {3, 4, 9, 0}};
  EXPECT_EQ(dropped_days(few, OutlierRule::fsrs_rs), (std::vector<std::uint64_t>{4, 3}));  // 9 + 10 < 20 <= 9 + 10 + 11
}

TEST(Outliers, GradesAreFilteredApart) {
  const std::vector<FirstGap> gaps{{1, 1, 19, 0}, {3, 1, 20, 0}};
  EXPECT_EQ(fit::outlying_gaps(gaps), (std::vector<FirstGap>{{1, 1, 19, 0}}));
}

TEST(Outliers, LongAndTinyPairsGoWhateverTheirPlace) {
  const std::vector<FirstGap> gaps{{3, 1, 40, 0}, {3, 101, 30, 0}, {3, 100, 25, 0}, {4, 365, 40, 0}, {4, 366, 30, 0}};
  EXPECT_EQ(dropped_days(gaps, OutlierRule::fsrs_rs), (std::vector<std::uint64_t>{101, 366}));
  // the first pair that reaches 20 is of 5 cards: too few to keep
  const std::vector<FirstGap> tiny{{2, 1, 5, 0}, {2, 2, 5, 0}, {2, 3, 5, 0}, {2, 4, 5, 0}, {2, 5, 30, 0}};
  EXPECT_EQ(dropped_days(tiny, OutlierRule::fsrs_rs), (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

TEST(Outliers, ThePeersDifferInTiesAndInRoundingATwentieth) {
  const std::vector<FirstGap> tie{{3, 1, 12, 0}, {3, 2, 12, 0}, {3, 9, 40, 0}};  // room for one of the two
  EXPECT_EQ(dropped_days(tie, OutlierRule::fsrs_rs), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(dropped_days(tie, OutlierRule::fsrs_optimizer), (std::vector<std::uint64_t>{2}));
  // 430 cards: a twentieth is 21.5. The crate takes 21, which 10 + 11 reach; the other does not.
  const std::vector<FirstGap> half{{3, 1, 10, 0}, {3, 2, 11, 0}, {3, 3, 409, 0}};
  EXPECT_EQ(dropped_days(half, OutlierRule::fsrs_rs), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(dropped_days(half, OutlierRule::fsrs_optimizer), (std::vector<std::uint64_t>{1, 2}));
}

TEST(Outliers, ACardOfADroppedPairLosesAllItsAnswers) {
  auto answers = fit_test::pairs({{3, 2.0, 3, 30}, {3, 7.0, 3, 3}});
  answers.push_back({0, 32, 150.0, 1});  // a third answer on a card with a gap of 7 days
  answers.push_back({0, 0, 150.0, 1});   // and on one with 2 days
  const auto log = fit_test::log_of(answers);
  const data::Histories histories{log, exact};
  fit::Targets targets = fit::later_answers(histories, 1.0);
  EXPECT_EQ(fit::drop_outliers(histories, targets), 4U);
  std::size_t left = 0;
  for (const std::uint8_t p : targets.predicted) left += p;
  EXPECT_EQ(left, 31U);
  EXPECT_EQ(fit::first_gaps(histories, targets), (std::vector<FirstGap>{{3, 2, 30, 30}}));
}

}  // namespace
