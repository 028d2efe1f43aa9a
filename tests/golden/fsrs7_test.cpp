// FSRS-7 against numbers worked out elsewhere: fsrs-rs and srs-benchmark, which agree to four decimals; the tests of two ports that replay
// ts-fsrs 6.0.0-beta (states rounded to eight decimals after every answer) and quote fsrs-rs; and tools/golden_fsrs.py, which evaluates the
// equations with 60 digits.
#include <perdure/core/dual.hpp>
#include <perdure/models/fsrs7.hpp>
#include <perdure/testing/model_samples.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace {

using namespace perdure;
using models::Fsrs7;
using Memory = Fsrs7::Memory;

struct Step {
  Grade grade;
  double days;
  Memory memory;  // stability, difficulty, stability_fast
};

template <std::size_t N>
void expect_history(Grade first, const std::array<Step, N>& steps, double absolute, double relative) {
  const Fsrs7 model;
  auto memory = model.first(first);
  for (const Step& step : steps) {
    memory = model.review(memory, Days{step.days}, step.grade);
    EXPECT_NEAR(memory.stability, step.memory.stability, absolute + relative * step.memory.stability);
    EXPECT_NEAR(memory.difficulty, step.memory.difficulty, absolute + relative * step.memory.difficulty);
    EXPECT_NEAR(memory.stability_fast, step.memory.stability_fast, absolute + relative * step.memory.stability_fast);
  }
}

TEST(Fsrs7Golden, SixAnswersThatFsrsRsAndSrsBenchmarkAgreeOn) {
  const Memory first = Fsrs7{}.first(Grade::again);
  EXPECT_NEAR(first.stability, 0.1104, 5e-5);
  EXPECT_NEAR(first.difficulty, 6.1686, 5e-5);
  EXPECT_NEAR(first.stability_fast, 0.0883, 5e-5);
  expect_history(Grade::again,
                 std::array{
                     Step{Grade::good, 0.0, {0.1104, 6.1092, 0.0883}},
                     Step{Grade::good, 1.0, {0.9169, 6.0504, 44.4442}},
                     Step{Grade::good, 3.0, {3.5338, 5.9922, 193.5973}},
                     Step{Grade::good, 8.0, {10.186, 5.9346, 407.6265}},
                     Step{Grade::good, 21.0, {25.9857, 5.8775, 700.5589}},
                 },
                 5e-5, 0.0);
}

constexpr Memory after_ts_fsrs{9.30026235, 9.06657289, 78.89178434};

TEST(Fsrs7Golden, SixAnswersOfTsFsrs) {
  expect_history(Grade::good,
                 std::array{
                     Step{Grade::good, 3.0, {9.84870507, 3.49771674, 163.40433519}},
                     Step{Grade::easy, 8.0, {20.19217069, 1.0, 508.85256931}},
                     Step{Grade::again, 30.0, {3.8327355, 8.65596661, 1.10296109}},
                     Step{Grade::good, 1.0, {6.69217066, 8.57170695, 36.45434776}},
                     Step{Grade::hard, 2.5, after_ts_fsrs},
                 },
                 5e-7, 1e-9);
  const Fsrs7 model;
  EXPECT_NEAR(model.recall(after_ts_fsrs, Days{7.0}), 0.8690686655, 1e-9);
  EXPECT_NEAR(model.interval(after_ts_fsrs, 0.9).value(), 3.4908063289, 1e-8);
  EXPECT_NEAR(model.interval(after_ts_fsrs, 0.8).value(), 24.7738525035, 1e-8);
}

TEST(Fsrs7Golden, WholeDaysOfFsrsRsForStabilityOne) {
  const Fsrs7 model;
  constexpr double longest = 36500.0;  // where fsrs-rs cuts
  constexpr std::array expected{36500.0, 36500.0, 36500.0, 12813.0, 843.0, 92.0, 13.0, 2.0, 1.0, 1.0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double days = model.interval({1.0, 5.0, 1.0}, std::min(1.0, 0.1 * static_cast<double>(i + 1))).value();
    EXPECT_EQ(std::clamp(std::round(days), 1.0, longest), expected[i]) << "target " << 0.1 * static_cast<double>(i + 1);
  }
}

TEST(Fsrs7Golden, TenAnswersWithSixtyDigits) {
  expect_history(Grade::good,
                 std::array{
                     Step{Grade::good, 2.5, {9.4943752525769245, 3.4977167432025271, 158.81479993451393}},
                     Step{Grade::easy, 11.0, {21.550536353391696, 1, 533.45129573217525}},
                     Step{Grade::again, 40.0, {4.027098210685895, 8.6090225421234408, 1.1444638120735999}},
                     Step{Grade::good, 0.25, {6.2442501800584171, 8.5252323184411605, 29.483632138591432}},
                     Step{Grade::hard, 3.0, {9.034051085121849, 9.0393795116022009, 73.872635854755799}},
                     Step{Grade::again, 0.5, {2.1865609442792553, 9.7678980294810014, 0.519850333295091}},
                     Step{Grade::hard, 0.0, {2.1865994385621295, 9.7664918004429655, 0.519850333295091}},
                     Step{Grade::easy, 7.75, {4.4705652742527677, 9.5765847848654371, 22.985624839069562}},
                     Step{Grade::good, 90.0, {10.834267091575452, 9.4831189387557373, 94.790290506136316}},
                 },
                 0.0, 1e-12);  // 60 operations of 2e-16 each in a step, ten steps, exponents up to 4
}

struct At {
  double given, expected;
};

TEST(Fsrs7Golden, RecallWithSixtyDigits) {
  const Fsrs7 model;
  for (const At& at :
       {At{0.0, 0.99999000000000005}, At{0.001, 0.99878821945917751}, At{0.25, 0.96082220049909595}, At{1.0, 0.93789730880625644},
        At{7.0, 0.86906866553664486}, At{100.0, 0.71866728196293517}, At{36500.0, 0.4445279618749533}}) {
    EXPECT_NEAR(model.recall(after_ts_fsrs, Days{at.given}), at.expected, 1e-14);
  }
}

TEST(Fsrs7Golden, IntervalWithSixtyDigits) {
  const Fsrs7 model;
  for (const At& at :
       {At{0.3, 4609341.9733463749}, At{0.5, 8634.5347500723001}, At{0.7, 138.97064760451227}, At{0.8, 24.773852503478953},
        At{0.9, 3.4908063289045979}, At{0.95, 0.53074300378513806}, At{0.99, 0.01235846805239868}, At{0.9999, 7.1549132630813005e-05}}) {
    // A rounding of recall, 1e-16, over the slope of recall by ln t, which is 1e-4 at the highest of these targets.
    EXPECT_NEAR(model.interval(after_ts_fsrs, at.given).value(), at.expected, 1e-11 * at.expected) << "target " << at.given;
  }
  constexpr std::array after_first{3.8275647468045523e-05, 0.59746117307360602, 4.777721806896758, 53.869513162275233};
  for (std::size_t g = 0; g < 4; ++g) {
    EXPECT_NEAR(model.interval(model.first(static_cast<Grade>(g + 1)), 0.9).value(), after_first[g], 1e-12 * after_first[g]);
  }
}

TEST(Fsrs7Golden, IntervalAtTheEndsOfRecall) {
  const Fsrs7 model;
  EXPECT_EQ(model.interval(after_ts_fsrs, 1.0).value(), 0.0);
  EXPECT_EQ(model.interval(after_ts_fsrs, Fsrs7::recall_ceiling).value(), 0.0);
  EXPECT_EQ(model.interval(after_ts_fsrs, Fsrs7::least_recall).value(), INFINITY);
  EXPECT_EQ(model.interval(after_ts_fsrs, 1e-9).value(), INFINITY);
  EXPECT_GT(model.interval(after_ts_fsrs, 1.1e-5).value(), 1e9);
}

TEST(Fsrs7Golden, IntervalHoldsInTheCornersOfTheBounds) {
  random::Stream stream{{.seed = 7, .learner = 0, .item = 0, .step = 0}};
  const auto stability = [&stream] {
    return Fsrs7::lowest_stability * std::pow(Fsrs7::highest_stability / Fsrs7::lowest_stability, stream.next());
  };
  for (int k = 0; k < 20'000; ++k) {
    std::array<double, Fsrs7::specs.size()> values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = stream.next() < 0.5 ? Fsrs7::specs[i].lower : Fsrs7::specs[i].upper;
    const auto model = Fsrs7::make(values).value();
    const Memory memory{stability(), 1.0 + 9.0 * stream.next(), stability()};
    for (const double target : {0.001, 0.3, 0.9, 0.9999}) {
      const double days = model.interval(memory, target).value();
      if (days <= 1e9) {
        EXPECT_NEAR(model.recall(memory, Days{days}), target, 1e-14);
      }
    }
  }
}

TEST(Fsrs7Golden, DualNumbersGiveTheDerivativeOfTheInterval) {
  constexpr std::size_t n = Fsrs7::specs.size();
  using D = Dual<n>;
  const auto w = models::default_params<Fsrs7>();
  const auto seeded = perdure::testing::map_params<Fsrs7, D>(w, [](double value, std::size_t i) { return D::seed(value, i); });
  const Fsrs7::State<D> state{D{after_ts_fsrs.stability}, D{after_ts_fsrs.difficulty}, D{after_ts_fsrs.stability_fast}};
  const D got = Fsrs7::interval(seeded, state, D{0.85});
  for (std::size_t i = 0; i < n; ++i) {
    constexpr double h = 1e-6;
    const auto moved = [&](double by) {
      return Fsrs7::interval(
          perdure::testing::map_params<Fsrs7, double>(w, [&](double value, std::size_t k) { return k == i ? value + by : value; }),
          after_ts_fsrs, 0.85);
    };
    const double quotient = (moved(h) - moved(-h)) / (2.0 * h);
    EXPECT_NEAR(got.d[i], quotient, 1e-7 * std::max(1.0, std::abs(quotient))) << Fsrs7::specs[i].name;  // h^2, and 1e-14/h of rounding
  }
}

}  // namespace
