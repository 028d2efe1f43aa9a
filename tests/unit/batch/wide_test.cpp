#include <perdure/batch/wide.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/models/wickelgren.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace perdure;
using batch::Wide;
using models::Fsrs6;
using ::testing::HasSubstr;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Two state columns and the answers of `n` rows.
struct Table {
  explicit Table(std::size_t n) : stability(n, 5.0F), difficulty(n, 6.0F), grade(n, 3), elapsed(n, 4.0F) {
    std::minstd_rand random{7};
    for (std::size_t i = 0; i < n; ++i) {
      grade[i] = static_cast<std::uint8_t>(1 + random() % 4);
      elapsed[i] = static_cast<float>(random() % 1000) / 10.0F;
    }
  }
  [[nodiscard]] std::array<std::span<const float>, 2> in() const { return {stability, difficulty}; }
  [[nodiscard]] std::array<std::span<float>, 2> out() { return {stability, difficulty}; }
  std::vector<float> stability, difficulty;
  std::vector<std::uint8_t> grade;
  std::vector<float> elapsed;
};

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const Exception& exception) {
    return exception.error().what;
  }
  return "no exception";
}

TEST(Wide, ReviewsRowsAsTheModelDoes) {
  const Wide wide = Wide::of<Fsrs6>();
  const Fsrs6 model;
  const Table table{1000};
  Table next{1000};
  std::vector<float> due(1000);
  wide.review(table.in(), table.grade, table.elapsed, next.out(), batch::Due{0.8F, due});
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto memory = model.review({5.0, 6.0}, Days{static_cast<double>(table.elapsed[i])}, static_cast<Grade>(table.grade[i]));
    // Six digits: the kernels' float32 tolerance (tests/laws/kernel_rows.hpp).
    EXPECT_NEAR(next.stability[i], memory.stability, 2e-5 * memory.stability);
    EXPECT_NEAR(next.difficulty[i], memory.difficulty, 2e-5 * memory.difficulty);
    EXPECT_NEAR(due[i], model.interval(memory, 0.8).value(), 4e-5 * model.interval(memory, 0.8).value());
  }
}

TEST(Wide, AnyExecutorGivesTheSameBits) {
  const Wide wide = Wide::of<Fsrs6>();
  const Table table{50'001};
  const auto run = [&](const Executor& executor) {
    Table next{50'001};
    wide.review(table.in(), table.grade, table.elapsed, next.out(), executor);
    return std::pair{next.stability, next.difficulty};
  };
  const Executor backwards{[](std::size_t count, const Executor::Body& body) {
    for (std::size_t i = count; i-- > 0;) std::thread{[&] { body(i); }}.join();
  }};
  const auto one = run(1);
  EXPECT_EQ(run(3), one);
  EXPECT_EQ(run(backwards), one);
}

TEST(Wide, InPlaceNothingChangesWhenARowDoesNotFit) {
  Table table{40'000};
  table.elapsed[39'999] = -1.0F;
  const auto before = table.stability;
  const auto call = [&] { Wide::of<Fsrs6>().review(table.in(), table.grade, table.elapsed, table.out(), 2); };
  EXPECT_EQ(message_of(call), "elapsed_days[39999] must be in [0, 1e6] days, got -1");
  EXPECT_EQ(table.stability, before);
}

TEST(Wide, TheFirstRowThatDoesNotFitIsNamed) {
  const Wide wide = Wide::of<Fsrs6>();
  Table table{20'000};
  Table next{20'000};
  const auto review = [&] { wide.review(table.in(), table.grade, table.elapsed, next.out(), 2); };
  table.stability[15'000] = nan;
  EXPECT_THAT(message_of(review), HasSubstr("stability[15000] must be in"));
  table.elapsed[9'000] = nan;
  EXPECT_THAT(message_of(review), HasSubstr("elapsed_days[9000]"));
  table.grade[3] = 0;
  table.grade[12'000] = 5;
  EXPECT_EQ(message_of(review), "grade[3] must be 1, 2, 3 or 4, got 0");
  std::vector<float> out(1);
  const std::array<std::span<const float>, 2> one{std::span{table.difficulty}.first(1), std::span{table.difficulty}.first(1)};
  EXPECT_THAT(message_of([&] { wide.interval(one, std::vector<float>{1.5F}, out); }), HasSubstr("target[0] must be in (0, 1], got 1.5"));
  EXPECT_THAT(message_of([&] { wide.interval(one, std::vector<float>{0.0F}, out); }), HasSubstr("target[0]"));
}

TEST(Wide, ColumnsThatDoNotBelongTogetherAreRefused) {
  const Wide wide = Wide::of<Fsrs6>();
  Table table{10};
  Table next{10};
  next.difficulty.resize(9);
  EXPECT_EQ(message_of([&] { wide.review(table.in(), table.grade, table.elapsed, next.out()); }), "difficulty must have 10 rows, got 9");
  const std::array<std::span<const float>, 1> one{table.stability};
  EXPECT_EQ(message_of([&] { wide.recall(one, table.elapsed, next.stability); }), "fsrs6 has 2 state columns, got 1");
  const std::array<std::span<float>, 2> swapped{table.difficulty, table.stability};
  EXPECT_THAT(message_of([&] { wide.review(table.in(), table.grade, table.elapsed, swapped); }),
              HasSubstr("the output column stability overlaps the input column difficulty"));
  const std::array<std::span<float>, 2> twice{next.stability, next.stability};
  EXPECT_THAT(message_of([&] { wide.review(table.in(), table.grade, table.elapsed, twice); }), HasSubstr("overlaps another output column"));
}

// Each of these would have a result overwrite what has yet to be read; offsets that a replay writes over would lead it out of its columns.
TEST(Wide, ColumnsThatOverlapOtherwiseAreRefused) {
  const Wide wide = Wide::of<Fsrs6>();
  Table table{10};
  Table next{10};
  std::vector<float> long_column(11, 5.0F);
  const auto first = std::span{long_column}.first(10);
  const auto shifted = std::span{long_column}.last(10);
  const std::array<std::span<const float>, 2> in{first, table.difficulty};
  EXPECT_EQ(message_of([&] { wide.recall(in, table.elapsed, shifted); }), "the output column out overlaps the input column stability");
  EXPECT_EQ(message_of([&] { wide.recall(table.in(), first, shifted); }), "the output column out overlaps the input column elapsed_days");
  EXPECT_EQ(message_of([&] { wide.interval(table.in(), first, shifted); }), "the output column out overlaps the input column target");
  const std::array<std::span<float>, 2> out{shifted, next.difficulty};
  EXPECT_EQ(message_of([&] { wide.review(table.in(), table.grade, first, out); }),
            "the output column stability overlaps the input column elapsed_days");
  EXPECT_EQ(message_of([&] {
              wide.review(table.in(), table.grade, table.elapsed, next.out(), batch::Due{0.9F, next.stability});
            }),
            "the output column due overlaps another output column");
  EXPECT_EQ(message_of([&] {
              wide.review(in, table.grade, table.elapsed, next.out(), batch::Due{0.9F, shifted});
            }),
            "the output column due overlaps the input column stability");
  const std::span<const std::uint8_t> grade{reinterpret_cast<const std::uint8_t*>(next.difficulty.data()), 10};
  EXPECT_EQ(message_of([&] { wide.first(grade, next.out()); }), "the output column difficulty overlaps an input column");

  std::vector<std::int64_t> offsets{0, 1, 2, 3};
  const std::vector<std::uint8_t> grades(3, 3);
  std::vector<float> days(3, 1.0F);
  const auto over_offsets = std::span{reinterpret_cast<float*>(offsets.data()), 3};  // NOLINT: never written
  std::vector<float> difficulty(3);
  EXPECT_EQ(message_of([&] {
              wide.replay(offsets, grades, days, std::array<std::span<float>, 2>{over_offsets, difficulty});
            }),
            "the output column stability overlaps an input column");
  EXPECT_EQ(message_of([&] {
              wide.replay(offsets, grades, days, std::array<std::span<float>, 2>{days, difficulty});
            }),
            "the output column stability overlaps an input column");
}

TEST(Wide, AnErrorLeavesInputColumnsThatAreOutputsOfAnyKind) {
  const Wide wide = Wide::of<Fsrs6>();
  Table table{20'000};
  Table next{20'000};
  table.grade[19'999] = 0;
  const Table before = table;
  EXPECT_THROW(wide.review(table.in(), table.grade, table.elapsed, next.out(), batch::Due{0.9F, table.elapsed}), Exception);
  EXPECT_EQ(table.elapsed, before.elapsed);
  EXPECT_THROW(wide.review(table.in(), table.grade, table.elapsed, next.out(), batch::Due{0.9F, table.stability}), Exception);
  EXPECT_EQ(table.stability, before.stability);
}

// An interval beyond float32 is infinite, not NaN.
TEST(Wide, IntervalsBeyondFloat32AreInfinite) {
  auto parameters = models::defaults<models::Wickelgren>();
  parameters[3] = 0.02;  // forgetting: recall 0.01 comes after 10^100 days
  const std::vector<float> age(1, 2.0F);
  const std::array<std::span<const float>, 1> state{age};
  std::vector<float> days(1);
  Wide::make("wickelgren", "perdure", parameters).value().interval(state, std::vector<float>{0.01F}, days);
  EXPECT_EQ(days[0], std::numeric_limits<float>::infinity());
}

TEST(Wide, ReplaysHistories) {
  const Wide wide = Wide::of<Fsrs6>();
  const std::vector<std::int64_t> offsets{0, 6, 6, 7};
  const std::vector<std::uint8_t> grade{1, 3, 3, 3, 3, 3, 4};
  const std::vector<float> elapsed{nan, 0, 1, 3, 8, 21, nan};
  Table cards{3};
  wide.replay(offsets, grade, elapsed, cards.out());
  EXPECT_NEAR(cards.stability[0], 53.6269, 53.6269 * 2e-5);  // published by the peers, see docs/models/fsrs6.md
  EXPECT_NEAR(cards.difficulty[0], 6.35749, 6.35749 * 2e-5);
  EXPECT_TRUE(std::isnan(cards.stability[1]));
  EXPECT_FLOAT_EQ(cards.stability[2], 8.2956F);
}

TEST(Wide, OffsetsThatFallAndDaysThatAreMissingAreNamed) {
  const Wide wide = Wide::of<Fsrs6>();
  const std::vector<std::uint8_t> grade{3, 3, 3};
  const std::vector<float> elapsed{0, nan, 1};
  Table cards{2};
  const auto replay = [&](std::vector<std::int64_t> offsets) {
    return message_of([&] { wide.replay(offsets, grade, elapsed, cards.out()); });
  };
  EXPECT_EQ(replay({0, 2, 3}), "elapsed_days[1] must be in [0, 1e6] days, got nan");
  EXPECT_EQ(replay({0, 1, 3}), "no exception");  // the second answer is the first of its card
  EXPECT_EQ(replay({0, 2, 1}), "offsets[2] must be in [2, 3] (they never fall), got 1");
  EXPECT_EQ(replay({-1, 2, 3}), "offsets[0] must be in [0, 3] (they never fall), got -1");
  EXPECT_EQ(replay({0, 2, 9}), "offsets[2] must be in [2, 3] (they never fall), got 9");
  EXPECT_EQ(replay({}), "offsets must have one row more than there are cards, got 0 rows");
  EXPECT_EQ(replay({0, 3}), "stability must have 1 rows, got 2");
}

TEST(Wide, WhatDoesNotExistIsNamed) {
  const auto defaults = models::defaults<Fsrs6>();
  EXPECT_THAT(Wide::make("fsrs5000", "perdure", defaults).error().what, HasSubstr("there is no model \"fsrs5000\""));
  EXPECT_THAT(Wide::make("fsrs6", "nobody", defaults).error().what, HasSubstr("with profile \"nobody\""));
  auto broken = defaults;
  broken[20] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(Wide::make("fsrs6", "perdure", broken).error().what, "fsrs6 parameter 20 (decay) must be in [0.1, 0.8], got nan");
  EXPECT_THAT(Wide::make("fsrs6", "perdure", std::span{defaults}.first(17)).error().what, HasSubstr("takes 21 parameters, got 17"));
}

TEST(Wide, EmptyColumnsAreNoWork) {
  Table none{0};
  Wide::of<Fsrs6>().review(none.in(), none.grade, none.elapsed, none.out(), 4);
  const std::vector<std::int64_t> offsets{0};
  Wide::of<Fsrs6>().replay(offsets, none.grade, none.elapsed, none.out(), 4);
  const std::vector<std::int64_t> no_answers(601);  // more cards than the kernel replays side by side
  Table cards{600};
  Wide::of<Fsrs6>().replay(no_answers, {}, {}, cards.out(), 1);
  EXPECT_TRUE(std::isnan(cards.stability[599]));
}

TEST(Isa, TheWidestIsInUseUnlessPinned) {
  ASSERT_FALSE(batch::available().empty());
  EXPECT_EQ(batch::available().front(), batch::Isa::baseline);
  ASSERT_TRUE(batch::active_isa());
  EXPECT_EQ(Wide::of<models::HalfLife>().isa(), *batch::active_isa());
}

}  // namespace
