#include "cohorts.hpp"

#include <perdure/core/result.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/plan/bound.hpp>
#include <perdure/plan/certificate.hpp>
#include <perdure/plan/course.hpp>
#include <perdure/plan/library.hpp>
#include <perdure/plan/policy_tables.hpp>
#include <perdure/plan/session_schedule.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::plan;
using perdure::test::Cohort;

/// A problem made ready: prices, session days, tables.
struct Ready {
  Library library;
  SessionSchedule schedule;
  PolicyTables tables;
  explicit Ready(const Problem& problem, unsigned threads = 2)
      : library{problem, {.threads = threads}}, schedule{library, threads}, tables{library, schedule, {.threads = threads}} {}
  [[nodiscard]] std::vector<Asking> askings(const CourseOptions& options) const {
    std::vector<Asking> all;
    (void)run_course(tables, {}, options, [&all](std::span<const Asking> some) { all.insert(all.end(), some.begin(), some.end()); });
    return all;
  }
  /// Mean value of a learner, and half of a 95 % interval, over replications.
  [[nodiscard]] std::pair<double, double> value(const Rule& rule, std::uint32_t replications) const {
    double sum = 0.0;
    double squares = 0.0;
    double count = 0.0;
    for (std::uint32_t r = 0; r < replications; ++r) {
      for (const LearnerOutcome& o : run_course(tables, {}, {.rule = rule, .seed = 11, .replication = r, .threads = 2})) {
        sum += o.value;
        squares += o.value * o.value;
        count += 1.0;
      }
    }
    const double mean = sum / count;
    return {mean, 1.96 * std::sqrt(std::max(squares / count - mean * mean, 0.0) / count)};
  }
};

/// The best that any policy reaches for one learner, one question a session: every course of events is looked at.
class EveryCourse {
 public:
  EveryCourse(const Problem& problem, std::size_t most_sessions) : problem_{problem}, most_{most_sessions} {}

  struct Known {
    State state;
    std::int32_t last;
  };
  [[nodiscard]] double best(std::vector<Known> questions, std::size_t day = 0, std::size_t sessions = 0) const {
    const Memory& memory = *problem_.classes[0].memory;
    if (day == problem_.askable.size()) {
      double sum = 0.0;
      for (const Known& q : questions) sum += memory.recall(q.state, static_cast<double>(problem_.days - q.last));
      return sum;
    }
    double most = best(questions, day + 1, sessions);
    if (sessions == most_) return most;
    const std::int32_t date = problem_.askable[day];
    for (std::size_t k = 0; k < questions.size(); ++k) {
      const Known before = questions[k];
      const auto gap = static_cast<double>(date - before.last);
      const double r = memory.recall(before.state, gap);
      questions[k] = {memory.after(before.state, gap, true), date};
      const double right = best(questions, day + 1, sessions + 1);
      questions[k] = {memory.after(before.state, gap, false), date};
      most = std::max(most, r * right + (1.0 - r) * best(questions, day + 1, sessions + 1));
      questions[k] = before;
    }
    return most;
  }

 private:
  const Problem& problem_;
  std::size_t most_;
};

TEST(CohortPlan, NoCourseOfEventsBeatsTheBound) {
  for (const std::uint32_t weekly : {0U, 2U}) {
    Cohort cohort{7};
    cohort.problem.caps[0].questions_per_session = 1;
    cohort.problem.caps[0].sessions_per_week = weekly;
    cohort.add(3);
    const Problem& problem = cohort.view();
    std::vector<EveryCourse::Known> questions;
    for (std::size_t q = 0; q < 3; ++q) questions.push_back({problem.state_of(q), problem.last_day[q]});
    const double best = EveryCourse{problem, weekly == 0 ? 5U : weekly}.best(questions);
    const Ready ready{problem};
    const Bound bound = upper_bound(ready.library);
    EXPECT_GE(bound.value, best);
    EXPECT_LE(bound.value, 1.04 * best);
    const auto [value, half] = ready.value({}, 4000);
    EXPECT_LE(value - half, best);
    EXPECT_GE(value + half, 0.98 * best);
  }
}

TEST(CohortPlan, NoCourseOfEventsBeatsTheBoundWhereAFailureCostsMost) {
  const auto memory = perdure::test::memory_of<models::HalfLife>();
  for (const std::size_t many : {1U, 2U, 3U}) {
    Cohort cohort{10};
    cohort.problem.classes[0].memory = &memory;
    cohort.problem.caps[0].questions_per_session = 1;
    cohort.add(many);
    std::ranges::fill(cohort.stability, 4.0F);
    const Problem& problem = cohort.view();
    std::vector<EveryCourse::Known> questions;
    for (std::size_t q = 0; q < many; ++q) questions.push_back({problem.state_of(q), problem.last_day[q]});
    const double best = EveryCourse{problem, problem.askable.size()}.best(questions);
    const Ready ready{problem};
    const Bound bound = upper_bound(ready.library);
    EXPECT_GE(bound.value, best);
    EXPECT_LE(bound.value, 1.06 * best);  // questions that fail together want more places than there are on average
    const auto [value, half] = ready.value({}, 4000);
    EXPECT_LE(value - half, best);
    EXPECT_GE(value + half, 0.98 * best);
  }
}

/// A cohort in which everything is limited: leave, given quizzes, minutes, budgets, prerequisites, capacity.
struct Limited {
  Cohort cohort{56};
  Limited() {
    Problem& p = cohort.problem;
    p.classes.push_back({&cohort.memory, 40, {0.5, 0.5}});
    p.classes.push_back({&cohort.memory, 56, {2.0, 0.0}, 24});
    LearnerDays away = p.calendars[0];
    std::fill(away.open.begin() + 14, away.open.begin() + 28, std::uint8_t{0});
    p.calendars[0].open[24] = away.open[24] = 0;  // the group session
    p.calendars[0].contacts = away.contacts = {24, 36};
    p.calendars[0].open[36] = 0;
    p.calendars[0].given = {{36, 6}};
    p.calendars.push_back(away);
    p.caps = {{.questions_per_session = 4, .sessions_per_week = 2, .contacts_per_week = 2, .minutes_per_day = 5.0F},
              {.questions_per_session = 3, .sessions_per_week = 3, .questions_in_all = 20}};
    p.programs = {{{3, 0}, {4, 3}}, {}};
    for (std::uint32_t u = 0; u < 60; ++u) {
      cohort.add(12, u % 3 == 0 ? 1 : 0, u % 2);
      cohort.program.push_back(u % 4 == 0 ? 0 : 1);
      for (std::size_t k = 0; k < 12; ++k) cohort.minutes.push_back(k % 2 == 0 ? 1.0F : 2.5F);
    }
    asked.assign(cohort.question_class.size(), 1);
    for (std::size_t u = 0; u < 60; ++u) {
      for (const std::size_t k : {0U, 3U, 4U}) asked[u * 12 + k] = 0;
    }
  }
  std::vector<std::uint8_t> asked;
  const Problem& view(std::int64_t capacity) {
    cohort.problem.capacity.assign(capacity > 0 ? cohort.problem.askable.size() : 0, capacity);
    (void)cohort.view();
    cohort.problem.asked = asked;
    return cohort.problem;
  }
};

/// Every rule that a course breaks.
std::set<std::string> broken(const Problem& p, const std::vector<Asking>& askings) {
  std::set<std::string> rules;
  std::map<std::uint32_t, std::map<std::int32_t, std::vector<Asking>>> days;
  std::map<std::int32_t, std::set<std::uint32_t>> met;
  for (const Asking& a : askings) days[a.learner][a.day].push_back(a);
  for (const auto& [u, by_day] : days) {
    const LearnerCaps& caps = p.caps[p.cap[u]];
    const LearnerDays& calendar = p.calendars[p.calendar[u]];
    std::set<std::uint32_t> seen;
    std::vector<std::int32_t> sessions;
    std::uint32_t in_all = 0;
    for (const auto& [day, asked] : by_day) {
      std::uint32_t chosen = 0;
      float minutes = 0.0F;
      std::set<std::uint32_t> today;
      for (const Asking& a : asked) {
        const std::size_t row = p.first[u] + a.question;
        const QuestionClass& c = p.classes[p.question_class[row]];
        if (day >= c.end) rules.insert("asked after the end");
        if (!today.insert(a.question).second) rules.insert("asked twice a day");
        if (c.group_session == day) continue;
        ++chosen;
        minutes += p.minutes[row];
        for (const auto& [question, after] : p.programs[p.program[u]]) {
          if (a.question == question && p.asked[p.first[u] + after] == 0 && !seen.contains(after)) rules.insert("prerequisite");
        }
      }
      seen.insert(today.begin(), today.end());
      in_all += chosen;
      if (minutes > caps.minutes_per_day) rules.insert("minutes");
      const auto given = std::ranges::find(calendar.given, day, &GivenSession::day);
      if (given != calendar.given.end()) {
        if (chosen > given->questions) rules.insert("given questions");
      } else if (chosen > 0) {
        if (chosen > caps.questions_per_session) rules.insert("questions a session");
        if (calendar.open[static_cast<std::size_t>(day)] == 0) rules.insert("calendar");
        sessions.push_back(day);
        met[day].insert(u);
      }
    }
    if (in_all > caps.questions_in_all) rules.insert("budget");
    for (std::int32_t from = -6; from < p.days; ++from) {
      const auto inside = [from](std::int32_t d) { return d >= from && d < from + 7; };
      const auto held = static_cast<std::uint32_t>(std::ranges::count_if(sessions, inside));
      if (caps.sessions_per_week != 0 && held > caps.sessions_per_week) rules.insert("sessions a week");
      std::set<std::int32_t> contacts;  // a session on the day of a contact is no other one
      std::ranges::copy_if(sessions, std::inserter(contacts, contacts.end()), inside);
      std::ranges::copy_if(calendar.contacts, std::inserter(contacts, contacts.end()), inside);
      if (caps.contacts_per_week != 0 && held > 0 && contacts.size() > caps.contacts_per_week) rules.insert("contacts a week");
    }
  }
  for (const auto& [day, learners] : met) {
    if (!p.capacity.empty() && static_cast<std::int64_t>(learners.size()) > p.capacity[p.position_of(day)]) rules.insert("capacity");
  }
  return rules;
}

TEST(CohortPlan, BreaksNoRule) {
  Limited limited;
  for (const std::int64_t capacity : {0, 9}) {
    const Problem& problem = limited.view(capacity);
    const Ready ready{problem};
    EXPECT_EQ(ready.schedule.by_day(), capacity > 0);
    for (const Answers answers : {Answers::likely, Answers::drawn}) {
      for (const Rule& rule :
           {Rule{}, Rule{.policy = Policy::lowest_recall}, Rule{.policy = Policy::myopic}, Rule{.policy = Policy::target},
            Rule{.policy = Policy::round_robin}, Rule{.policy = Policy::ladder, .days = {1, 6, 12}},
            Rule{.policy = Policy::fixed_days, .days = {2, 14, 30}}}) {
        const auto askings = ready.askings({.rule = rule, .answers = answers, .seed = 2});
        EXPECT_EQ(broken(problem, askings), std::set<std::string>{}) << static_cast<int>(rule.policy) << " with capacity " << capacity;
        EXPECT_GT(askings.size(), 500U);
        const auto gathered = std::ranges::count_if(askings, [](const Asking& a) { return a.day == 24; });
        EXPECT_EQ(gathered, 60 * 4);  // all are asked what the group session covers
      }
    }
  }
}

TEST(CohortPlan, APlanMadeBeforeIsKeptWhereChangesBringLessThanTheMargin) {
  Limited limited;
  for (const std::int64_t capacity : {0, 9}) {
    const Problem& problem = limited.view(capacity);
    const Ready ready{problem};
    const auto all = ready.askings({.rule = {.policy = Policy::myopic}, .answers = Answers::likely});
    std::vector<std::uint64_t> first(problem.learners() + 1);
    std::vector<std::uint32_t> question;
    std::vector<std::int32_t> day;
    for (const Asking& a : all) {
      if (a.day == 24) continue;  // the group session's questions are asked in any case
      ++first[a.learner + 1];
      question.push_back(a.question);
      day.push_back(a.day);
    }
    for (std::size_t u = 0; u < problem.learners(); ++u) first[u + 1] += first[u];
    const auto changes = [&](double margin) {
      const KeptPlan kept{ready.library, {.first = first, .question = question, .day = day, .margin = margin}, 2};
      std::multiset<std::tuple<std::uint32_t, std::uint32_t, std::int32_t>> before, after;
      for (const Asking& a : all) before.emplace(a.learner, a.question, a.day);
      const auto askings = ready.askings({.kept = &kept});
      EXPECT_EQ(broken(problem, askings), std::set<std::string>{});
      for (const Asking& a : askings) after.emplace(a.learner, a.question, a.day);
      std::vector<std::tuple<std::uint32_t, std::uint32_t, std::int32_t>> differ;
      std::ranges::set_symmetric_difference(before, after, std::back_inserter(differ));
      return differ.size();
    };
    EXPECT_EQ(changes(1e3), 0U) << "with capacity " << capacity;
    const std::size_t some = changes(0.005), free = changes(0.0);
    EXPECT_GT(free, some);
    EXPECT_GT(some, 0U);
  }
}

TEST(CohortPlan, RefusesAPlanMadeBeforeThatDoesNotFit) {
  Limited limited;
  const Problem& problem = limited.view(0);
  const Ready ready{problem};
  const std::vector<std::uint64_t> short_one{0}, none(problem.learners() + 1), one(problem.learners() + 1, 1);
  const std::vector<std::uint32_t> question{999};
  const std::vector<std::int32_t> day{3};
  EXPECT_THROW((KeptPlan{ready.library, {.first = short_one}}), Exception);
  EXPECT_THROW((KeptPlan{ready.library, {.first = none, .question = question, .day = day}}), Exception);
  EXPECT_THROW((KeptPlan{ready.library, {.first = one, .question = question, .day = day}}), Exception);
  EXPECT_THROW((KeptPlan{ready.library, {.first = none, .margin = std::numeric_limits<double>::quiet_NaN()}}), Exception);
}

TEST(CohortPlan, TheBoundHoldsForEveryPolicyAndThreadsChangeNothing) {
  Limited limited;
  limited.cohort.minutes.clear();  // the bound counts minutes as if all questions were as short as the shortest
  for (const std::int64_t capacity : {0, 9}) {
    const Problem& problem = limited.view(capacity);
    const Ready ready{problem};
    const Ready alone{problem, 1};
    const Bound bound = upper_bound(ready.library, {.threads = 2});
    EXPECT_EQ(bound.value, upper_bound(alone.library).value);
    EXPECT_LT(bound.no_review, bound.value);
    EXPECT_LE(bound.value, bound.goals * 1.001);
    EXPECT_LT(bound.residual, 5e-3);
    for (const Policy policy : {Policy::planned, Policy::lowest_recall, Policy::myopic, Policy::round_robin}) {
      const auto [value, half] = ready.value({.policy = policy}, 20);
      EXPECT_LE(60.0 * (value - half), bound.value);
      // few sessions of few questions each leave the bound loose: it lets every question have its own days
      if (policy == Policy::planned) {
        EXPECT_GE(60.0 * (value + half), (capacity == 0 ? 0.98 : 0.94) * bound.value);
      }
    }
    const auto one = alone.askings({.seed = 4});
    const auto three = ready.askings({.seed = 4, .threads = 3});
    ASSERT_EQ(one.size(), three.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].learner, three[i].learner);
      EXPECT_EQ(one[i].question, three[i].question);
      EXPECT_EQ(one[i].day, three[i].day);
      EXPECT_EQ(one[i].recall, three[i].recall);
    }
  }
}

/// Two courses: questions of the first are planned, those of the second follow a cadence.
struct TwoCourses {
  Cohort cohort{56};
  TwoCourses() {
    Problem& p = cohort.problem;
    p.classes.push_back({&cohort.memory, 56, {}, -1, 1});
    p.calendars[0].open[23] = 0;
    p.calendars[0].given = {{23, 2, 1}, {23, 3, 0}};
    for (int u = 0; u < 20; ++u) cohort.add(10);
  }
};

TEST(CohortPlan, AGivenQuizAsksItsOwnCourse) {
  TwoCourses courses;
  const Problem& p = courses.cohort.view();
  const Ready ready{p};
  std::map<std::int32_t, int> asked;  // on the day of the quizzes, by course
  for (const Asking& a : ready.askings({.seed = 1})) {
    if (a.day == 23) ++asked[p.classes[p.question_class[p.first[a.learner] + a.question]].course];
  }
  EXPECT_EQ(asked, (std::map<std::int32_t, int>{{0, 60}, {1, 40}}));
}

TEST(CohortPlan, ACadenceGoesBeforeWhatIsPlanned) {
  TwoCourses courses;
  const Problem& p = courses.cohort.view();
  const Ready ready{p};
  const Rule ladder{.policy = Policy::ladder, .days = {7, 14}};
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::int32_t>> days;
  for (const Asking& a : ready.askings({.rule = {.by_course = {Rule{}, ladder}}, .answers = Answers::likely})) {
    if (p.classes[p.question_class[p.first[a.learner] + a.question]].course == 1) days[{a.learner, a.question}].push_back(a.day);
  }
  EXPECT_EQ(days.size(), 100U);
  for (const auto& [question, asked] : days) {
    ASSERT_EQ(asked.size(), 2U);  // answers on a ladder count as right
    const std::int32_t last = p.last_day[p.first[question.first] + question.second];
    EXPECT_GE(asked[0], last + 7);
    EXPECT_LE(asked[0], last + 9);  // five of them are due at once, with five a session
    EXPECT_GE(asked[1], asked[0] + 14);
  }
  EXPECT_THROW((void)ready.askings({.rule = {.by_course = {Rule{}}}}), Exception);

  // a fixed cadence counts from the anchor
  std::vector<std::int32_t> anchor(p.questions(), -10);
  courses.cohort.problem.anchor = anchor;
  const Rule fixed{.policy = Policy::fixed_days, .days = {17}};
  for (const Asking& a : Ready{courses.cohort.problem}.askings({.rule = {.by_course = {fixed, fixed}}})) EXPECT_GE(a.day, 7);
}

TEST(CohortPlan, AQuestionMustBringWhatItCosts) {
  Cohort cohort{56};
  for (int u = 0; u < 20; ++u) cohort.add(4);
  const Problem& p = cohort.view();
  const Ready free{p};
  const PolicyTables tables{free.library, free.schedule, {.question_cost = 0.01}};
  const auto questions = [](const PolicyTables& t) { return value_of(t, {}, {.courses = 400}).questions; };
  const auto recall = [](const PolicyTables& t) { return value_of(t, {}, {.courses = 400}).mean; };
  EXPECT_LT(questions(tables), 0.3 * questions(free.tables));
  EXPECT_GT(recall(tables), recall(free.tables) - 0.03);
  // of two that reach the same, the one with fewer questions
  const Bound bound = upper_bound(free.library, {.question_cost = 0.01});
  EXPECT_LT(bound.value, upper_bound(free.library).value);
  const std::vector<Rule> rules{Rule{.policy = Policy::round_robin}, Rule{}};
  const Certificate found = certify(tables, bound, rules, {.courses = 400});
  EXPECT_EQ(found.chosen, 1U);
  EXPECT_GT(found.gap(), 0.0);
  EXPECT_LT(found.gap(), 0.01);
}

TEST(CohortPlan, SessionsBeforeThePlanCountInItsFirstWeek) {
  Cohort cohort{28};
  cohort.problem.caps[0].sessions_per_week = 1;
  cohort.problem.calendars[0].held = {-2};
  for (int u = 0; u < 5; ++u) cohort.add(12);
  const auto askings = Ready{cohort.view()}.askings({.seed = 1});
  EXPECT_FALSE(askings.empty());
  for (const Asking& a : askings) EXPECT_GE(a.day, 5);
  cohort.problem.calendars[0].held = {0};
  EXPECT_THROW(check(cohort.problem), Exception);
}

TEST(CohortPlan, ABudgetIsSavedForWhereItCounts) {
  Cohort cohort{91};
  cohort.problem.caps[0] = {.questions_per_session = 5, .sessions_per_week = 2, .questions_in_all = 30};
  for (int u = 0; u < 100; ++u) cohort.add(15);
  const Ready ready{cohort.view()};
  const auto planned = ready.value({}, 4);
  // 2 x 15 questions by fixed days, and the same number by what is lowest
  for (const Rule& rival : {Rule{.policy = Policy::fixed_days, .days = {30, 89}}, Rule{.policy = Policy::fixed_days, .days = {2, 14}},
                            Rule{.policy = Policy::lowest_recall}, Rule{.policy = Policy::myopic}}) {
    const auto [value, half] = ready.value(rival, 4);
    EXPECT_GT(planned.first - planned.second, value + half) << static_cast<int>(rival.policy);
  }
  double asked = 0.0;
  for (const LearnerOutcome& o : run_course(ready.tables, {}, {.seed = 1})) asked += o.questions / 100.0;
  EXPECT_GE(asked, 0.9 * 30.0);
  EXPECT_LE(asked, 30.0);
}

TEST(CohortPlan, PricesFallBehindTheEndOfACourse) {
  Cohort cohort{91};
  cohort.problem.caps[0] = {.questions_per_session = 3, .sessions_per_week = 2};
  cohort.problem.classes = {{&cohort.memory, 91, {}}, {&cohort.memory, 70, {}}};
  for (int u = 0; u < 60; ++u) cohort.add(24);
  const Ready ready{cohort.view()};
  const Bound bound = upper_bound(ready.library, {.threads = 2});
  const auto [value, half] = ready.value({}, 6);
  EXPECT_GE(60.0 * (value + half), 0.985 * bound.value);
  const auto& place = ready.library.section_of(0).entries[ready.library.entry_of(0)].place;
  const auto on = [&](std::int32_t day) { return place[cohort.problem.position_of(day)]; };
  EXPECT_GT(on(67), on(70));
  EXPECT_GT(on(67), on(45));
}

TEST(CohortPlan, FewAreAskedMoreWhereCapacityGoesToWhoGains) {
  Cohort cohort{56};
  cohort.problem.caps[0] = {.questions_per_session = 3, .sessions_per_week = 2};
  for (int u = 0; u < 80; ++u) cohort.add(u < 40 ? 10 : 3);
  cohort.problem.capacity.assign(cohort.problem.askable.size(), 12);
  const Ready ready{cohort.view()};
  std::uint32_t many = 0;
  std::uint32_t few = 0;
  const auto outcomes = run_course(ready.tables, {}, {.seed = 1});
  for (std::size_t u = 0; u < 80; ++u) (u < 40 ? many : few) += outcomes[u].sessions;
  EXPECT_GT(many, few);
}

TEST(CohortPlan, ACertificateSaysWhatTheBestRuleIsWorth) {
  Cohort cohort{56};
  cohort.problem.caps[0] = {.questions_per_session = 2, .sessions_per_week = 2};
  for (int u = 0; u < 30; ++u) cohort.add(10);
  const Ready ready{cohort.view()};
  const Bound bound = upper_bound(ready.library, {.threads = 2});
  const std::vector<Rule> rules{{.policy = Policy::round_robin}, {}, {.policy = Policy::fixed_days, .days = {2, 14}}};
  const Certificate found = certify(ready.tables, bound, rules, {.courses = 600, .seed = 5, .threads = 2});
  EXPECT_EQ(found.chosen, 1U);
  ASSERT_EQ(found.rules.size(), 3U);
  EXPECT_NE(found.value.mean, found.rules[1].mean);  // another sample
  EXPECT_NEAR(found.value.mean, found.rules[1].mean, found.value.half_width + found.rules[1].half_width);
  EXPECT_LT(found.rules[2].mean + found.rules[2].half_width, found.value.mean);
  EXPECT_LE(found.value.worst_decile, found.value.mean);
  EXPECT_LE(found.rules[2].questions, 20.0);
  EXPECT_GE(found.gap(), 0.0);
  EXPECT_LE(found.gap(), 0.02);
  EXPECT_GE(found.share_of_gain(), found.gap());
  // twenty replications of thirty learners, by hand
  double sum = 0.0;
  for (std::uint32_t r = 0; r < 20; ++r) {
    for (const auto& o : run_course(ready.tables, {}, {.seed = 5, .replication = r})) sum += o.value;
  }
  EXPECT_NEAR(found.rules[1].mean, sum / (600.0 * 10.0), 1e-12);
  EXPECT_THROW((void)certify(ready.tables, bound, {}), Exception);
}

TEST(CohortPlan, ADayCanBeRunAlone) {
  Limited limited;
  const Ready ready{limited.view(0)};
  const auto whole = ready.askings({.answers = Answers::likely});
  const auto begun = ready.askings({.answers = Answers::likely, .last_day = 10});
  std::size_t before = 0;
  for (const Asking& a : whole) before += a.day <= 10 ? 1U : 0U;
  EXPECT_EQ(begun.size(), before);
  EXPECT_GT(before, 0U);
}

TEST(CohortPlan, AWorldNeedNotBeAsBelieved) {
  Cohort cohort{56};
  for (int u = 0; u < 40; ++u) cohort.add(10);
  const Ready ready{cohort.view()};
  std::vector<float> half = cohort.stability;
  for (float& s : half) s *= 0.25F;
  const World world{{&cohort.memory}, {half, cohort.difficulty}};
  const World broken{{&cohort.memory}, {half, std::span{half}.first(3)}};
  const World same{{&cohort.memory}, {cohort.stability, cohort.difficulty}};
  double believed = 0.0;
  double true_to_belief = 0.0;
  for (const auto& o : run_course(ready.tables, {}, {.world = &same})) true_to_belief += o.value;
  for (const auto& o : run_course(ready.tables, {}, {})) believed += o.value;
  EXPECT_EQ(believed, true_to_belief);
  // nobody is asked: what is true is forgotten
  const Rule nothing{.policy = Policy::fixed_days};
  double faster = 0.0;
  for (const auto& o : run_course(ready.tables, {}, {.rule = nothing, .world = &world})) faster += o.value;
  double wanted = 0.0;
  for (std::size_t q = 0; q < half.size(); ++q)
    wanted += cohort.memory.recall({static_cast<double>(half[q]), static_cast<double>(cohort.difficulty[q])}, 56.0 - cohort.last_day[q]);
  EXPECT_NEAR(faster, wanted, 1e-6);
  EXPECT_THROW((void)run_course(ready.tables, {}, {.world = &broken}), Exception);
}

TEST(Problem, SaysWhatIsWrongWithIt) {
  const auto refuses = [](const auto& spoil) {
    Cohort cohort{14};
    cohort.add(4);
    spoil(cohort);
    EXPECT_THROW(check(cohort.view()), Exception);
  };
  Cohort good{14};
  good.add(4);
  EXPECT_NO_THROW(check(good.view()));
  refuses([](Cohort& c) { c.problem.days = 0; });
  refuses([](Cohort& c) { c.problem.askable = {3, 2}; });
  refuses([](Cohort& c) { c.problem.classes[0].end = 15; });
  refuses([](Cohort& c) { c.problem.classes[0].memory = nullptr; });
  refuses([](Cohort& c) { c.problem.classes[0].group_session = 5; });
  refuses([](Cohort& c) { c.problem.calendars[0].open.pop_back(); });
  refuses([](Cohort& c) { c.problem.calendars[0].given = {{2, 3}}; });
  refuses([](Cohort& c) { c.problem.calendars[0].contacts = {4, 4}; });
  refuses([](Cohort& c) { c.problem.caps[0].questions_per_session = 0; });
  refuses([](Cohort& c) { c.problem.caps[0].minutes_per_day = 0.0F; });
  refuses([](Cohort& c) { c.problem.capacity = {1}; });
  refuses([](Cohort& c) { c.cap[0] = 1; });
  refuses([](Cohort& c) { c.calendar[0] = 7; });
  refuses([](Cohort& c) { c.question_class[2] = 1; });
  refuses([](Cohort& c) { c.last_day[1] = 0; });
  refuses([](Cohort& c) { c.first.back() = 9; });
  refuses([](Cohort& c) { c.stability[3] = std::numeric_limits<float>::quiet_NaN(); });
  refuses([](Cohort& c) { c.difficulty.pop_back(); });
  refuses([](Cohort& c) { c.minutes = {1.0F}; });
  refuses([](Cohort& c) {
    c.program = {0};
    c.problem.programs = {{{0, 4}}};
  });
}

}  // namespace
