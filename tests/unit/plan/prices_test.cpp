#include "memories.hpp"

#include <perdure/core/random.hpp>
#include <perdure/core/result.hpp>
#include <perdure/plan/prices.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::plan;

Timeline two_months() {
  Timeline timeline{60, {}};
  for (std::int32_t day = 0; day < 60; ++day) {
    if (day % 7 < 5) timeline.askable.push_back(day);
  }
  return timeline;
}

/// An average learner with 20 questions of two kinds.
struct Group {
  MemoryOf<models::Fsrs6> memory = perdure::test::memory_of<models::Fsrs6>();
  std::vector<State> starts = perdure::test::starts_of<models::Fsrs6>();
  QuestionValues values{memory, grid_around(memory, starts, 61, {.ratio = 2.0, .linear = 5}), two_months(), {}, {-1}};

  [[nodiscard]] GroupProblem problem(std::uint32_t questions, SessionLimits limits = {}) const {
    GroupProblem p{{{&values, {}}}, {{.questions_per_session = questions, .limits = std::move(limits)}}};
    p.parts[0].questions = {{0, values.grid().place(starts[0]), 15.0}, {0, values.grid().place(starts[1]), 5.0}};
    return p;
  }
  /// The dual of a problem at given prices: what its value must be.
  [[nodiscard]] double dual(const GroupProblem& p, const std::vector<double>& price) const {
    const auto table = values.solve(price);
    double value = 0.0;
    for (const auto& q : p.parts[0].questions) value += q.weight * static_cast<double>(values.grid().at(table.row(q.row), q.place));
    std::vector<double> worth;
    for (std::size_t t = 0; t < price.size(); ++t)
      worth.push_back(p.attendance[0].questions_per_session * price[t] - (p.session_cost.empty() ? 0.0 : p.session_cost[t]));
    return value + best_session_days(values.timeline().askable, worth, p.attendance[0].limits).worth;
  }
};

TEST(PriceCurve, GoesThroughItsKnotsAndIsLinearInTheLogarithmOfTheDaysLeft) {
  const Timeline timeline{30, {4, 19, 23, 26, 28, 29}};
  PriceCurve curve{timeline, 0.5};
  EXPECT_EQ(curve.prices(), std::vector<double>(6, 0.5));
  std::vector<double> knots(curve.at_knots().size());  // 1, 2, 4, 7, 11, 17, 26, 40 days before the end
  ASSERT_EQ(knots.size(), 8U);
  for (std::size_t q = 0; q < knots.size(); ++q) knots[q] = 1.0 + static_cast<double>(q);
  curve.set_knots(knots);
  const auto price = curve.prices();
  const std::vector<double> wanted{7.0, 5.0, 4.0, 3.0, 2.0, 1.0};  // 26, 11, 7, 4, 2 and 1 days left
  for (std::size_t t = 0; t < wanted.size(); ++t) EXPECT_NEAR(price[t], wanted[t], 1e-12);
  PriceCurve between{Timeline{30, {27}}, 0.0};
  between.set_knots(knots);
  EXPECT_NEAR(between.prices()[0], 2.0 + std::log(1.5) / std::log(2.0), 1e-12);
}

TEST(PriceCurve, ByKnotIsTheSlopeOfWhatIsPaid) {
  const Timeline timeline = two_months();
  random::Stream draw{{.seed = 4}};
  std::vector<double> much(timeline.askable.size());
  for (double& x : much) x = draw.next();
  PriceCurve curve{timeline, 0.1};
  const auto slope = curve.by_knot(much);
  const auto paid = [&much](const PriceCurve& c) {
    const auto price = c.prices();
    double sum = 0.0;
    for (std::size_t t = 0; t < price.size(); ++t) sum += price[t] * much[t];
    return sum;
  };
  for (std::size_t q = 0; q < slope.size(); ++q) {
    std::vector<double> knots(curve.at_knots().begin(), curve.at_knots().end());
    knots[q] += 1.0;
    PriceCurve moved = curve;
    moved.set_knots(knots);
    EXPECT_NEAR(paid(moved) - paid(curve), slope[q], 1e-12);
  }
}

TEST(Prices, AreTheSameWhereverTheSearchBegins) {
  const Group group;
  for (const auto& [questions, limits] : {std::pair{1U, SessionLimits{}}, {4U, SessionLimits{.sessions_per_week = 1}}}) {
    const GroupProblem problem = group.problem(questions, limits);
    std::vector<double> values;
    for (const double start : {0.001, 0.02, 0.4}) {
      const auto found = find_prices(problem, first_prices(two_months(), start), {.evaluations = 200, .tolerance = 1e-6});
      EXPECT_NEAR(found.value, group.dual(problem, found.asking()), 1e-9);
      EXPECT_LE(found.evaluations, 200U);
      values.push_back(found.value);
    }
    EXPECT_NEAR(values[1], values[0], 5e-4 * values[0]);
    EXPECT_NEAR(values[2], values[0], 5e-4 * values[0]);
    // no price of a knot alone makes the dual lower
    const auto best = find_prices(problem, first_prices(two_months(), 0.02), {.evaluations = 200, .tolerance = 1e-6});
    for (std::size_t q = 0; q < best.question.at_knots().size(); ++q) {
      for (const double factor : {0.7, 1.3}) {
        std::vector<double> knots(best.question.at_knots().begin(), best.question.at_knots().end());
        knots[q] *= factor;
        PriceCurve other = best.question;
        other.set_knots(knots);
        EXPECT_GE(group.dual(problem, other.prices()), best.value - 5e-4 * best.value);
      }
    }
  }
}

TEST(Prices, MoreRoomIsCheaperAndWorthMore) {
  const Group group;
  double last_value = 0.0;
  double last_price = std::numeric_limits<double>::infinity();
  for (const std::uint32_t questions : {1U, 2U, 4U}) {
    const auto found = find_prices(group.problem(questions), first_prices(two_months(), 0.02));
    double sum = 0.0;
    for (const double p : found.asking()) sum += p;
    EXPECT_GT(found.value, last_value);
    EXPECT_LT(sum, last_price);
    last_value = found.value;
    last_price = sum;
  }
  EXPECT_LE(last_value, 20.0 + 1e-3);  // nobody recalls more than everything
}

TEST(Prices, SessionsThatCostMoreThanTheyBringAreNotHeld) {
  const Group group;
  GroupProblem problem = group.problem(2);
  problem.session_cost.assign(problem.parts[0].values->timeline().askable.size(), 1e3);
  const auto found = find_prices(problem, first_prices(two_months(), 0.02), {.evaluations = 200, .tolerance = 1e-6});
  const double never_asked = 15.0 * group.memory.recall(group.starts[0], 61.0) + 5.0 * group.memory.recall(group.starts[1], 61.0);
  EXPECT_NEAR(found.value, never_asked, 0.02 * never_asked);
}

TEST(Prices, RefusesWhatIsNoGroup) {
  const Group group;
  const PricedGroup start = first_prices(two_months(), 0.02);
  EXPECT_THROW((void)find_prices({}, start), Exception);
  GroupProblem uneven = group.problem(1);
  uneven.session_cost = {0.1};
  EXPECT_THROW((void)find_prices(uneven, start), Exception);
  const QuestionValues other{group.memory, group.values.grid(), Timeline{60, {0, 5}}, {}, {-1}};
  GroupProblem mixed = group.problem(1);
  mixed.parts.push_back({&other, {}});
  EXPECT_THROW((void)find_prices(mixed, start), Exception);
  for (const double price : {-0.1, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_THROW((PriceCurve{two_months(), price}), Exception);
}

}  // namespace
