#include "cohort_cases.hpp"

#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/prequential.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/cohort/step.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace {

using namespace perdure::cohort;
using perdure::test::Event;
using perdure::test::Rows;

constexpr double epsilon = std::numeric_limits<double>::epsilon();
using Values = std::array<double, parameter_count>;
using Predictions = std::map<std::size_t, double>;  ///< probability by row

Predictions predictions(const Values& values, const Rows& rows) {
  const auto p = assemble<double>(values);
  Predictions found;
  Prequential<double>{rows.view()}.run(p, [&found](std::size_t r, const Outlook<double>& o) {
    EXPECT_TRUE(found.emplace(r, o.probability).second) << "row " << r << " twice";
  });
  return found;
}

/// Everything by its name, made when it is first met.
class Named {
 public:
  explicit Named(const Step<double>& step) : step_{step} { step.begin(cohort_); }

  Outlook<double> outlook(const Event& e, double now) {
    auto s = scene(e);
    return step_.outlook(s, now);
  }
  void learn(const Event& e) {
    auto s = scene(e);
    if (e.score < 0.0F) return step_.expose(s, e.answered);
    const auto expected = step_.outlook(s, e.shown);
    step_.learn(s, expected, e.answered, static_cast<double>(e.score));
  }

 private:
  using Key = std::pair<std::size_t, std::uint32_t>;

  Scene<double, double> scene(const Event& e) {
    const auto learner = learners_.try_emplace(e.learner);
    if (learner.second) step_.begin(learner.first->second);
    const auto item = items_.try_emplace(Key{e.item < perdure::test::shared ? 0 : e.learner, e.item});
    if (item.second) step_.begin_item(item.first->second);
    const auto memory = memories_.try_emplace(Key{e.learner, e.item});
    if (memory.second) step_.begin_item(memory.first->second);
    parts_.clear();
    for (const auto& [skill, weight] : perdure::test::tags(e.item)) {
      const auto material = skills_.try_emplace(skill);
      if (material.second) step_.begin_skill(material.first->second);
      const auto known = skill_memories_.try_emplace(Key{e.learner, skill});
      if (known.second) step_.begin_skill(known.first->second);
      parts_.push_back({&material.first->second, &known.first->second, static_cast<double>(weight), {}});
    }
    return {cohort_, learner.first->second, item.first->second, memory.first->second, parts_, recollection_, static_cast<double>(e.guess)};
  }

  const Step<double>& step_;
  CohortState<double> cohort_;
  std::map<std::size_t, LearnerState<double>> learners_;
  std::map<Key, MaterialState<double>> items_;
  std::map<std::uint32_t, MaterialState<double>> skills_;
  std::map<Key, MemoryState<double>> memories_, skill_memories_;
  std::vector<SkillPart<double, double>> parts_;
  Recollection<double> recollection_;
};

/// Every answer is predicted in a world of its own, which has lived through all answers of earlier learners and the learner's own earlier ones.
Predictions slowly(const Values& values, const std::vector<Event>& events, std::size_t uncounted = 0) {
  const auto p = assemble<double>(values);
  const Step<double> step{p};
  Predictions found;
  for (std::size_t r = uncounted; r < events.size(); ++r) {
    const Event& e = events[r];
    if (e.score < 0.0F) continue;
    Named world{step};
    for (std::size_t k = 0; k < r; ++k) {
      if (events[k].learner != e.learner || events[k].answered < e.answered) world.learn(events[k]);
    }
    found[r] = world.outlook(e, e.shown).probability;
  }
  return found;
}

TEST(CohortPrequential, EqualsTheSlowLoop) {
  const auto events = perdure::test::small_cohort();
  ASSERT_GT(std::count_if(events.begin(), events.end(), [](const Event& e) { return e.score < 0.0F; }), 10);
  for (const std::uint32_t number : {0U, 1U, 2U}) {
    const auto values = number == 0 ? defaults() : perdure::test::lively_values(number);
    EXPECT_EQ(predictions(values, Rows{events}), slowly(values, events)) << number;
  }
}

TEST(CohortPrequential, TheFirstRowsMayBeLearnedFromAlone) {
  const auto events = perdure::test::small_cohort();
  const Rows rows{events, 50};
  const auto found = predictions(defaults(), rows);
  EXPECT_EQ(found, slowly(defaults(), events, 50));
  EXPECT_EQ(found.begin()->first, events[50].score < 0.0F ? 51U : 50U);
}

TEST(CohortPrequential, APassCanBeRepeated) {
  const auto events = perdure::test::small_cohort();
  const Rows rows{events};
  Prequential<double> pass{rows.view()};
  const auto p = assemble<double>(defaults());
  std::array<std::vector<double>, 2> found;
  for (auto& of_pass : found) {
    pass.run(p, [&of_pass](std::size_t, const Outlook<double>& o) { of_pass.push_back(o.probability); });
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST(CohortPrequential, TiedAnswersDoNotSeeEachOther) {
  auto events = perdure::test::small_cohort();
  std::size_t tied = 0;
  for (std::size_t r = 1; r < events.size(); ++r) {
    if (events[r].learner != events[r - 1].learner || events[r].answered != events[r - 1].answered) continue;
    if (events[r].score < 0.0F || events[r - 1].score < 0.0F) continue;
    const double before = predictions(defaults(), Rows{events})[r];
    const float score = events[r - 1].score;
    events[r - 1].score = 1.0F - score;
    EXPECT_EQ(predictions(defaults(), Rows{events})[r], before) << r;
    events[r - 1].score = score;
    ++tied;
  }
  EXPECT_GT(tied, 5U);
}

TEST(CohortPrequential, NoAnswerChangesAnEarlierPrediction) {
  auto events = perdure::test::small_cohort();
  const auto before = predictions(defaults(), Rows{events});
  for (const std::size_t r : {20U, 70U, 130U}) {
    const float score = events[r].score;
    events[r].score = score > 0.5F ? 0.0F : 1.0F;
    const auto after = predictions(defaults(), Rows{events});
    EXPECT_TRUE(std::equal(before.begin(), before.lower_bound(r), after.begin())) << r;
    EXPECT_NE(before.rbegin()->second, after.rbegin()->second) << r << ": the cohort learned nothing of it";
    events[r].score = score;
  }
}

/// Central differences at two widths, and from them the derivative with an error that the difference of the two bounds: the first error term,
/// of second order in the width, is taken out, and falls to a quarter between them. Rounding adds `rounding` of the value by the smaller width.
struct Derivative {
  double value, error;

  template <class F>
  Derivative(const F& f, double at, double rounding) {
    const double h = 2e-3 * std::abs(at);
    const double wide = (f(at + h) - f(at - h)) / (2.0 * h), narrow = (f(at + h / 2.0) - f(at - h / 2.0)) / h;
    value = (4.0 * narrow - wide) / 3.0;
    error = std::abs(wide - narrow) + 4.0 * rounding / h;
  }
};

class CohortGradient : public testing::TestWithParam<std::uint32_t> {
 protected:
  struct Sums {
    double loss;
    std::vector<double> gradient, fisher;
    std::size_t answers;
  };
  static Sums exact(const Values& values, const Rows& rows) {
    Sums s{0.0, std::vector<double>(parameter_count), std::vector<double>(parameter_count * parameter_count), 0};
    perdure_cohort_sums sums{0.0, s.gradient.data(), s.fisher.data(), 0, 0};
    add_prequential(values.data(), rows.view(), sums);
    s.loss = sums.loss;
    s.answers = sums.answers;
    return s;
  }
  static perdure_cohort_sums loss(const Values& values, const Rows& rows) {
    perdure_cohort_sums sums{0.0, nullptr, nullptr, 0, 0};
    add_prequential(values.data(), rows.view(), sums);
    return sums;
  }
};

TEST_P(CohortGradient, LossIsTheSumOfLogLosses) {
  const auto events = perdure::test::small_cohort();
  const auto values = perdure::test::lively_values(GetParam());
  const Rows rows{events, 30};
  const auto plain = loss(values, rows);
  double wanted = 0.0;
  std::size_t answers = 0;
  for (const auto& [r, p] : slowly(values, events, 30)) {
    const double score = static_cast<double>(events[r].score);
    wanted -= score * std::log(p) + (1.0 - score) * std::log(1.0 - p);
    ++answers;
  }
  EXPECT_EQ(plain.answers, answers);
  // Each of the additions rounds, and each of the logarithms.
  const double allowed = 2.0 * static_cast<double>(answers) * epsilon * wanted;
  EXPECT_NEAR(plain.loss, wanted, allowed);
  const auto with_gradient = exact(values, rows);
  EXPECT_NEAR(with_gradient.loss, wanted, allowed + 1e-12 * wanted);  // duals divide by multiplying with the inverse
  EXPECT_EQ(with_gradient.answers, answers);
}

TEST_P(CohortGradient, EveryPartEqualsACentralDifference) {
  const auto events = perdure::test::small_cohort();
  const Rows rows{events, 20};
  const auto values = perdure::test::lively_values(GetParam());
  const auto found = exact(values, rows);
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const auto at = [&](double x) {
      Values moved = values;
      moved[i] = x;
      return loss(moved, rows).loss;
    };
    // Roundings of the answers' losses add up like a random walk; each is a few dozen ulp of 1.
    const Derivative wanted{at, values[i], 64.0 * epsilon * std::sqrt(static_cast<double>(found.answers))};
    EXPECT_NEAR(found.gradient[i], wanted.value, wanted.error) << specs[i].spec.name;
    EXPECT_LT(wanted.error, 1e-3 * std::abs(wanted.value) + 1e-4) << specs[i].spec.name << ": the difference says nothing";
    EXPECT_NE(found.gradient[i], 0.0) << specs[i].spec.name << " is not used";
  }
}

TEST_P(CohortGradient, FisherMatrixIsThatOfThePredictions) {
  const Rows rows{perdure::test::small_cohort(), 20};
  const auto values = perdure::test::lively_values(GetParam());
  const auto found = exact(values, rows);
  const auto here = predictions(values, rows);
  // Slopes of every prediction by central differences, divided by the standard deviation of its answer; lengths of slopes and of their errors.
  std::vector<std::vector<double>> slopes(parameter_count);
  std::vector<double> length(parameter_count), error(parameter_count);
  for (std::size_t i = 0; i < parameter_count; ++i) {
    std::map<double, Predictions> at;
    for (const auto& [r, p] : here) {
      const auto moved_to = [&, row = r](double x) {
        const auto [place, missing] = at.try_emplace(x);
        if (missing) {
          Values moved = values;
          moved[i] = x;
          place->second = predictions(moved, rows);
        }
        return place->second.at(row);
      };
      const Derivative slope{moved_to, values[i], 64.0 * epsilon};
      const double sd = std::sqrt(p * (1.0 - p));
      slopes[i].push_back(slope.value / sd);
      length[i] += slope.value * slope.value / (sd * sd);
      error[i] += slope.error * slope.error / (sd * sd);
    }
    length[i] = std::sqrt(length[i]);
    error[i] = std::sqrt(error[i]);
    EXPECT_LT(error[i], 1e-3 * length[i] + 1e-6) << specs[i].spec.name << ": the differences say nothing";
  }
  for (std::size_t i = 0; i < parameter_count; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double wanted = 0.0;
      for (std::size_t k = 0; k < slopes[i].size(); ++k) wanted += slopes[i][k] * slopes[j][k];
      EXPECT_NEAR(found.fisher[i * parameter_count + j], wanted, length[i] * error[j] + error[i] * length[j] + error[i] * error[j])
          << specs[i].spec.name << ' ' << specs[j].spec.name;
    }
    for (std::size_t j = i + 1; j < parameter_count; ++j) EXPECT_EQ(found.fisher[i * parameter_count + j], 0.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Vectors, CohortGradient, testing::Values(1U, 2U));

TEST(CohortPrequential, SumsAreAddedTo) {
  const Rows rows{perdure::test::small_cohort()};
  const auto values = defaults();
  perdure_cohort_sums once{0.0, nullptr, nullptr, 0, 0}, more{7.0, nullptr, nullptr, 3, 0};
  add_prequential(values.data(), rows.view(), once);
  add_prequential(values.data(), rows.view(), more);
  EXPECT_NEAR(more.loss, once.loss + 7.0, 1e-10);
  EXPECT_EQ(more.answers, once.answers + 3);
}

}  // namespace
