#include <perdure/simulate/cohort_sessions.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::simulate;
using namespace std::chrono;

constexpr time::Date monday{2026y / January / 5};

time::Date date_of(const Session& session) { return floor<days>(session.begins); }

TEST(Sessions, AreInOrderOnStudyDaysWithinWorkingHours) {
  CohortOptions o{.seed = 1, .calendar = time::Calendar{time::weekdays({Saturday, Sunday}), {2026y / January / 5, 2026y / March / 4}}};
  const Traits traits = Traits::draw(o);
  std::set<unsigned> weekdays;
  for (std::uint32_t u = 0; u < o.learners; ++u) {
    const std::vector<Session> sessions = sessions_of(o, traits, u);
    EXPECT_TRUE(std::ranges::is_sorted(sessions, {}, &Session::begins));
    for (const Session& session : sessions) {
      EXPECT_TRUE(o.calendar.studies(date_of(session)));
      const auto of_day = session.begins - date_of(session);
      EXPECT_TRUE(of_day >= opening && of_day <= latest_begin);
      weekdays.insert(weekday{date_of(session)}.c_encoding());
    }
  }
  EXPECT_EQ(weekdays, (std::set<unsigned>{1, 2, 3, 4, 5}));
  EXPECT_EQ(course_start(o, 0), monday + days{1});  // the first Monday is off
  EXPECT_EQ(course_start(o, 1), monday + days{7});
}

TEST(Sessions, WaitForWorkingHours) {
  const time::Calendar calendar{time::weekdays({Saturday, Sunday})};
  const auto moved = [&calendar](time::Instant t) { return working_moment(calendar, t); };
  EXPECT_EQ(moved(monday + hours{12}), monday + hours{12});
  EXPECT_EQ(moved(monday + hours{3}), monday + hours{9});
  EXPECT_EQ(moved(monday + hours{17} + minutes{30}), monday + days{1} + hours{9});
  EXPECT_EQ(moved(monday + days{4} + hours{20}), monday + days{7} + hours{9});
  EXPECT_EQ(moved(monday + days{5} + hours{12}), monday + days{7} + hours{9});  // a Saturday at noon
}

TEST(Sessions, WithoutDelaysComeAfterOneThreeAndSixMonthsAndWeekly) {
  CohortOptions o;
  o.attendance = 1.0;
  o.late_days = 0.0;
  const Traits traits = Traits::draw(o);
  std::vector<time::Date> reviews, nuggets;
  for (const Session& session : sessions_of(o, traits, 0)) {
    if (session.kind == SessionKind::review) reviews.push_back(date_of(session));
    if (session.kind == SessionKind::nugget) nuggets.push_back(date_of(session));
  }
  const time::Date end = monday + days{1};
  ASSERT_EQ(weekday{end + days{180}}, Sunday);
  EXPECT_EQ(reviews, (std::vector{end + days{30}, end + days{90}, end + days{181}}));
  ASSERT_EQ(nuggets.size(), 26U);
  for (std::size_t k = 0; k < nuggets.size(); ++k) EXPECT_EQ(nuggets[k], end + weeks{k + 1});
}

TEST(Sessions, AreTakenAsOftenAndAsLateAsAsked) {
  CohortOptions o{.seed = 2};
  o.learners = 4'000;
  o.attendance = 0.7;
  o.attendance_sd = 0.0;
  o.late_days = 10.0;
  o.calendar = time::Calendar{};  // every day, so that the delay is the drawn one in whole days
  const Traits traits = Traits::draw(o);
  double taken = 0.0;
  double late = 0.0;
  for (std::uint32_t u = 0; u < o.learners; ++u) {
    const time::Date end = course_start(o, u) + days{o.course_days - 1};
    for (const Session& session : sessions_of(o, traits, u)) {
      if (session.kind != SessionKind::nugget) continue;
      taken += 1.0;
      late += static_cast<double>((date_of(session) - end - weeks{session.number + 1}).count());
    }
  }
  const double n = 26.0 * o.learners;
  EXPECT_NEAR(taken / n, 0.7, 5.0 * std::sqrt(0.21 / n));
  const double mean = 1.0 / (std::exp(0.1) - 1.0);  // of the whole part of an exponential with mean 10: geometric
  EXPECT_NEAR(late / taken, mean, 5.0 * std::sqrt(mean * (mean + 1.0) / taken));
}

TEST(Questions, OfTheCourseAreItsShareInRounds) {
  CohortOptions o;
  o.items = 7;
  o.skills = 1;
  o.course_rounds = 3;
  std::map<std::uint32_t, int> asked;
  for (std::uint32_t day = 0; day < o.course_days; ++day) {
    const auto questions = questions_of(o, 0, {.begins = {}, .kind = SessionKind::course, .number = day});
    EXPECT_EQ(questions.size(), day == 0 ? 9U : 12U);
    for (const std::uint32_t i : questions) {
      ++asked[i];
      EXPECT_EQ(i < 3, day == 0);
    }
  }
  EXPECT_EQ(asked.size(), 7U);
  EXPECT_TRUE(std::ranges::all_of(asked, [](const auto& entry) { return entry.second == 3; }));
}

TEST(Questions, OfAReviewAreDifferentItemsChosenEvenly) {
  const CohortOptions o;
  std::vector<double> count(o.items);
  constexpr std::uint32_t n = 6'000;
  for (std::uint32_t u = 0; u < n; ++u) {
    const auto questions = questions_of(o, u, {.begins = {}, .kind = SessionKind::review, .number = 0});
    EXPECT_EQ(std::set(questions.begin(), questions.end()).size(), 20U);
    for (const std::uint32_t i : questions) count[i] += 1.0;
  }
  for (const double c : count) EXPECT_NEAR(c / n, 1.0 / 3.0, 5.0 * std::sqrt(2.0 / 9.0 / n));
  CohortOptions few;
  few.items = few.skills = 5;
  EXPECT_EQ(questions_of(few, 0, {.begins = {}, .kind = SessionKind::review, .number = 0}).size(), 5U);
}

}  // namespace
