#include <perdure/models/act_r.hpp>
#include <perdure/models/dash.hpp>
#include <perdure/models/dash_act_r.hpp>
#include <perdure/models/history.hpp>
#include <perdure/testing/model_suite.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace {

using namespace perdure;
using models::History;
using models::Slot;

constexpr std::size_t cap = 8;

/// Right answers at the given gaps, after a wrong one.
template <std::size_t slots, class Gap>
History<double, slots> answered(int answers, const Gap& gap) {
  auto history = History<double, slots>::of({0.0, 1.0, 0.0});
  for (int k = 1; k < answers; ++k) {
    history = models::remembered(history, gap(k), Slot<double>{0.0, 1.0, 1.0}, models::MergeCounts{});
  }
  return history;
}

double daily(int) { return 1.0; }

TEST(History, IsExactWhileThereAreSlots) {
  const auto history = answered<cap>(5, [](int k) { return 1.0 * k; });  // at days 0, 1, 3, 6, 10
  const double ages[] = {0.0, 4.0, 7.0, 9.0, 10.0};
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(history.slot(k).age, ages[k]);
    EXPECT_EQ(history.slot(k).count, 1.0);
    EXPECT_EQ(history.slot(k).mark, k == 4 ? 0.0 : 1.0);
  }
  for (std::size_t k = 5; k < cap; ++k) {
    EXPECT_EQ(history.slot(k).age, 0.0);
    EXPECT_EQ(history.slot(k).count, 0.0);
    EXPECT_EQ(history.slot(k).mark, 0.0);
  }
}

TEST(History, LosesNoAnswerAndKeepsItsOrder) {
  for (const int answers : {8, 9, 10, 50, 1000}) {
    const auto history = answered<cap>(answers, daily);
    double count = 0.0, successes = 0.0, age = 0.0;
    for (std::size_t k = 0; k < cap; ++k) {
      count += history.slot(k).count;
      successes += history.slot(k).mark;
      age += history.slot(k).count * history.slot(k).age;
      EXPECT_GE(history.slot(k).age, history.slot(k == 0 ? 0 : k - 1).age);
    }
    EXPECT_EQ(count, answers);
    EXPECT_EQ(successes, answers - 1);
    EXPECT_NEAR(age / (0.5 * answers * (answers - 1)), 1.0, 1e-12);  // merging keeps mean ages
  }
}

TEST(History, OldAnswersShareSlotsFirst) {
  const auto history = answered<cap>(200, daily);
  EXPECT_EQ(history.slot(0).age, 0.0);
  EXPECT_EQ(history.slot(1).age, 1.0);
  EXPECT_EQ(history.slot(1).count, 1.0);
  for (std::size_t k = 2; k < cap; ++k) EXPECT_LT(history.slot(k).age / history.slot(k - 1).age, 5.0);  // 199^(1/7) = 2.1 if it were even
  EXPECT_GT(history.slot(cap - 1).age, 70.0);
}

TEST(History, AnswersAtOneTimeShareASlotWithoutLoss) {
  const auto massed = answered<cap>(40, [](int k) { return k == 20 ? 5.0 : 0.0; });
  EXPECT_EQ(massed.slot(0).age, 0.0);
  double old = 0.0, fresh = 0.0;
  for (std::size_t k = 0; k < cap; ++k) {
    (massed.slot(k).age == 5.0 ? old : fresh) += massed.slot(k).count;
    EXPECT_TRUE(massed.slot(k).age == 5.0 || massed.slot(k).age == 0.0);
  }
  EXPECT_EQ(old, 20.0);
  EXPECT_EQ(fresh, 20.0);
}

TEST(History, AgesStopWhereTheirFieldEnds) {
  const auto old = answered<cap>(30, [](int) { return 0.9e9; });
  for (std::size_t k = 0; k < cap; ++k) EXPECT_LE(old.slot(k).age, models::longest_age);
}

TEST(History, FieldsAreNumberedFromOne) {
  static_assert(models::Dash::state_fields.size() == 3 * models::Dash::history_cap);
  EXPECT_EQ(models::Dash::state_fields.front().name, "age_1");
  EXPECT_EQ(models::Dash::state_fields[1].name, "attempts_1");
  EXPECT_EQ(models::Dash::state_fields.back().name, "successes_16");
  EXPECT_EQ(models::ActR::state_fields.back().name, "decay_16");
}

/// Largest difference in recall that 16 slots make against 90, over 40 random learners of 80 answers with gaps from minutes to months.
template <class Few, class Many>
double worst_difference() {
  const auto w = models::default_params<Few>();
  const auto same = models::default_params<Many>();
  double worst = 0.0;
  for (std::uint32_t learner = 0; learner < 40; ++learner) {
    random::Stream stream{{.seed = 7, .learner = learner, .item = 0, .step = 0}};
    auto few = Few::first(w, Grade::good);
    auto many = Many::first(same, Grade::good);
    for (int k = 1; k < 80; ++k) {
      const double gap = std::exp(-6.0 + 10.0 * stream.next());
      const Grade grade = stream.next() < 0.7 ? Grade::good : Grade::again;
      worst = std::max(worst, std::abs(Few::recall(w, few, gap) - Many::recall(same, many, gap)));
      few = Few::review(w, few, gap, grade);
      many = Many::review(same, many, gap, grade);
    }
  }
  return worst;
}

TEST(History, SixteenSlotsAreEnough) {
  EXPECT_LT((worst_difference<models::DashEquations<16>, models::DashEquations<90>>()), 0.02);
  EXPECT_LT((worst_difference<models::DashActREquations<16>, models::DashActREquations<90>>()), 2e-4);
  EXPECT_LT((worst_difference<models::ActREquations<16>, models::ActREquations<90>>()), 3e-3);
}

}  // namespace

// With four slots, the histories of the law suite merge: packs, derivatives and intervals must hold then as well.
using Crowded = ::testing::Types<perdure::models::Model<perdure::models::DashEquations<4>>,
                                 perdure::models::Model<perdure::models::DashActREquations<4>>,
                                 perdure::models::Model<perdure::models::ActREquations<4>>>;
namespace perdure::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Crowded, ModelLaws, Crowded, ModelName);
}
