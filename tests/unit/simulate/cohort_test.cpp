#include <perdure/core/grade.hpp>
#include <perdure/simulate/cohort.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::simulate;
using namespace std::chrono;

Cohort made(const CohortOptions& options) { return cohort(options, 2).value(); }
time::Instant instant(std::int64_t ms) { return time::Instant{milliseconds{ms}}; }

TEST(Cohort, AnswersAreRightAsOftenAsTheTruthSaysInEveryFamily) {
  Families::for_each([]<class F>() {
    CohortOptions o{.seed = 7, .memory = std::string{F::id}, .choices = {0, 3, 4}};
    o.slip = 0.03;
    o.score_parts = 2;
    const Answers a = made(o).answers;
    double surprise = 0.0;
    double variance = 0.0;
    double score_surprise = 0.0;
    double squared_surprise = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const double p = a.probability[k];
      surprise += a.right[k] - p;
      variance += p * (1.0 - p);
      score_surprise += a.score[k] - p;
      squared_surprise += (a.right[k] - p) * (a.right[k] - p) - p * (1.0 - p);
      EXPECT_EQ(a.score[k] > 0.5F, a.right[k] == 1);
      const float points = a.score[k] * 5.0F;
      EXPECT_NEAR(points, std::round(points), 1e-5);
    }
    ASSERT_GT(a.size(), 30'000U);
    EXPECT_NEAR(surprise, 0.0, 5.0 * std::sqrt(variance)) << F::id;
    EXPECT_NEAR(score_surprise, 0.0, 5.0 * std::sqrt(variance)) << F::id;  // a score varies less than an answer
    // (1 - 2p)(y - p), whose standard deviation is at most one quarter: it is off where probabilities are too bold or too timid.
    EXPECT_NEAR(squared_surprise, 0.0, 5.0 * 0.25 * std::sqrt(static_cast<double>(a.size()))) << F::id;
  });
}

TEST(Cohort, RowsAreInTimeOrderOnWorkingDaysWithinWorkingHours) {
  CohortOptions o{.seed = 8, .calendar = time::Calendar{time::weekdays({Saturday, Sunday}), {2026y / February / 4}}};
  o.items = 1'500;  // more than a working day holds: the course goes on the next one
  o.learners = 20;
  const Answers a = made(o).answers;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const time::Date day = floor<days>(instant(a.shown_at[k]));
    EXPECT_TRUE(o.calendar.studies(day));
    EXPECT_GE(instant(a.shown_at[k]), day + opening);
    EXPECT_LT(instant(a.shown_at[k]), day + closing);
    EXPECT_EQ(floor<days>(instant(a.answered_at[k])), day);
    EXPECT_LT(a.shown_at[k], a.answered_at[k]);
    if (k == 0) continue;
    EXPECT_GE(a.learner[k], a.learner[k - 1]);
    EXPECT_TRUE(a.learner[k] > a.learner[k - 1] || a.shown_at[k] > a.answered_at[k - 1]);
  }
  ASSERT_GT(a.size(), 0U);
}

TEST(Cohort, TheLogHasTheRowsOfTheAnswers) {
  CohortOptions o{.seed = 15};
  o.score_parts = 1;
  const Answers a = made(o).answers;
  const data::ReviewLog log = review_log(a);
  const auto same = [](const auto& in_log, const auto& in_answers) { return std::ranges::equal(in_log, in_answers); };
  EXPECT_TRUE(same(log.learner(), a.learner));
  EXPECT_TRUE(same(log.item(), a.item));
  EXPECT_TRUE(same(log.shown_at(), a.shown_at));
  EXPECT_TRUE(same(log.answered_at(), a.answered_at));
  EXPECT_TRUE(same(log.score(), a.score));
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_EQ(is_success(static_cast<Grade>(log.grade()[k])), a.right[k] == 1);
}

TEST(Cohort, NobodyAnswersAfterLeaving) {
  CohortOptions o{.seed = 9};
  o.learners = 1'000;
  o.dropout = 0.3;
  const Cohort c = made(o);
  std::map<std::uint32_t, std::int64_t> last;
  for (std::size_t k = 0; k < c.answers.size(); ++k) {
    const std::uint32_t u = c.answers.learner[k];
    const double since = duration<double, days::period>{instant(c.answers.shown_at[k]) - course_start(o, u)}.count();
    EXPECT_LE(since, c.traits.learners[u].dropout_days);
    last[u] = c.answers.answered_at[k];
  }
  // The share that still answers three months and more after the start is that of those who have not left by then.
  double stayed = 0.0;
  double answering = 0.0;
  for (std::uint32_t u = 0; u < o.learners; ++u) {
    const bool stays = c.traits.learners[u].dropout_days > 120.0;
    stayed += stays ? 1.0 : 0.0;
    answering += stays && last[u] > time::Instant{course_start(o, u) + days{90}}.time_since_epoch().count() ? 1.0 : 0.0;
  }
  EXPECT_NEAR(stayed / 1'000, std::pow(0.7, 4.0), 5.0 * std::sqrt(0.24 * 0.76 / 1'000));
  EXPECT_GT(answering, 0.95 * stayed);
}

TEST(Cohort, GuessingIsAFloor) {
  CohortOptions o{.seed = 10};
  o.location = -10.0;
  o.pace = 100.0;
  const Cohort c = made(o);
  double right = 0.0;
  double least = 1.0;
  double first = 0.0;
  double first_right = 0.0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
  for (std::size_t k = 0; k < c.answers.size(); ++k) {
    right += c.answers.right[k];
    least = std::min(least, c.answers.probability[k]);
    if (seen[{c.answers.learner[k], c.answers.item[k]}]++ == 0) {
      first += 1.0;
      first_right += c.answers.right[k];
    }
  }
  EXPECT_GE(least, 0.25);
  EXPECT_LT(least, 0.2501);
  EXPECT_NEAR(first_right / first, 0.25, 5.0 * std::sqrt(0.1875 / first));
  EXPECT_GE(right / static_cast<double>(c.answers.size()), 0.24);
}

TEST(Cohort, WrongAnswersTakeLonger) {
  CohortOptions o{.seed = 11};
  o.tempo_sd = 0.0;
  o.wrong_slowdown = 1.5;
  const Answers a = made(o).answers;
  double sum[2] = {};
  double count[2] = {};
  for (std::size_t k = 0; k < a.size(); ++k) {
    sum[a.right[k]] += std::log(static_cast<double>(a.answered_at[k] - a.shown_at[k]) / 1000.0);
    count[a.right[k]] += 1.0;
  }
  EXPECT_NEAR(sum[1] / count[1], std::log(12.0), 5.0 * 0.5 / std::sqrt(count[1]));
  EXPECT_NEAR(sum[0] / count[0], std::log(18.0), 5.0 * 0.5 / std::sqrt(count[0]));
  o.response_seconds = 0.0;
  const Answers instantly = made(o).answers;
  EXPECT_EQ(instantly.shown_at, instantly.answered_at);
}

// The truth again, from the columns and the traits: elapsed time runs from an answer to the next showing, at the paces of learner and item.
TEST(Cohort, TheTruthFollowsFromTheAnswers) {
  Families::for_each([]<class F>() {
    CohortOptions o{.seed = 16, .memory = std::string{F::id}, .choices = {0, 3}};
    o.slip = 0.05;
    const Cohort c = made(o);
    const F family{};
    struct Last {
      typename F::State state;
      std::int64_t answered_at;
    };
    std::map<std::pair<std::uint32_t, std::uint32_t>, Last> last;
    for (std::size_t k = 0; k < c.answers.size(); ++k) {
      const std::uint32_t u = c.answers.learner[k];
      const std::uint32_t i = c.answers.item[k];
      const bool right = c.answers.right[k] == 1;
      const double level = c.traits.level(o, u, i);
      const auto before = last.find({u, i});
      const bool first = before == last.end();
      const double elapsed_ms = first ? 0.0 : static_cast<double>(c.answers.shown_at[k] - before->second.answered_at);
      const double days = elapsed_ms / 86'400'000.0 * c.traits.learners[u].pace * c.traits.items[i].pace;
      const double known = first ? 1.0 / (1.0 + std::exp(-level)) : family.known(before->second.state, level, days);
      const double guess = c.traits.items[i].choices == 0 ? 0.0 : 1.0 / 3.0;
      ASSERT_NEAR(c.answers.probability[k], guess + (1.0 - guess - 0.05) * known, 1e-12);
      last[{u, i}] = {first ? family.first(right) : family.review(before->second.state, days, right), c.answers.answered_at[k]};
    }
  });
}

// Two nuggets, and the same cohort with the first alone: what it says of later moments is what the second then found.
TEST(Cohort, RecallIsWhatLaterAnswersFind) {
  Families::for_each([]<class F>() {
    CohortOptions o{.seed = 12, .memory = std::string{F::id}, .review_days = {}};
    o.attendance = 1.0;
    o.late_days = 0.0;
    o.dropout = 0.0;
    o.nugget_weeks = 2;
    o.nugget_questions = 30;
    const Cohort both = made(o);
    o.nugget_weeks = 1;
    const Cohort one = made(o);
    std::size_t compared = 0;
    std::map<std::uint32_t, std::size_t> answers;
    for (const std::uint32_t u : one.answers.learner) ++answers[u];
    std::map<std::uint32_t, std::size_t> row;
    for (std::size_t k = 0; k < both.answers.size(); ++k) {
      const std::uint32_t u = both.answers.learner[k];
      if (row[u]++ < answers[u]) continue;
      EXPECT_EQ(one.recall(u, both.answers.item[k], instant(both.answers.shown_at[k])), both.answers.probability[k]);
      ++compared;
    }
    EXPECT_EQ(compared, 30U * o.learners) << F::id;
    for (std::uint32_t i = 0; i < o.items; ++i) {
      EXPECT_LT(both.recall(0, i, both.known_from + days{100}), both.recall(0, i, both.known_from));
    }
  });
}

TEST(Cohort, ALearnerIsTheSameInACohortOfAnySize) {
  CohortOptions o{.seed = 13};
  const Answers many = made(o).answers;
  o.learners = 50;
  const Answers few = made(o).answers;
  ASSERT_LT(few.size(), many.size());
  EXPECT_EQ(few.probability, std::vector(many.probability.begin(), many.probability.begin() + static_cast<std::ptrdiff_t>(few.size())));
  o.seed = 14;
  EXPECT_NE(made(o).answers.probability, few.probability);
}

TEST(CohortOptions, EveryNumberOutOfItsRangeIsNamed) {
  for (const NumberOption& option : number_options) {
    EXPECT_FALSE(option.problem(option.lower)) << option.name;
    EXPECT_FALSE(option.problem(option.upper)) << option.name;
    for (const double value : {option.lower - 0.001, option.upper * 1.001 + 1.0, std::numeric_limits<double>::quiet_NaN()}) {
      const auto problem = option.problem(value);
      ASSERT_TRUE(problem) << option.name << value;
      EXPECT_EQ(problem->what.find(std::string{option.name} + " must be "), 0U) << problem->what;
    }
    EXPECT_EQ(option.problem(option.lower + 0.005).has_value(), option.whole()) << option.name;
  }
  CohortOptions o;
  o.slip = 0.9;
  EXPECT_EQ(cohort(o).error().what, "slip must be in [0, 0.4], got 0.9");
  o.slip = 0.0;
  o.learners = 0;
  EXPECT_EQ(cohort(o).error().what, "learners must be a whole number in [1, 1e+07], got 0");
}

TEST(CohortOptions, OtherMisfitsAreNamed) {
  const auto says = [](const CohortOptions& o) { return cohort(o).error().what; };
  EXPECT_EQ(says({.memory = "sm2"}), "memory must be one of power-odds exponential fsrs6 two-store, got sm2");
  EXPECT_EQ(says({.choices = {4, 1}}), "choices must be 0 or in [2, 20], got 1");
  EXPECT_EQ(says({.choices = {}}), "choices must name a number of options, got none");
  EXPECT_EQ(says({.review_days = {0}}), "review_days must be in [1, 3650], got 0");
  EXPECT_EQ(says({.start = time::Date{1969y / December / 31}}), "start must be in [1970-01-01, 2100-01-01)");
  EXPECT_EQ(says({.learners = 1'000'000, .items = 1'000}), "learners x items must be at most 50000000, got 1000000000");
  EXPECT_EQ(says({.items = 5}), "skills must be at most items, got 6");
}

}  // namespace
