#include "memories.hpp"

#include <perdure/core/random.hpp>
#include <perdure/core/result.hpp>
#include <perdure/plan/question_values.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::plan;
using Prices = std::vector<double>;

/// What is known of one question: its last answer and the memory after it.
struct Known {
  std::int32_t day;
  State state;
};

/// The plan solved by looking at every course of events, in double: the standard that tables are held against.
class Exact {
 public:
  Exact(const Memory& memory, const Timeline& timeline, const Goal& goal) : memory_{memory}, timeline_{timeline}, goal_{goal} {}

  /// Value of one question with prices.
  [[nodiscard]] double one(const Known& known, const Prices& price, std::size_t from = 0) const {
    double best = recalled(known, timeline_.end) + goal_.at_end * memory_.recall(known.state, timeline_.end - known.day);
    for (std::size_t k = from; k < timeline_.askable.size(); ++k) {
      const std::int32_t t = timeline_.askable[k];
      const double days = t - known.day;
      const double r = memory_.recall(known.state, days);
      const double value = recalled(known, t + 1) - price[k] + r * one({t, memory_.after(known.state, days, true)}, price, k + 1) +
                           (1.0 - r) * one({t, memory_.after(known.state, days, false)}, price, k + 1);
      best = std::max(best, value);
    }
    return best;
  }

  /// Best value of several questions together where at most one is asked a day.
  [[nodiscard]] double together(const std::vector<Known>& known, std::size_t from = 0) const {
    double nothing_more = 0.0;
    for (const Known& k : known) nothing_more += recalled(k, timeline_.end) + goal_.at_end * memory_.recall(k.state, timeline_.end - k.day);
    if (from == timeline_.askable.size()) return nothing_more;
    double best = together(known, from + 1);
    const std::int32_t t = timeline_.askable[from];
    for (std::size_t i = 0; i < known.size(); ++i) {
      const double days = t - known[i].day;
      const double r = memory_.recall(known[i].state, days);
      double value = recalled(known[i], t + 1);
      for (const bool right : {true, false}) {
        auto then = known;
        then[i] = {t, memory_.after(known[i].state, days, right)};
        value += (right ? r : 1.0 - r) * together(then, from + 1);
      }
      best = std::max(best, value);
    }
    return best;
  }

 private:
  /// Share of the average that a question brings on the days after its last answer and before `until`.
  [[nodiscard]] double recalled(const Known& known, std::int32_t until) const {
    double sum = 0.0;
    for (std::int32_t day = std::max(known.day + 1, 0); day < until; ++day) sum += memory_.recall(known.state, day - known.day);
    return goal_.on_average * sum / timeline_.end;
  }

  const Memory& memory_;
  Timeline timeline_;
  Goal goal_;
};

Timeline short_plan() { return {10, {0, 1, 2, 4, 5, 7, 8, 9}}; }

constexpr std::array goals{Goal{1.0, 0.0}, Goal{0.0, 1.0}, Goal{0.6, 0.4}};

Prices drawn_prices(std::size_t days, double scale, std::uint32_t number) {
  random::Stream draw{{.seed = 3, .step = number}};
  Prices price(days);
  for (double& p : price) p = scale * draw.next();
  return price;
}

TEST(QuestionValues, ABoundIsNeverBelowTheBestCourse) {
  perdure::test::each_memory([](const Memory& memory, const std::vector<State>& starts) {
    const Timeline timeline = short_plan();
    for (const Goal& goal : goals) {
      const QuestionValues values{memory, grid_around(memory, starts, 40), timeline, goal, {-30, -3, -1}};
      const Exact exact{memory, timeline, goal};
      for (const double scale : {0.0, 0.03}) {
        const Prices price = drawn_prices(timeline.askable.size(), scale, 1);
        const auto plain = values.solve(price);
        const auto bound = values.bound(price);
        for (const std::int32_t day : {-30, -3, -1}) {
          for (const State& s : starts) {
            const double wanted = exact.one({day, s}, price);
            const double coarse = memory.fields().size() == 3 ? 0.03 : 0.006;  // a grid of three numbers has wide steps
            const Place place = values.grid().place(s);
            const std::size_t row = values.row_of(day);
            const double above = values.grid().at(bound.row(row), place);
            EXPECT_GE(above, wanted) << memory.fields().size() << " fields, day " << day << ", prices " << scale;
            EXPECT_LE(above, wanted + coarse) << memory.fields().size() << " fields, day " << day << ", goal " << goal.at_end << ", prices "
                                              << scale;
            EXPECT_NEAR(values.grid().at(plain.row(row), place), wanted, coarse);
          }
        }
      }
    }
  });
}

/// Weak duality: whatever the prices, values of questions and what prices pay for the room together exceed every plan.
TEST(QuestionValues, PricesBoundWhatOneQuestionADayCanReach) {
  perdure::test::each_memory([](const Memory& memory, const std::vector<State>& starts) {
    const Timeline timeline{9, {0, 1, 3, 4, 6, 8}};
    const std::vector<Known> known{{-1, starts[0]}, {-1, starts[1]}, {-4, starts[0]}};
    for (const Goal& goal : goals) {
      const QuestionValues values{memory, grid_around(memory, starts, 20, {.most_nodes = 1500}), timeline, goal, {-4, -1}};
      const double best = Exact{memory, timeline, goal}.together(known);
      double least = std::numeric_limits<double>::infinity();
      for (std::uint32_t number = 0; number < 20; number += 2) {
        const Prices price = drawn_prices(timeline.askable.size(), 0.02 * number, number);
        const auto bound = values.bound(price);
        double sum = 0.0;
        for (const double p : price) sum += p;
        for (const Known& k : known) sum += values.grid().at(bound.row(values.row_of(k.day)), values.grid().place(k.state));
        EXPECT_GE(sum, best);
        least = std::min(least, sum);
      }
      EXPECT_LT(least, best + 0.2);  // prices that nobody has optimised yet come this near
    }
  });
}

TEST(QuestionValues, NothingIsAskedThatCostsMoreThanItBrings) {
  const auto memory = perdure::test::memory_of<models::Fsrs6>();
  const auto starts = perdure::test::starts_of<models::Fsrs6>();
  const Timeline timeline = short_plan();
  const QuestionValues values{memory, grid_around(memory, starts, 20), timeline, {}, {-2}};
  const Prices price(timeline.askable.size(), 5.0);
  const auto table = values.solve(price);
  for (std::size_t j = 0; j < values.grid().nodes(); ++j) EXPECT_NEAR(table.row(0)[j], memory.recall(values.grid().state(j), 12.0), 1e-6);
  std::vector<double> usage(price.size());
  values.add_usage(table, price, std::vector<QuestionValues::Start>{{0, values.grid().place(starts[0])}}, usage);
  EXPECT_EQ(usage, std::vector<double>(price.size()));
}

/// Envelope theorem: on the grid a value falls with the price of a day as fast as that day is used.
TEST(QuestionValues, UsageIsTheSlopeOfValue) {
  perdure::test::each_memory([](const Memory& memory, const std::vector<State>& starts) {
    const Timeline timeline{60, {0, 3, 8, 15, 22, 30, 37, 45, 52, 58}};
    const QuestionValues values{memory, grid_around(memory, starts, 62, {.ratio = 2.0, .linear = 5}), timeline, {0.7, 0.3}, {-2}};
    const Prices price = drawn_prices(timeline.askable.size(), 0.04, 7);
    const auto table = values.solve(price);
    std::vector<QuestionValues::Start> all;
    for (const State& s : starts) all.push_back({0, values.grid().place(s), 1.5});
    std::vector<double> usage(price.size());
    values.add_usage(table, price, all, usage);
    const auto total = [&](const Prices& p) {
      const auto t = values.solve(p);
      double sum = 0.0;
      for (const auto& s : all) sum += 1.5 * static_cast<double>(values.grid().at(t.row(0), s.place));
      return sum;
    };
    for (std::size_t k = 0; k < price.size(); ++k) {
      constexpr double h = 2e-4;
      Prices dearer = price;
      Prices cheaper = price;
      dearer[k] += h;
      cheaper[k] -= h;
      // convex in prices: the slope at the middle lies between the two
      const double here = total(price);
      const double right = (here - total(dearer)) / h;
      const double left = (total(cheaper) - here) / h;
      constexpr double rounding = 5e-3;  // of floats, over h
      EXPECT_GE(usage[k], right - rounding);
      EXPECT_LE(usage[k], left + rounding);
    }
  });
}

TEST(QuestionValues, AnIndexIsWhatAskingBringsBeyondWaiting) {
  const auto memory = perdure::test::memory_of<models::Fsrs6>();
  const auto starts = perdure::test::starts_of<models::Fsrs6>();
  const Timeline timeline = short_plan();
  for (const Goal& goal : goals) {
    const QuestionValues values{memory, grid_around(memory, starts, 20), timeline, goal, {-3, -1}};
    const Exact exact{memory, timeline, goal};
    const Prices price = drawn_prices(timeline.askable.size(), 0.03, 5);
    const auto policy = values.policy(price, std::vector<std::uint8_t>(price.size(), 1));
    for (std::size_t day = 0; day < timeline.askable.size(); ++day) {
      // last answers before the plan, and on the first of its days
      for (const std::int32_t last : {-3, -1, 0}) {
        if (last >= timeline.askable[day]) continue;
        for (const State& s : starts) {
          Prices dear = price;  // the best that begins with this day: others before it are out of reach, later ones remain
          const double waiting = exact.one({last, s}, price, day + 1);
          dear[day] -= 10.0;
          const double asking = exact.one({last, s}, dear, day) - 10.0;
          EXPECT_NEAR(values.grid().at(policy.index(day, values.row_of(last)), values.grid().place(s)), asking - waiting, 0.008);
        }
      }
    }
  }
}

TEST(QuestionValues, OtherPointsFindNextToNothingAboveABound) {
  const auto memory = perdure::test::memory_of<models::Fsrs6>();
  const auto starts = perdure::test::starts_of<models::Fsrs6>();
  const Timeline timeline{60, {0, 2, 9, 16, 23, 30, 37, 44, 51, 57, 58, 59}};
  const QuestionValues values{memory, grid_around(memory, starts, 61), timeline, {}, {-1}};
  const Prices price = drawn_prices(timeline.askable.size(), 0.05, 2);
  const double of_bound = values.residual(values.bound(price), price, 20'000, 1);
  const double of_plain = values.residual(values.solve(price), price, 20'000, 1);
  EXPECT_LT(of_bound, 1e-3);  // what a bound has to be widened by, for every question that is asked
  EXPECT_GT(of_plain, 5.0 * of_bound);
}

TEST(QuestionValues, RefusesWhatIsNoPlan) {
  const auto memory = perdure::test::memory_of<models::HalfLife>();
  const Grid grid = grid_around(memory, perdure::test::starts_of<models::HalfLife>(), 20);
  const auto make = [&](Timeline timeline, Goal goal, std::vector<std::int32_t> starts) {
    return QuestionValues{memory, grid, std::move(timeline), goal, std::move(starts)};
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)make({0, {}}, {}, {}), Exception);
  EXPECT_THROW((void)make({5, {1}, 5}, {}, {}), Exception);
  EXPECT_THROW((void)make({5, {1}, 2}, {}, {}), Exception);
  EXPECT_THROW((void)make({5, {2, 1}}, {}, {}), Exception);
  EXPECT_THROW((void)make({5, {-1}}, {}, {}), Exception);
  EXPECT_THROW((void)make({5, {1}}, {}, {0}), Exception);
  EXPECT_THROW((void)make({5, {1}}, {0.0, 0.0}, {}), Exception);
  EXPECT_THROW((void)make({5, {1}}, {1.0, -0.1}, {}), Exception);
  EXPECT_THROW((void)make({5, {1}}, {nan, 0.0}, {}), Exception);
  const auto values = make({5, {1, 3}}, {}, {-1});
  EXPECT_THROW((void)values.solve(Prices{0.1}), Exception);
  EXPECT_THROW((void)values.solve(Prices{0.1, -0.1}), Exception);
  EXPECT_THROW((void)values.bound(Prices{0.1, nan}), Exception);
  EXPECT_THROW((void)values.row_of(2), Exception);
  EXPECT_EQ(values.day_of(values.row_of(3)), 3);
}

}  // namespace
