#include "adaptive_cases.hpp"

#include <perdure/cohort/adaptive_columns.hpp>
#include <perdure/cohort/adaptive_fsrs.hpp>
#include <perdure/core/result.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace adaptive_cases;
using cohort::AdaptiveColumns;
using cohort::AdaptiveFsrs;
using cohort::AdaptiveLearner;

bool same(const AdaptiveColumns& x, const AdaptiveColumns& y) {
  return x.context == y.context && x.layer == y.layer && x.offset == y.offset && x.item == y.item && x.card == y.card;
}

/// Rows of [begin, end) as a log of their own.
std::vector<Row> part(const std::vector<Row>& rows, std::size_t begin, std::size_t end) {
  return {rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.begin() + static_cast<std::ptrdiff_t>(end)};
}

TEST(AdaptiveFsrs, PredictsAndLearnsAsItsPartsDo) {
  const std::vector<Row> rows = random_rows(1, 10, 1);
  const Walk found = run(rows);
  const cohort::adaptive::Bases bases;
  AdaptiveLearner learner;
  std::vector<double> p;
  for (std::size_t begin = 0; begin < rows.size();) {  // by its parts, answers of one time after their predictions
    std::size_t end = begin;
    double shown = 1e300;
    for (; end < rows.size() && rows[end].answered == rows[begin].answered; ++end)
      shown = std::min(shown, static_cast<double>(rows[end].shown));
    const double last = learner.context.last_answered_ms;
    if (last >= 0.0) {
      for (auto& weights : learner.layer) weights.absent(std::max(0.0, shown - last) / 86'400'000.0);
    }
    const auto place_of = [&](std::uint32_t item) {
      std::size_t k = 0;
      while (k < learner.item.size() && learner.item[k] != item) ++k;
      return k;
    };
    std::vector<cohort::adaptive::Question> asked;
    for (std::size_t k = begin; k < end; ++k) {
      asked.push_back(
          cohort::adaptive::ask(bases, learner.context, learner.cards, place_of(rows[k].item), static_cast<double>(rows[k].shown)));
      const auto& q = asked.back();
      p.push_back(learner.layer[static_cast<std::size_t>(q.regime)].line(q.x).at(q.logit6, q.logit7));
    }
    for (std::size_t k = begin; k < end; ++k) {
      const auto& q = asked[k - begin];
      const auto grade = static_cast<Grade>(rows[k].grade);
      const auto s = static_cast<double>(rows[k].shown);
      const auto t = static_cast<double>(rows[k].answered);
      learner.layer[static_cast<std::size_t>(q.regime)].update(q.x, rows[k].grade > 1);
      const std::size_t place = place_of(rows[k].item);
      if (place == learner.cards.size()) {
        learner.cards.push_back(cohort::adaptive::answered(bases, nullptr, q, s, t, grade));
        learner.item.push_back(rows[k].item);
      } else {
        learner.cards[place] = cohort::adaptive::answered(bases, &learner.cards[place], q, s, t, grade);
      }
      cohort::adaptive::note(learner.context, q, s, t, rows[k].grade > 1);
    }
    begin = end;
  }
  EXPECT_EQ(found.p, p);
  EXPECT_TRUE(same(cohort::columns(found.after), cohort::columns(std::vector{learner})));
}

TEST(AdaptiveFsrs, NoAnswerIsSeenBeforeItIsGiven) {
  const std::vector<Row> rows = random_rows(2, 12, 2);
  const std::vector<double> p = run(rows).p;
  std::size_t changed = 0;
  for (std::size_t i = 0; i < rows.size(); i += 7) {
    std::vector<Row> other = rows;
    other[i].grade = other[i].grade > 1 ? 1 : 4;
    const std::vector<double> q = run(other).p;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      if (rows[k].answered <= rows[i].answered || rows[k].learner != rows[i].learner) {
        ASSERT_EQ(p[k], q[k]) << "answer " << i << " shows in " << k;
      } else {
        changed += p[k] == q[k] ? 0 : 1;
      }
    }
  }
  EXPECT_GT(changed, rows.size());  // later ones do learn from it
}

TEST(AdaptiveFsrs, APredictionDoesNotKnowHowLongItsAnswerTook) {
  std::vector<Row> rows = random_rows(1, 12, 3);
  const std::vector<double> p = run(rows).p;
  const std::size_t last = rows.size() - 1;
  rows[last].answered += 7 * minute;  // now it shares its time with no other
  const std::vector<double> alone = run(rows).p;
  rows[last].answered += 60 * minute;
  const std::vector<double> slow = run(rows).p;
  EXPECT_EQ(alone, slow);
  for (std::size_t k = 0; k < last; ++k) EXPECT_EQ(p[k], slow[k]);
}

TEST(AdaptiveFsrs, RestoredHalfWayItGoesOnWithTheSameBits) {
  const std::vector<Row> rows = random_rows(3, 20, 4);
  const Walk whole = run(rows);
  const std::size_t half = rows.size() / 2;
  const Walk before = run(part(rows, 0, half));
  const auto restored = cohort::restore(cohort::columns(before.after));
  ASSERT_TRUE(restored) << restored.error().what;
  const Walk after = run(part(rows, half, rows.size()), *restored);
  for (std::size_t k = 0; k < rows.size(); ++k) ASSERT_EQ(whole.p[k], k < half ? before.p[k] : after.p[k - half]) << k;
  EXPECT_TRUE(same(cohort::columns(whole.after), cohort::columns(after.after)));
  const Walk again = run(rows, before.after);  // what was seen already is replayed, the rest goes on
  EXPECT_EQ(again.p, whole.p);
}

TEST(AdaptiveFsrs, GoesOnFromAReplayForCardsOfWhichNothingIsKnown) {
  const std::vector<Row> seen{{0, 0, 10 * day, 10 * day, 3}};
  const std::vector<Row> all{{0, 1, 9 * day, 9 * day, 1}, {0, 0, 10 * day, 10 * day, 3}, {0, 1, 12 * day, 12 * day, 3}};
  const Walk known = run(seen);
  const Walk found = run(all, known.after);
  ASSERT_EQ(found.after[0].item, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(found.after[0].cards[1].answers, 2.0);
}

TEST(AdaptiveFsrs, TheSameBitsForAnyNumberOfThreadsAndAnyCompany) {
  const std::vector<Row> rows = random_rows(9, 8, 5);
  const Walk one = run(rows);
  const Walk four = run(rows, {}, 4);
  EXPECT_EQ(one.p, four.p);
  EXPECT_TRUE(same(cohort::columns(one.after), cohort::columns(four.after)));
  std::vector<Row> alone;
  std::vector<double> expected;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (rows[k].learner != 4) continue;
    alone.push_back(rows[k]);
    alone.back().learner = 0;
    expected.push_back(one.p[k]);
  }
  EXPECT_EQ(run(alone).p, expected);
}

TEST(AdaptiveFsrs, RefusesColumnsThatDoNotFitTheLog) {
  const data::ReviewLog log = log_of(random_rows(1, 1, 6));
  const std::vector<std::uint32_t> few(3);
  EXPECT_THROW(static_cast<void>(AdaptiveFsrs{}.predict(log, few, log.item(), {})), Exception);
  EXPECT_THROW(static_cast<void>(AdaptiveFsrs{}.predict(log, log.learner(), few, {})), Exception);
}

TEST(AdaptiveColumns, ThatDoNotFitAreRefusedByName) {
  const AdaptiveColumns good = cohort::columns(run(random_rows(2, 5, 7)).after);
  ASSERT_TRUE(cohort::restore(good));
  const auto problem = [&](const std::function<void(AdaptiveColumns&)>& harm) {
    AdaptiveColumns all = good;
    harm(all);
    const auto restored = cohort::restore(all);
    return restored ? std::string{} : restored.error().what;
  };
  constexpr std::size_t weights = AdaptiveColumns::weights_size;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(problem([](auto& all) { all.context.pop_back(); }), "context must have 14 numbers, got 13");
  EXPECT_EQ(problem([](auto& all) { all.layer.clear(); }), "layer must have 1380 numbers, got 0");
  EXPECT_EQ(problem([](auto& all) { all.card.pop_back(); }).substr(0, 14), "card must have");
  EXPECT_EQ(problem([](auto& all) { all.offset[1] = 10'000; }).substr(0, 16), "offset must rise");
  EXPECT_EQ(problem([](auto& all) { all.offset.clear(); }), "offset must have 1 numbers, got 0");
  EXPECT_EQ(problem([](auto& all) { all.context[5] = 2.0; }), "learner 0: form_fast must be in [-1, 1], got 2");
  EXPECT_EQ(problem([](auto& all) { all.card[0] = nan; }), "learner 0: card 0: stability must be in [1e-06, 1e+09], got nan");
  EXPECT_EQ(problem([](auto& all) { all.item[1] = all.item[0]; }).substr(0, 43), "learner 0: a card for an item that has one,");
  EXPECT_EQ(problem([](auto& all) { all.layer[3] = nan; }), "learner 0: means of weights must be finite, got nan");
  EXPECT_EQ(problem([](auto& all) { all.layer[2 * weights + 2] = -0.1; }).substr(0, 40), "learner 0: weights of recall must not ra");
  EXPECT_EQ(problem([](auto& all) { all.layer[2 * weights + 20] = -1.0; }),
            "learner 0: covariance of weights must be finite and positive definite");
}

}  // namespace
