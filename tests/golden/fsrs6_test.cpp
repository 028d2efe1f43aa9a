// Published vectors of FSRS-6 (docs/models/fsrs6.md names their sources): computed by other implementations, not by us.
#include <perdure/models/fsrs6.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs6;
using models::Fsrs6As;
using models::fsrs6::FsrsRs;
using models::fsrs6::PyFsrs631;
using models::fsrs6::PyFsrs632;

// The vectors come from float32 arithmetic and are printed with seven digits.
constexpr double printed = 2e-6;

TEST(Fsrs6Golden, SixReviewsThatPyFsrsAndFsrsRsAgreeOn) {
  const Fsrs6As<FsrsRs> model;
  auto memory = model.first(Grade::again);
  for (const double days : {0.0, 1.0, 3.0, 8.0, 21.0}) memory = model.review(memory, Days{days}, Grade::good);
  EXPECT_NEAR(memory.stability, 53.6269, 53.6269 * printed);
  EXPECT_NEAR(memory.difficulty, 6.35749, 6.35749 * printed);
}

struct Update {
  double difficulty, recall;
  Grade grade;
  double success, failure;
};

TEST(Fsrs6Golden, StabilityAfterSuccessAndFailure) {
  const auto w = models::default_params<Fsrs6>();
  for (const Update& u : {Update{1, 0.9, Grade::again, 25.602541, 1.0525396}, Update{2, 0.8, Grade::hard, 28.226582, 1.1894329},
                          Update{3, 0.7, Grade::good, 58.656002, 1.3680838}, Update{4, 0.6, Grade::easy, 127.226685, 1.584989}}) {
    const Fsrs6::State<double> s{5.0, u.difficulty};
    EXPECT_NEAR(Fsrs6::success_stability(w, s, u.recall, u.grade), u.success, u.success * printed);
    EXPECT_NEAR(Fsrs6::lapse_stability(w, s, u.recall), u.failure, u.failure * printed);
  }
}

TEST(Fsrs6Golden, StabilityAfterAnAnswerOnTheSameDay) {
  const auto w = models::default_params<Fsrs6>();
  constexpr std::array expected{1.596818, 5.0, 5.0, 8.12961};
  for (std::size_t g = 0; g < 4; ++g) {
    EXPECT_NEAR(Fsrs6::same_day_stability(w, {5.0, 5.0}, static_cast<Grade>(g + 1)), expected[g], expected[g] * printed);
  }
}

TEST(Fsrs6Golden, NextDifficulty) {
  const auto w = models::default_params<Fsrs6>();
  constexpr std::array expected{8.341763, 6.6659956, 4.990228, 3.3144615};
  for (std::size_t g = 0; g < 4; ++g) {
    EXPECT_NEAR(Fsrs6::next_difficulty(w, 5.0, static_cast<Grade>(g + 1)), expected[g], expected[g] * printed);
  }
}

TEST(Fsrs6Golden, Recall) {
  const Fsrs6 model;
  constexpr std::array stability{1.0, 2.0, 3.0, 4.0, 4.0, 2.0};
  constexpr std::array expected{1.0, 0.9403443, 0.9253786, 0.9185229, 0.9, 0.8261359};
  for (std::size_t t = 0; t < expected.size(); ++t) {
    EXPECT_NEAR(model.recall({stability[t], 5.0}, Days{static_cast<double>(t)}), expected[t], printed);
  }
}

TEST(Fsrs6Golden, IntervalsForStabilityOne) {
  const Fsrs6 model;
  constexpr std::array expected{3116766.0, 34793.0, 2508.0, 387.0, 90.0, 27.0, 9.0, 3.0, 1.0, 1.0};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double days =
        std::max(1.0, std::round(model.interval({1.0, 5.0}, 0.1 * static_cast<double>(i + 1) - (i == 9 ? 1e-16 : 0.0)).value()));
    EXPECT_NEAR(days, expected[i], expected[i] * printed) << "target " << 0.1 * static_cast<double>(i + 1);
  }
}

/// Days between reviews when each comes exactly when the last one said, rounded to whole days as py-fsrs does.
template <class Model>
std::vector<double> intervals(const Model& model, const std::vector<int>& grades, typename Model::Memory& memory) {
  std::vector<double> days;
  for (std::size_t i = 0; i < grades.size(); ++i) {
    const auto grade = static_cast<Grade>(grades[i]);
    memory = i == 0 ? model.first(grade) : model.review(memory, Days{days.back()}, grade);
    const bool learning = i == 0 || grade == Grade::again;  // a learning step of minutes follows, which counts as day 0
    days.push_back(learning ? 0.0 : std::max(1.0, std::nearbyint(model.interval(memory, 0.9).value())));
  }
  return days;
}

TEST(Fsrs6Golden, IntervalsOfPyFsrs) {
  const Fsrs6As<PyFsrs632> model;
  typename Fsrs6As<PyFsrs632>::Memory memory{};
  const auto got = intervals(model, {3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3}, memory);
  const std::vector<double> expected{0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21};
  EXPECT_EQ(got, expected);
  EXPECT_NEAR(memory.stability, 20.77036, 20.77036 * printed);
  EXPECT_NEAR(memory.difficulty, 9.05576, 9.05576 * printed);
}

TEST(Fsrs6Golden, OnlyTheOldProfileLowersStabilityAtASameDayHard) {
  const typename Fsrs6::State<double> memory{5.0, 5.0};
  const auto w = models::default_params<Fsrs6>();
  const double change = std::exp(0.5425 * (-1.0 + 0.0912)) * std::pow(5.0, -0.0658);
  EXPECT_NEAR(Fsrs6As<PyFsrs631>::review(models::default_params<Fsrs6As<PyFsrs631>>(), {5.0, 5.0}, 0.0, Grade::hard).stability,
              5.0 * change, 1e-12);
  EXPECT_EQ(Fsrs6::review(w, memory, 0.0, Grade::hard).stability, 5.0);
  EXPECT_EQ(Fsrs6As<PyFsrs632>::review(models::default_params<Fsrs6As<PyFsrs632>>(), {5.0, 5.0}, 0.0, Grade::hard).stability, 5.0);
}

TEST(Fsrs6Golden, RecallIsNineTenthsAtStability) {
  const Fsrs6 model;
  for (const double stability : {0.001, 0.3, 7.0, 36500.0}) EXPECT_NEAR(model.recall({stability, 5.0}, Days{stability}), 0.9, 1e-14);
}

}  // namespace
