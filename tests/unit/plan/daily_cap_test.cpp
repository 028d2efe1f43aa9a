#include <perdure/plan/daily_cap.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace perdure;
using namespace std::chrono;
using plan::Assignment;
using plan::Horizon;
using plan::LearnerRules;
using plan::Outcome;

constexpr time::Date monday{2026y / March / 2};
const time::Calendar working{time::weekdays({Saturday, Sunday})};

struct Cards {
  std::vector<std::uint32_t> learner;
  std::vector<std::int32_t> last;
  std::vector<double> interval, recall;

  void add(std::uint32_t who, time::Date answered, double days_to_target, double r = 0.5) {
    learner.push_back(who);
    last.push_back(static_cast<std::int32_t>(answered.time_since_epoch().count()));
    interval.push_back(days_to_target);
    recall.push_back(r);
  }
  [[nodiscard]] plan::DueColumns view() const { return {learner, last, interval, recall}; }
};

TEST(DailyCap, EveryOutcomeHasItsCase) {
  Cards cards;
  cards.add(0, monday - days{1}, 3.0);        // Wednesday
  cards.add(0, monday - days{20}, 3.0);       // overdue: Monday
  cards.add(0, monday - days{1}, 6.0);        // Saturday: moves to Friday
  cards.add(0, monday - days{20}, 3.0, 0.4);  // overdue as well and recalled worse: takes Monday, the other goes to Tuesday
  cards.add(0, monday - days{1}, 100.0);      // not due in the plan
  const std::vector<LearnerRules> rules{{working, 1}};
  const auto got = plan::daily_cap(cards.view(), rules, {monday, monday + days{11}});
  EXPECT_EQ(got[0].outcome, Outcome::on_time);
  EXPECT_EQ(got[0].date, monday + days{2});
  EXPECT_EQ(got[1].outcome, Outcome::overdue);
  EXPECT_TRUE(got[1].waited);
  EXPECT_EQ(got[1].date, monday + days{1});
  EXPECT_EQ(got[2].outcome, Outcome::rolled);
  EXPECT_EQ(got[2].date, monday + days{4});
  EXPECT_EQ(got[3].outcome, Outcome::overdue);
  EXPECT_EQ(got[3].date, monday);
  EXPECT_FALSE(got[3].waited);
  EXPECT_EQ(got[4].outcome, Outcome::not_due);

  Cards more;
  more.add(0, monday - days{1}, 0.2);  // recall falls below the target within a day
  more.add(0, monday - days{1}, 1.0);  // due on the same Monday, which is full
  const auto next = plan::daily_cap(more.view(), rules, {monday, monday + days{11}});
  EXPECT_EQ(next[0].outcome, Outcome::soonest);
  EXPECT_EQ(next[1].outcome, Outcome::delayed);
  EXPECT_TRUE(plan::is_planned(next[1].outcome));
  EXPECT_FALSE(plan::is_planned(got[4].outcome));
}

TEST(DailyCap, WhatDoesNotFitIsNamed) {
  Cards cards;
  for (int i = 0; i < 4; ++i) cards.add(0, monday - days{9}, 2.0);
  const auto got = plan::daily_cap(cards.view(), std::vector<LearnerRules>{{working, 1}}, {monday, monday + days{2}});
  EXPECT_EQ(std::ranges::count(got, Outcome::no_capacity, &Assignment::outcome), 1);
}

TEST(DailyCap, WhereNoLaterDayHasRoomAnEarlierOneIsTaken) {
  Cards cards;
  cards.add(0, monday - days{1}, 5.0);  // both due on Friday, the last day
  cards.add(0, monday - days{1}, 5.0);
  cards.add(0, monday - days{1}, 2.0);  // Tuesday
  const auto got = plan::daily_cap(cards.view(), std::vector<LearnerRules>{{working, 1}}, {monday, monday + days{4}});
  EXPECT_EQ(got[0].outcome, Outcome::on_time);
  EXPECT_EQ(got[1].outcome, Outcome::early);
  EXPECT_EQ(got[1].date, monday + days{3});
  EXPECT_EQ(got[2].date, monday + days{1});

  // Due in a closure at the end: the day before it.
  const LearnerRules closed{time::Calendar{{}, {monday + days{3}, monday + days{4}}}, 1};
  const auto moved = plan::daily_cap(cards.view(), std::vector<LearnerRules>{closed}, {monday, monday + days{4}});
  EXPECT_EQ(moved[0].date, monday + days{2});
}

TEST(DailyCap, CallersMistakesThrow) {
  Cards cards;
  cards.add(0, monday, 2.0);
  const std::vector<LearnerRules> rules{{working, 1}};
  EXPECT_THROW(static_cast<void>(plan::daily_cap(cards.view(), {}, {monday, monday})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(plan::daily_cap(cards.view(), rules, {monday, monday - days{1}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(plan::daily_cap(cards.view(), std::vector<LearnerRules>{{working, 0}}, {monday, monday})),
               std::invalid_argument);
  cards.add(0, monday, 2.0);
  cards.learner[0] = 1;
  EXPECT_THROW(static_cast<void>(plan::daily_cap(cards.view(), std::vector<LearnerRules>{{working, 1}, {working, 1}}, {monday, monday})),
               std::invalid_argument);
  cards.learner[0] = 0;
  cards.interval[0] = -1.0;
  EXPECT_THROW(static_cast<void>(plan::daily_cap(cards.view(), rules, {monday, monday})), std::invalid_argument);
}

TEST(DailyCap, RulesHoldAndThreadsDoNotMatterForRandomCohorts) {
  std::mt19937_64 random{9};
  for (int round = 0; round < 200; ++round) {
    Cards cards;
    std::vector<LearnerRules> rules;
    const Horizon horizon{monday, monday + days{static_cast<int>(random() % 60)}};
    for (std::uint32_t learner = 0; learner < 5; ++learner) {
      std::vector<time::Date> off;
      for (int k = 0; k < 10; ++k) off.push_back(monday + days{static_cast<int>(random() % 60)});
      rules.push_back({time::Calendar{time::Weekdays{random() % 128}, off}, 1 + static_cast<std::uint32_t>(random() % 3)});
      for (std::size_t k = random() % 40; k > 0; --k) {
        cards.add(learner, monday - days{1 + static_cast<int>(random() % 40)}, static_cast<double>(random() % 9000) / 100.0,
                  static_cast<double>(random() % 100) / 100.0);
      }
    }
    const auto got = plan::daily_cap(cards.view(), rules, horizon, 1);
    std::map<std::pair<std::uint32_t, time::Date>, std::uint32_t> asked;
    std::set<std::uint32_t> without_room;
    for (std::size_t i = 0; i < got.size(); ++i) {
      const std::uint32_t who = cards.learner[i];
      if (got[i].outcome == Outcome::not_due) {
        EXPECT_GT(got[i].ideal, horizon.last);
      } else if (got[i].outcome == Outcome::no_capacity) {
        EXPECT_LE(got[i].ideal, horizon.last);
        without_room.insert(who);
      } else {
        EXPECT_TRUE(rules[who].calendar.studies(got[i].date));
        EXPECT_TRUE(got[i].date >= horizon.first && got[i].date <= horizon.last);
        EXPECT_LE((++asked[{who, got[i].date}]), rules[who].questions_per_day);
      }
    }
    for (const std::uint32_t who : without_room) {  // then no study day of the plan has room
      for (time::Date d = horizon.first; d <= horizon.last; d += days{1}) {
        const std::uint32_t room = rules[who].calendar.studies(d) ? rules[who].questions_per_day : 0;
        EXPECT_EQ((asked[{who, d}]), room);
      }
    }
    const auto again = plan::daily_cap(cards.view(), rules, horizon, 3);
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].date, again[i].date);
      EXPECT_EQ(got[i].outcome, again[i].outcome);
    }
  }
}

}  // namespace
