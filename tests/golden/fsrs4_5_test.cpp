// FSRS-4.5 against numbers worked out elsewhere: the tests of ts-fsrs 6 (models/fsrs-4dot5), whose states are rounded to eight decimals after
// every answer, and tools/golden_fsrs.py, which evaluates the equations with 60 digits.
#include <perdure/models/fsrs4_5.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace {

using namespace perdure;
using models::Fsrs45;

constexpr double eight_decimals = 6e-8;  // relative: 5e-9 of a stability of 0.4, once an answer, five answers

TEST(Fsrs45Golden, CurveOfTsFsrs) {
  const Fsrs45 model;
  constexpr std::array expected{1.0, 0.9, 0.82502865, 0.76613088};
  for (std::size_t t = 0; t < expected.size(); ++t) {
    EXPECT_NEAR(model.recall({1.0, 5.0}, Days{static_cast<double>(t)}), expected[t], 5e-9);
  }
}

TEST(Fsrs45Golden, FirstAnswersOfTsFsrs) {
  const Fsrs45 model;
  constexpr std::array stability{0.4872, 1.4003, 3.7145, 13.8206};
  constexpr std::array difficulty{7.6214, 6.3916, 5.1618, 3.932};
  for (std::size_t g = 0; g < 4; ++g) {
    const auto memory = model.first(static_cast<Grade>(g + 1));
    EXPECT_EQ(memory.stability, stability[g]);
    EXPECT_NEAR(memory.difficulty, difficulty[g], 1e-14);
  }
}

TEST(Fsrs45Golden, SixAnswersOfTsFsrs) {
  const Fsrs45 model;
  constexpr std::array days{0.0, 1.0, 3.0, 8.0, 21.0};
  constexpr std::array stability{0.4872, 2.46614852, 7.71265273, 20.14315368, 49.29635106};
  constexpr std::array difficulty{7.5451524, 7.47126848, 7.39967496, 7.33030084, 7.26307731};
  auto memory = model.first(Grade::again);
  for (std::size_t k = 0; k < days.size(); ++k) {
    memory = model.review(memory, Days{days[k]}, Grade::good);
    EXPECT_NEAR(memory.stability, stability[k], eight_decimals * stability[k]);
    EXPECT_NEAR(memory.difficulty, difficulty[k], eight_decimals * difficulty[k]);
  }
}

struct Step {
  Grade grade;
  double days, stability, difficulty;
};

TEST(Fsrs45Golden, TenAnswersWithSixtyDigits) {
  constexpr std::array steps{
      Step{Grade::good, 2.5, 10.937160168994177, 5.1618000000000004},   Step{Grade::easy, 11.0, 87.15599371360085, 4.2921224999999996},
      Step{Grade::again, 40.0, 6.6640519570026573, 6.0584375025000003}, Step{Grade::good, 0.25, 7.2688443405516976, 6.0306417399225003},
      Step{Grade::hard, 3.0, 8.8407209193552934, 6.8733851459849022},   Step{Grade::again, 0.5, 2.011228256897104, 8.5596810064593711},
      Step{Grade::hard, 0.0, 2.011228256897104, 9.3240241952591294},    Step{Grade::easy, 7.75, 17.278587451348187, 8.3253177452060978},
      Step{Grade::good, 90.0, 84.097233665840335, 8.2272486951047075},
  };
  const Fsrs45 model;
  auto memory = model.first(Grade::good);
  for (const Step& step : steps) {
    memory = model.review(memory, Days{step.days}, step.grade);
    EXPECT_NEAR(memory.stability, step.stability, 1e-13 * step.stability);  // 20 operations of 2e-16 each in a step, ten steps
    EXPECT_NEAR(memory.difficulty, step.difficulty, 1e-13 * step.difficulty);
  }
}

TEST(Fsrs45Golden, ASuccessOnTheSameInstantChangesNoStability) {
  const Fsrs45 model;
  for (const Grade grade : {Grade::hard, Grade::good, Grade::easy}) {
    EXPECT_EQ(model.review({7.0, 5.0}, Days{0.0}, grade).stability, 7.0);
  }
}

}  // namespace
