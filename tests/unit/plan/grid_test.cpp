#include "memories.hpp"

#include <perdure/core/random.hpp>
#include <perdure/core/result.hpp>
#include <perdure/plan/grid.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::plan;

const Axis first{{0.01, 0.1, 0.5, 5.0, 100.0}, true};
const Axis second{{1.0, 2.0, 5.0, 10.0}, false};
const Axis third{{-2.0, 0.0, 2.0}, false};
Grid three_axes() { return Grid{{first, second, third}}; }

std::vector<float> filled(const Grid& grid, float outside) { return std::vector<float>(grid.nodes() + grid.padding(), outside); }

TEST(Grid, NodesAreFoundWhereTheyAre) {
  for (const Grid& grid : {three_axes(), Grid{{first, second}}, Grid{{second, first}}, Grid{{first}}}) {
    auto values = filled(grid, -1.0F);
    for (std::size_t j = 0; j < grid.nodes(); ++j) values[j] = static_cast<float>(j);
    for (std::size_t j = 0; j < grid.nodes(); ++j)
      EXPECT_NEAR(grid.at(values.data(), grid.place(grid.state(j))), static_cast<float>(j), 1e-3F);
  }
}

/// A function that is linear in the coordinates of every axis is its own interpolation.
TEST(Grid, LinearFunctionsAreReproduced) {
  const Grid grid = three_axes();
  const auto f = [](const State& s) { return 0.3 * std::log(s[0]) - 0.2 * s[1] + 0.7 * s[2]; };
  auto values = filled(grid, 99.0F);
  for (std::size_t j = 0; j < grid.nodes(); ++j) values[j] = static_cast<float>(f(grid.state(j)));
  random::Stream draw{{.seed = 5}};
  for (int k = 0; k < 1000; ++k) {
    const State s{0.01 * std::pow(1e4, draw.next()), 1.0 + 9.0 * draw.next(), -2.0 + 4.0 * draw.next()};
    EXPECT_NEAR(grid.at(values.data(), grid.place(s)), f(s), 1e-5);
  }
}

TEST(Grid, OutsideIsPadding) {
  const Grid grid = three_axes();
  const auto values = filled(grid, 7.0F);
  for (const State& s : {State{0.009, 5.0, 0.0}, State{101.0, 5.0, 0.0}, State{1.0, 0.9, 0.0}, State{1.0, 5.0, 2.1},
                         State{std::numeric_limits<double>::quiet_NaN(), 5.0, 0.0}}) {
    EXPECT_EQ(grid.place(s).corner, grid.nodes());
    EXPECT_EQ(grid.at(values.data(), grid.place(s)), 7.0F);
  }
}

TEST(Grid, CellsAndCornersAgree) {
  const Grid grid = three_axes();
  EXPECT_EQ(grid.cells(), 4U * 3U * 2U);
  for (std::size_t cell = 0; cell < grid.cells(); ++cell) {
    const Place middle = grid.place(grid.state(cell, std::array{0.5, 0.5, 0.5}));
    EXPECT_EQ(middle.corner, grid.corner(cell));
    for (const float w : middle.weight) EXPECT_NEAR(w, 0.5F, 1e-6F);
    EXPECT_LT(grid.corner(cell) + grid.corner_offsets().back(), grid.nodes());
  }
}

TEST(Grid, RefusesWhatIsNoGrid) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((Grid{{}}), Exception);
  EXPECT_THROW((Grid{std::vector<Axis>(4, first)}), Exception);
  for (const Axis& axis : {Axis{{1.0, 1.0}, false}, Axis{{2.0, 1.0}, false}, Axis{{0.0, 1.0}, true}, Axis{{0.0}, false}, Axis{{}, false},
                           Axis{{nan, 1.0}, false}, Axis{{0.0, nan}, false}})
    EXPECT_THROW((Grid{{axis}}), Exception);
}

/// Whatever is answered whenever, memory stays on the grid that was made for its starts.
TEST(GridAround, HoldsEveryStateThatAnswersLeadTo) {
  perdure::test::each_memory([](const Memory& memory, const std::vector<State>& starts) {
    constexpr std::uint32_t longest = 180;
    const Grid grid = grid_around(memory, starts, longest);
    EXPECT_LE(grid.nodes(), Resolution{}.most_nodes);
    random::Stream draw{{.seed = 11}};
    for (int k = 0; k < 500; ++k) {
      State s = starts[draw.below(static_cast<std::uint32_t>(starts.size()))];
      const double right = 1.2 * draw.next();  // some know everything, some nothing
      for (std::uint32_t day = 0; day < longest;) {
        ASSERT_LT(grid.place(s).corner, grid.nodes()) << memory.fields().size() << " fields";
        const std::uint32_t gap = 1 + draw.below(30);
        s = memory.after(s, gap, draw.next() < right);
        day += gap;
      }
    }
  });
}

TEST(GridAround, RefusesWhatItCannotBeginWith) {
  const auto memory = perdure::test::memory_of<models::Fsrs6>();
  EXPECT_THROW((void)grid_around(memory, {}, 100), Exception);
  EXPECT_THROW((void)grid_around(memory, std::vector<State>{{std::numeric_limits<double>::quiet_NaN(), 5.0}}, 100), Exception);
  EXPECT_THROW((void)grid_around(memory, std::vector<State>{{1.0, 11.0}}, 100), Exception);
}

}  // namespace
