#include "unit/kernels/fit_cases.hpp"

#include <perdure/batch/fit_engine.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/models/fsrs7.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace perdure;
namespace cases = perdure::testing::fit_cases;
using cases::Reach;
using fit::Order;
using M = models::Fsrs7;

constexpr std::size_t n = M::specs.size();
using Sums = cases::Sums<n>;
using Values = std::array<double, n>;

/// A step takes logarithms up to 15 to base 2 and powers up to 90, each to 2e-7 and a rounding of 6e-8 of the argument: a stability is off
/// by some 3e-6 of itself at worst, where nothing makes growth fall as stability rises, and by 3e-7 usually. What a step adds to the
/// gradient is a product of a dozen such numbers. Errors of many answers fall either way; the bounds leave room for a few steps' worst. The
/// sums of the loss have no such products, and the largest terms the smallest errors.
constexpr double gradient_tolerance = 2e-5;  ///< of the sum of the absolute values of what was added
constexpr double fisher_tolerance = 5e-5;    ///< of sqrt(F_ii F_jj)
constexpr double loss_tolerance = 1e-6;

/// Calls `test(engine)` for every instruction set of this machine.
template <class Test>
void each_set(const Test& test) {
  for (const batch::Isa isa : batch::available()) {
    SCOPED_TRACE(std::string{batch::name(isa)});
    const fit::Engine engine = batch::fit_engine(M::id, M::profile, isa);
    ASSERT_NE(engine.add, nullptr);
    ASSERT_EQ(engine.parameters, n);
    test(engine);
  }
}

void expect_near(const Sums& got, const Sums& expected, Order order) {
  EXPECT_NEAR(got.loss, expected.loss, loss_tolerance * expected.loss);
  for (std::size_t i = 0; i < n && order != Order::loss; ++i) {
    EXPECT_NEAR(got.gradient[i], expected.gradient[i], gradient_tolerance * expected.size[i]) << M::specs[i].name;
    for (std::size_t j = 0; j <= i && order == Order::fisher; ++j) {
      const double both = std::sqrt(expected.fisher[n * i + i] * expected.fisher[n * j + j]);
      EXPECT_NEAR(got.fisher[n * i + j], expected.fisher[n * i + j], fisher_tolerance * both)
          << M::specs[i].name << ", " << M::specs[j].name;
    }
  }
}

/// All orders on all instruction sets beside the template with dual numbers in double.
void expect_template(const Values& w, const std::vector<cases::Group>& groups) {
  const std::vector<fit::StepGroup> view = cases::views(groups);
  const Sums expected = cases::reference<M>(w, view);
  ASSERT_GT(expected.answers, 0.0);
  each_set([&](const fit::Engine& engine) {
    for (const Order order : {Order::loss, Order::gradient, Order::fisher}) {
      SCOPED_TRACE("order " + std::to_string(static_cast<int>(order)));
      expect_near(cases::run(engine, w, std::span<const fit::StepGroup>{view}, order), expected, order);
    }
  });
}

TEST(Fsrs7FitKernel, EqualsTheTemplateOnUsualCards) {
  const Values w = cases::parameters<M>(Reach::usual, 0);
  for (std::uint32_t seed = 0; seed < 4; ++seed) expect_template(w, cases::groups(Reach::usual, 3 + 10 * seed, seed % 2 == 1, seed));
}

TEST(Fsrs7FitKernel, EqualsTheTemplateAtTheEndsOfEveryRange) {
  for (std::uint32_t seed = 0; seed < 16; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Values w = cases::parameters<M>(Reach::edges, seed);
    std::vector<cases::Group> groups = cases::groups(Reach::edges, seed % 2 == 0 ? 4 : 12, seed % 3 == 0, seed);
    EXPECT_GT(cases::without_ties<M>(groups, w), 0.5);
    expect_template(w, groups);
  }
}

/// The tape holds 128 rows: cards of 128 to 130 rows, and of two and three tapes.
TEST(Fsrs7FitKernel, EqualsTheTemplateOnLongCards) {
  const Values w = cases::parameters<M>(Reach::usual, 0);
  std::vector<cases::Group> groups;
  std::uint32_t seed = 30;
  for (const std::size_t rows : {128U, 129U, 130U, 257U, 258U, 386U}) {
    groups.push_back(cases::group({.live = 35, .rows = rows, .ragged = rows % 2 == 0, .weighted = true}, ++seed));
    groups.push_back(cases::group({.live = 3, .rows = rows, .ragged = false}, ++seed));
  }
  for (const cases::Group& g : groups) expect_template(w, {g});
}

/// A lapse with a long memory and a slow trace that loses much: the fast trace is held to a share of it, and so are its derivatives.
TEST(Fsrs7FitKernel, FastTraceIsHeldByTheSlowOne) {
  Values w = cases::parameters<M>(Reach::usual, 0);
  w[10] = 0.3;  // slow_lapse
  w[11] = 0.2;  // slow_lapse_stability
  w[18] = 1.5;  // fast_lapse
  w[19] = 0.9;  // fast_lapse_stability
  cases::Group g;
  g.rows = 4;
  g.lanes = fit::step::lane_step;
  g.active = {1, 1, 1, 1};
  g.days.assign(g.rows * g.lanes, 0.0F);
  g.code.assign(g.rows * g.lanes, 0);
  g.code[0] = 3;
  for (std::size_t row = 1; row < g.rows; ++row) {
    g.days[row * g.lanes] = 2.5F * static_cast<float>(row);
    g.code[row * g.lanes] = static_cast<std::uint8_t>(fit::step::predicted | (row == 2 ? 1 : fit::step::right | 3));
  }
  const auto p = models::assemble<M, double>(std::span<const double, n>{w});
  M::State<double> state = M::first(p, Grade::good);
  state = M::review(p, state, 2.5, Grade::good);
  state = M::review(p, state, 5.0, Grade::again);
  ASSERT_DOUBLE_EQ(state.stability_fast, 0.8 * state.stability);
  expect_template(w, {g});
}

/// The slope of the loss between two close sets of parameters, by plain numbers, is the kernel's derivative, on and off the clamps.
TEST(Fsrs7FitKernel, GradientIsTheSlopeOfTheLoss) {
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    const Reach reach = seed == 0 ? Reach::usual : Reach::edges;
    Values w = cases::parameters<M>(reach, seed);
    for (std::size_t i = 0; i < n; ++i) {  // off the bounds, since the template is asked on both sides
      const double margin = 0.01 * (M::specs[i].upper - M::specs[i].lower);
      w[i] = std::clamp(w[i], M::specs[i].lower + margin, M::specs[i].upper - margin);
    }
    std::vector<cases::Group> groups{cases::group({.reach = reach, .rows = 6}, seed)};
    static_cast<void>(cases::without_ties<M>(groups, w));
    const std::vector<fit::StepGroup> view = cases::views(groups);
    const Values sizes = cases::reference<M>(w, view).size;
    Values slope{};
    for (std::size_t i = 0; i < n; ++i) {
      Values low = w;
      Values high = w;
      const double h = 1e-6 * std::max(std::abs(w[i]), 1e-2);
      low[i] -= h;
      high[i] += h;
      slope[i] = (cases::loss<M>(high, view) - cases::loss<M>(low, view)) / (high[i] - low[i]);
    }
    each_set([&](const fit::Engine& engine) {
      const Sums got = cases::run(engine, w, std::span<const fit::StepGroup>{view}, Order::gradient);
      // Rounding of losses of some 1e3 over a difference of 1e-8; curvature over 1e-6 of a range.
      for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(got.gradient[i], slope[i], 2e-4 * sizes[i] + 2e-4) << M::specs[i].name;
    });
  }
}

TEST(Fsrs7FitKernel, OrdersAgreeAndSumsAreAdded) {
  const Values w = cases::parameters<M>(Reach::usual, 0);
  const std::vector<cases::Group> groups = cases::groups(Reach::usual, 150, true, 4);
  const std::vector<fit::StepGroup> all = cases::views(groups);
  const std::span<const fit::StepGroup> view{all};
  const Values sizes = cases::reference<M>(w, view).size;
  each_set([&](const fit::Engine& engine) {
    const Sums loss = cases::run(engine, w, view, Order::loss);
    const Sums gradient = cases::run(engine, w, view, Order::gradient);
    const Sums fisher = cases::run(engine, w, view, Order::fisher);
    EXPECT_NEAR(gradient.loss, loss.loss, 1e-9 * loss.loss);  // compiled apart, added in the same order
    EXPECT_NEAR(fisher.loss, loss.loss, 1e-9 * loss.loss);
    EXPECT_EQ(loss.gradient, (Values{}));
    EXPECT_EQ(gradient.fisher, (std::array<double, n * n>{}));
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(fisher.gradient[i], gradient.gradient[i], 2e-6 * sizes[i]);
      for (std::size_t j = i + 1; j < n; ++j) EXPECT_EQ(fisher.fisher[n * i + j], 0.0);  // the lower triangle alone
    }

    Sums twice = fisher;
    std::vector<float> scratch(engine.scratch(150), std::numeric_limits<float>::quiet_NaN());  // what stands there does not matter
    engine.add(w.data(), all.data(), all.size(), static_cast<int>(Order::fisher), &twice.loss, twice.gradient.data(), twice.fisher.data(),
               scratch.data());
    EXPECT_NEAR(twice.loss, 2.0 * fisher.loss, 1e-12 * fisher.loss);
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(twice.gradient[i], 2.0 * fisher.gradient[i], 1e-12 * sizes[i]);
      EXPECT_NEAR(twice.fisher[n * i + i], 2.0 * fisher.fisher[n * i + i], 1e-12 * fisher.fisher[n * i + i]);
    }
  });
}

/// One group a call or all in one: the same bits. So is a scratch that starts anywhere.
TEST(Fsrs7FitKernel, BitsDoNotDependOnHowCallsAreCut) {
  const Values w = cases::parameters<M>(Reach::usual, 0);
  for (const bool weighted : {false, true}) {
    const std::vector<cases::Group> groups = cases::groups(Reach::usual, 140, weighted, 5);
    const std::vector<fit::StepGroup> view = cases::views(groups);
    each_set([&](const fit::Engine& engine) {
      for (const Order order : {Order::loss, Order::gradient, Order::fisher}) {
        const Sums whole = cases::run(engine, w, std::span<const fit::StepGroup>{view}, order);
        Sums parts;
        std::vector<float> scratch(engine.scratch(140) + 3);
        std::size_t shift = 0;
        for (const fit::StepGroup& g : view) {
          engine.add(w.data(), &g, 1, static_cast<int>(order), &parts.loss, parts.gradient.data(), parts.fisher.data(),
                     scratch.data() + shift % 4);
          ++shift;
        }
        EXPECT_EQ(parts.loss, whole.loss);
        EXPECT_EQ(parts.gradient, whole.gradient);
        EXPECT_EQ(parts.fisher, whole.fisher);
      }
    });
  }
}

TEST(Fsrs7FitKernel, WeightsCountAnswers) {
  const Values w = cases::parameters<M>(Reach::usual, 0);
  const cases::Group plain = cases::group({.rows = 15}, 6);
  cases::Group ones = plain;
  ones.weight.assign(ones.days.size(), 1.0F);
  cases::Group none = ones;
  for (std::size_t at = 0; at < none.code.size(); at += 3) none.weight[at] = 0.0F;
  cases::Group unmarked = plain;
  for (std::size_t at = 0; at < unmarked.code.size(); at += 3) unmarked.code[at] &= fit::step::grade;
  each_set([&](const fit::Engine& engine) {
    for (const Order order : {Order::loss, Order::gradient, Order::fisher}) {
      const auto sums = [&](const cases::Group& g) {
        const std::array view{g.view()};
        return cases::run(engine, w, std::span<const fit::StepGroup>{view}, order);
      };
      const auto expect_equal = [](const Sums& a, const Sums& b) {  // 1 and 0 multiply exactly
        EXPECT_EQ(a.loss, b.loss);
        EXPECT_EQ(a.gradient, b.gradient);
        EXPECT_EQ(a.fisher, b.fisher);
      };
      expect_equal(sums(ones), sums(plain));
      expect_equal(sums(none), sums(unmarked));
    }
  });
}

/// Whatever parameters, days and answers are within their bounds, sums are numbers; and days far beyond, too.
TEST(Fsrs7FitKernel, SumsAreFinite) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const Values w = cases::parameters<M>(Reach::edges, seed);
    std::vector<cases::Group> groups = cases::groups(Reach::edges, 60, seed % 2 == 0, seed);
    for (cases::Group& g : groups) {
      for (std::size_t at = 0; at < g.days.size(); at += 5) g.days[at] *= 1e3F;  // up to 1e9, the most that a model takes
      for (std::size_t at = 2; at < g.days.size(); at += 97) g.days[at] *= 1e30F;
    }
    const std::vector<fit::StepGroup> view = cases::views(groups);
    each_set([&](const fit::Engine& engine) {
      const Sums sums = cases::run(engine, w, std::span<const fit::StepGroup>{view}, Order::fisher);
      const Sums back = cases::run(engine, w, std::span<const fit::StepGroup>{view}, Order::gradient);
      EXPECT_TRUE(std::isfinite(sums.loss) && std::isfinite(back.loss));
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_TRUE(std::isfinite(sums.gradient[i]) && std::isfinite(back.gradient[i])) << M::specs[i].name;
        for (std::size_t j = 0; j <= i; ++j) {
          EXPECT_TRUE(std::isfinite(sums.fisher[n * i + j])) << M::specs[i].name << ", " << M::specs[j].name;
        }
      }
    });
  }
}

}  // namespace
