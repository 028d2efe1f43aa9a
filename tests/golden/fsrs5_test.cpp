// FSRS-5 against numbers worked out elsewhere: the tests of ts-fsrs 6 (models/fsrs-5), whose states are rounded to eight decimals after every
// answer, and tools/golden_fsrs.py, which evaluates the equations with 60 digits.
#include <perdure/models/fsrs5.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs5;

constexpr double eight_decimals = 6e-8;  // relative: 5e-9 of a stability of 0.4, once an answer, five answers

TEST(Fsrs5Golden, FirstAnswersOfTsFsrs) {
  const Fsrs5 model;
  constexpr std::array stability{0.40255, 1.18385, 3.173, 15.69105};
  constexpr std::array difficulty{7.1949, 6.48830527, 5.28243442, 3.22450159};
  for (std::size_t g = 0; g < 4; ++g) {
    const auto memory = model.first(static_cast<Grade>(g + 1));
    EXPECT_EQ(memory.stability, stability[g]);
    EXPECT_NEAR(memory.difficulty, difficulty[g], 6e-9);
  }
}

TEST(Fsrs5Golden, SixAnswersOfTsFsrs) {
  const Fsrs5 model;
  auto memory = model.first(Grade::again);
  for (const double days : {0.0, 1.0, 3.0, 8.0, 21.0}) memory = model.review(memory, Days{days}, Grade::good);
  EXPECT_NEAR(memory.stability, 48.26549438, eight_decimals * 48.26549438);
  EXPECT_NEAR(memory.difficulty, 7.10441712, eight_decimals * 7.10441712);
}

TEST(Fsrs5Golden, IntervalsOfTsFsrs) {
  const Fsrs5 model;
  std::vector<double> days;
  typename Fsrs5::Memory memory{};
  for (const int number : {3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3}) {
    const auto grade = static_cast<Grade>(number);
    memory = days.empty() ? model.first(grade) : model.review(memory, Days{days.back()}, grade);
    const bool learning = days.empty() || grade == Grade::again;  // a learning step of minutes follows, which counts as day 0
    days.push_back(learning ? 0.0 : std::max(1.0, std::round(model.interval(memory, 0.9).value())));
  }
  const std::vector<double> expected{0, 4, 14, 44, 125, 328, 0, 0, 7, 16, 34, 71, 142};
  EXPECT_EQ(days, expected);
}

struct Step {
  Grade grade;
  double days, stability, difficulty;
};

TEST(Fsrs5Golden, TenAnswersWithSixtyDigits) {
  constexpr std::array steps{
      Step{Grade::good, 2.5, 9.5806000748414828, 5.2729679312874467},   Step{Grade::easy, 11.0, 80.944514538993772, 4.5000336318884839},
      Step{Grade::again, 40.0, 4.9826923004418155, 6.2708779600315063}, Step{Grade::good, 0.25, 7.0144907924563684, 6.2568646287264693},
      Step{Grade::hard, 3.0, 8.4103226472244383, 6.8475078822660258},   Step{Grade::again, 0.5, 4.2138115439300998, 7.8492246202277096},
      Step{Grade::hard, 0.0, 3.5389332784364913, 8.1753446498126827},   Step{Grade::easy, 7.75, 28.89316487845101, 7.8578520016551128},
      Step{Grade::good, 90.0, 107.89030791197648, 7.8365385897586073},
  };
  const Fsrs5 model;
  auto memory = model.first(Grade::good);
  for (const Step& step : steps) {
    memory = model.review(memory, Days{step.days}, step.grade);
    EXPECT_NEAR(memory.stability, step.stability, 1e-13 * step.stability);  // 20 operations of 2e-16 each in a step, ten steps
    EXPECT_NEAR(memory.difficulty, step.difficulty, 1e-13 * step.difficulty);
  }
}

}  // namespace
