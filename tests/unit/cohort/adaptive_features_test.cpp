#include <perdure/cohort/adaptive_features.hpp>
#include <perdure/core/grade.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::cohort::adaptive;

constexpr double tight = 1e-12;  // a few operations on numbers of size 1

/// Three cards; the middle one is asked. Its memory of FSRS-6 is at its stability when the question comes: recall is .9, its logit ln 9.
std::vector<CardMemory> three_cards() {
  CardMemory card{};
  card.fsrs6 = {10.25, 8.0};
  card.fsrs7 = {12.0, 8.0, 3.0};
  card.answers = 3;
  card.lapses = 1;
  card.streak = 2;
  card.last_grade = 2;
  card.residual_sum = -0.5;
  card.residuals = 2;
  card.residual_recent = -0.25;
  card.last_answered_ms = 100.0 * day_ms;
  std::vector<CardMemory> cards{card, card, card};
  cards[0].residual_sum = 1.5;
  cards[0].residuals = 4;
  cards[2].residual_sum = -3.0;
  cards[2].residuals = 8;
  return cards;
}

Context some_day() {
  Context context;
  context.last_answered_ms = 110.2 * day_ms;
  context.day = 110;
  context.today_answers = 19;
  context.today_sum = 2.0;
  context.today_residuals = 6;
  context.form_fast = 0.1;
  context.form_slow = -0.05;
  return context;
}

TEST(AdaptiveFeatures, AreTheHandWorkedNumbers) {
  const auto cards = three_cards();
  const Bases bases;
  const Question q = ask(bases, some_day(), cards, 1, 110.25 * day_ms);
  EXPECT_EQ(q.regime, Regime::later);
  const double ln_9 = 2.1972245773362196;
  EXPECT_NEAR(q.x[feature::one], 1.0, 0.0);
  EXPECT_NEAR(q.x[feature::logit6], ln_9, tight);
  const double r7 = bases.fsrs7.recall(cards[1].fsrs7, Days{10.25});
  EXPECT_NEAR(q.recall7, r7, tight);
  EXPECT_NEAR(q.x[feature::logit7_less_6], 2.0 * (std::log(r7 / (1.0 - r7)) - ln_9), 1e-10);
  EXPECT_NEAR(q.x[feature::lapses], 0.6931471805599453, tight);     // ln 2
  EXPECT_NEAR(q.x[feature::answers], -0.11370563888010937, tight);  // ln 4 - 1.5
  EXPECT_EQ(q.x[feature::last_again], 0.0);
  EXPECT_EQ(q.x[feature::last_hard], 1.0);
  EXPECT_EQ(q.x[feature::last_easy], 0.0);
  EXPECT_NEAR(q.x[feature::streak], 0.09861228866810978, tight);  // ln 3 - 1
  EXPECT_NEAR(q.x[feature::difficulty], 1.0, tight);              // (8 - 5)/3
  EXPECT_NEAR(q.x[feature::stability], 0.16363885284508, 1e-10);  // (ln 10.25 - 2)/2
  EXPECT_NEAR(q.x[feature::today], -0.002133863223004, 1e-10);    // (ln 20 - 3)/2
  EXPECT_NEAR(q.x[feature::form_fast], 0.3, tight);
  EXPECT_NEAR(q.x[feature::form_slow], -0.3, tight);
  EXPECT_NEAR(q.x[feature::today_residual], 0.5, tight);  // 3·2/(6 + 6)
  EXPECT_NEAR(q.x[feature::own], -0.25, tight);           // 2·(-.5)/(2 + 2)
  EXPECT_NEAR(q.x[feature::own_recent], -0.25, tight);
  EXPECT_NEAR(q.x[feature::neighbors], -1.0 / 3.0, tight);  // 4·(1.5 - 3)/(4 + 8 + 6)
  EXPECT_NEAR(q.x[feature::hour_sin], 1.0, tight);          // six o'clock
  EXPECT_NEAR(q.x[feature::hour_cos], 0.0, tight);
}

TEST(AdaptiveFeatures, OfANewCardAndANewDay) {
  const auto cards = three_cards();
  const Question q = ask({}, some_day(), cards, cards.size(), 111.0 * day_ms);
  EXPECT_EQ(q.regime, Regime::first);
  Features expected{};
  expected[feature::one] = 1.0;
  expected[feature::today] = -1.5;  // nothing was answered on that day
  expected[feature::form_fast] = 0.3;
  expected[feature::form_slow] = -0.3;
  expected[feature::neighbors] = 4.0 * (1.5 - 0.5 - 3.0) / (4.0 + 2.0 + 8.0 + 6.0);
  expected[feature::hour_cos] = 1.0;
  for (std::size_t j = 0; j < features; ++j) EXPECT_NEAR(q.x[j], expected[j], tight) << j;
}

TEST(AdaptiveFeatures, RegimesMeetAtOneDay) {
  const auto cards = three_cards();
  EXPECT_EQ(ask({}, {}, cards, 0, 101.0 * day_ms).regime, Regime::within_day);
  EXPECT_EQ(ask({}, {}, cards, 0, 101.0 * day_ms + 1.0).regime, Regime::later);
  EXPECT_EQ(ask({}, {}, cards, 0, 99.0 * day_ms).logit6, logit_bound);  // shown before the last answer: no time has passed
}

TEST(AdaptiveFeatures, NeighborsAreFourOnEachSide) {
  std::vector<CardMemory> cards(12, three_cards()[0]);
  for (std::size_t k = 0; k < cards.size(); ++k) {
    cards[k].residual_sum = std::pow(2.0, static_cast<double>(k));
    cards[k].residuals = 0.0;
  }
  const auto sum = [&](std::size_t place) { return ask({}, {}, cards, place, 101.0 * day_ms).x[feature::neighbors] * 6.0 / 4.0; };
  EXPECT_NEAR(sum(6), 4.0 + 8 + 16 + 32 + 128 + 256 + 512 + 1024, 1e-9);
  EXPECT_NEAR(sum(0), 2.0 + 4 + 8 + 16, 1e-9);
  EXPECT_NEAR(sum(11), 128.0 + 256 + 512 + 1024, 1e-9);
  EXPECT_NEAR(sum(12), 256.0 + 512 + 1024 + 2048, 1e-9);
}

TEST(AdaptiveFeatures, AnAnswerLeavesTheHandWorkedMemory) {
  const auto cards = three_cards();
  const Bases bases;
  const double shown = 110.25 * day_ms;
  const Question q = ask(bases, some_day(), cards, 1, shown);
  const CardMemory wrong = answered(bases, &cards[1], q, shown, shown + 5000.0, Grade::again);
  EXPECT_EQ(wrong.answers, 4.0);
  EXPECT_EQ(wrong.lapses, 2.0);
  EXPECT_EQ(wrong.streak, 0.0);
  EXPECT_EQ(wrong.last_grade, 1.0);
  EXPECT_NEAR(wrong.residual_sum, -0.5 - q.recall7, tight);
  EXPECT_EQ(wrong.residuals, 3.0);
  EXPECT_NEAR(wrong.residual_recent, 0.5 * (-0.25 - q.recall7), tight);
  EXPECT_EQ(wrong.last_answered_ms, shown + 5000.0);
  EXPECT_EQ(wrong.fsrs6.stability, bases.fsrs6.review(cards[1].fsrs6, Days{10.25}, Grade::again).stability);
  EXPECT_EQ(wrong.fsrs7.stability, bases.fsrs7.review(cards[1].fsrs7, Days{10.25}, Grade::again).stability);

  Context context = some_day();
  note(context, q, shown, shown + 5000.0, true);
  EXPECT_EQ(context.today_answers, 20.0);
  EXPECT_NEAR(context.today_sum, 2.0 + 1.0 - q.recall7, tight);
  EXPECT_NEAR(context.form_fast, 0.1 + 0.1 * (1.0 - q.recall7 - 0.1), tight);
  EXPECT_NEAR(context.form_slow, -0.05 + 0.01 * (1.0 - q.recall7 + 0.05), tight);

  const Question first = ask(bases, context, cards, 3, 111.5 * day_ms);
  const CardMemory fresh = answered(bases, nullptr, first, 111.5 * day_ms, 111.5 * day_ms, Grade::easy);
  EXPECT_EQ(fresh.answers, 1.0);
  EXPECT_EQ(fresh.streak, 1.0);
  EXPECT_EQ(fresh.residuals, 0.0);
  EXPECT_EQ(fresh.fsrs6.stability, bases.fsrs6.first(Grade::easy).stability);
  note(context, first, 111.5 * day_ms, 111.5 * day_ms, true);
  EXPECT_EQ(context.day, 111.0);
  EXPECT_EQ(context.today_answers, 1.0);
  EXPECT_EQ(context.today_residuals, 0.0);
}

}  // namespace
