#include <perdure/simulate/cohort_traits.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::simulate;

constexpr std::uint32_t n = 40'000;

/// Mean 0 and this standard deviation, within five standard errors: sd/sqrt(n) of the mean, sd/sqrt(2n) of the standard deviation.
void expect_normal(const std::vector<double>& values, double sd) {
  double sum = 0.0;
  double squares = 0.0;
  for (const double x : values) {
    sum += x;
    squares += x * x;
  }
  const auto count = static_cast<double>(values.size());
  const double mean = sum / count;
  EXPECT_NEAR(mean, 0.0, 5.0 * sd / std::sqrt(count));
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), sd, 5.0 * sd / std::sqrt(2.0 * count));
}

template <class Rows, class Value>
std::vector<double> column(const Rows& rows, const Value& value) {
  std::vector<double> values;
  for (const auto& row : rows) values.push_back(value(row));
  return values;
}

TEST(Traits, HaveTheMomentsThatAreAskedFor) {
  CohortOptions o{.seed = 3};
  o.learners = o.items = o.skills = n;
  o.pace = 2.0;
  const Traits traits = Traits::draw(o);
  expect_normal(column(traits.learners, [](const auto& u) { return u.ability; }), o.ability_sd);
  expect_normal(column(traits.learners, [](const auto& u) { return std::log(u.pace / 2.0); }), o.learner_pace_sd);
  expect_normal(column(traits.learners, [](const auto& u) { return std::log(u.tempo); }), o.tempo_sd);
  expect_normal(column(traits.learners, [&](const auto& u) { return models::log_odds(u.attendance) - models::log_odds(o.attendance); }),
                o.attendance_sd);
  expect_normal(column(traits.items, [](const auto& i) { return i.difficulty; }), o.item_sd);
  expect_normal(column(traits.items, [](const auto& i) { return std::log(i.discrimination); }), o.discrimination_sd);
  expect_normal(column(traits.items, [](const auto& i) { return std::log(i.pace); }), o.item_pace_sd);
  expect_normal(traits.skill_difficulty, o.skill_sd);
}

TEST(Traits, LevelAddsUpWhatLearnerSkillAndItemBring) {
  CohortOptions o{.seed = 4};
  o.learners = n;
  o.items = 4;
  o.skills = 2;
  o.location = 0.7;
  const Traits traits = Traits::draw(o);
  std::vector<double> pair, same_skill;
  for (std::uint32_t u = 0; u < n; ++u) {
    const auto rest = [&](std::uint32_t i) {
      const ItemTraits& item = traits.items[i];
      const double expected = item.discrimination * (traits.learners[u].ability - item.difficulty - traits.skill_difficulty[item.skill]);
      return traits.level(o, u, i) - 0.7 - expected;
    };
    pair.push_back(rest(0));
    same_skill.push_back(rest(0) - rest(2));  // the effect of learner x skill cancels
  }
  expect_normal(pair, std::hypot(o.learner_skill_sd, o.learner_item_sd));
  expect_normal(same_skill, std::sqrt(2.0) * o.learner_item_sd);
}

TEST(Traits, LearnersLeaveWithTheHazardThatIsAskedFor) {
  CohortOptions o{.seed = 5};
  o.learners = n;
  o.dropout = 0.1;
  const Traits traits = Traits::draw(o);
  for (const double months : {1.0, 4.0, 12.0}) {
    double left = 0.0;
    for (const LearnerTraits& u : traits.learners) left += u.dropout_days <= 30.0 * months ? 1.0 : 0.0;
    const double p = 1.0 - std::pow(0.9, months);
    EXPECT_NEAR(left / n, p, 5.0 * std::sqrt(p * (1.0 - p) / n));
  }
  o.dropout = 0.0;
  EXPECT_EQ(Traits::draw(o).learners[0].dropout_days, std::numeric_limits<double>::infinity());
}

TEST(Traits, ItemsDrawTheirChoicesEvenly) {
  CohortOptions o{.seed = 6, .choices = {0, 2, 5}};
  o.items = n;
  std::array<double, 6> count{};
  for (const ItemTraits& item : Traits::draw(o).items) {
    count[item.choices] += 1.0;
    EXPECT_EQ(item.guess(), item.choices == 0 ? 0.0 : 1.0 / item.choices);
  }
  for (const std::size_t choices : {0U, 2U, 5U}) EXPECT_NEAR(count[choices] / n, 1.0 / 3.0, 5.0 * std::sqrt(2.0 / 9.0 / n));
}

TEST(Traits, GuessAndSlipBoundTheTruth) {
  CohortOptions o;
  o.slip = 0.1;
  const Traits traits = Traits::draw(o);
  EXPECT_DOUBLE_EQ(traits.right(o, 0, 0.0), 0.25);
  EXPECT_DOUBLE_EQ(traits.right(o, 0, 1.0), 0.9);
}

}  // namespace
