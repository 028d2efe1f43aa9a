#include "unit/kernels/fit_cases.hpp"

#include <perdure/batch/fit_engine.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/models/fsrs4_5.hpp>
#include <perdure/models/fsrs5.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/model_name.hpp>

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

/// Of a step at usual parameters (5e-7 seen), in states and what derives from them, and what a step may be off anywhere within bounds: the
/// count in src/kernels/fsrs6_update.hpp. Errors of steps add up at worst; a Fisher matrix has each derivative twice.
constexpr double usual_step = 1e-6;
constexpr double worst_step = 7e-6;
/// Losses are sums of logarithms, good to 3e-7 each, and rounding falls either way.
constexpr double loss_tolerance = 1e-6;
/// A Hard share of 0 is 2^-60 in the kernels: derivatives that are 0 may be this large, per answer.
constexpr double nothing = 1e-12;

template <class M>
class Fsrs6FitKernel : public ::testing::Test {
 protected:
  static constexpr std::size_t size = M::specs.size();
  using Sums = cases::Sums<size>;
  using Values = std::array<double, size>;

  /// Calls `test(engine)` for every instruction set of this machine.
  template <class Test>
  static void each_set(const Test& test) {
    for (const batch::Isa isa : batch::available()) {
      SCOPED_TRACE(std::string{batch::name(isa)});
      const fit::Engine engine = batch::fit_engine(M::id, M::profile, isa);
      ASSERT_NE(engine.add, nullptr);
      ASSERT_EQ(engine.parameters, size);
      test(engine);
    }
  }

  static void expect_equal(const Sums& got, const Sums& expected, Order order, double step) {
    EXPECT_NEAR(got.loss, expected.loss, loss_tolerance * expected.loss + 1e-7 * expected.answers);
    if (order == Order::loss) return;
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_NEAR(got.gradient[i], expected.gradient[i], step * expected.size[i] + nothing * expected.answers) << M::specs[i].name;
      if (order == Order::gradient) continue;
      for (std::size_t j = 0; j <= i; ++j) {
        const double both = std::sqrt(expected.fisher[size * i + i] * expected.fisher[size * j + j]);
        EXPECT_NEAR(got.fisher[size * i + j], expected.fisher[size * i + j], 2.0 * step * both + nothing * expected.answers)
            << M::specs[i].name << ", " << M::specs[j].name;
      }
    }
  }

  static void expect_template(Reach reach, std::size_t rows, bool weighted, std::uint32_t seed) {
    SCOPED_TRACE("seed " + std::to_string(seed) + (weighted ? ", weighted" : ""));
    const Values w = cases::parameters<M>(reach, seed);
    std::vector<cases::Group> groups = cases::groups(reach, rows, weighted, seed);
    // On the bounds many cards tie with one somewhere: 60 % at worst (FSRS-5, 9 rows), 40 % of those of FSRS-6.
    EXPECT_GT(cases::without_ties<M>(groups, w), reach == Reach::usual ? 0.95 : 0.35);
    const std::vector<fit::StepGroup> view = cases::views(groups);
    const Sums expected = cases::reference<M>(w, view);
    ASSERT_GT(expected.answers, 0.0);
    const double step = (reach == Reach::usual ? usual_step : worst_step) * static_cast<double>(rows);
    each_set([&](const fit::Engine& engine) {
      for (const Order order : {Order::loss, Order::gradient, Order::fisher}) {
        SCOPED_TRACE("order " + std::to_string(static_cast<int>(order)));
        expect_equal(cases::run(engine, w, std::span<const fit::StepGroup>{view}, order), expected, order, step);
      }
    });
  }
};
using Models =
    ::testing::Types<models::Fsrs6, models::Fsrs6As<models::fsrs6::PyFsrs631>, models::Fsrs6As<models::fsrs6::PyFsrs632>,
                     models::Fsrs6As<models::fsrs6::FsrsRs>, models::Fsrs6As<models::fsrs6::TsFsrs5>, models::Fsrs5, models::Fsrs45>;
TYPED_TEST_SUITE(Fsrs6FitKernel, Models, perdure::testing::ModelName);

TYPED_TEST(Fsrs6FitKernel, EqualsTheTemplateOnUsualCards) {
  for (std::uint32_t seed = 0; seed < 2; ++seed) {
    this->expect_template(Reach::usual, 12, seed == 1, seed);
    this->expect_template(Reach::usual, 3, seed == 0, seed);
  }
  this->expect_template(Reach::usual, 120, false, 2);  // longer than what is summed in float32 at once
}

/// The tape holds 256 rows of 64 lanes, and the Fisher matrix takes half of them at a time; fewer lanes have more rows. Cards that end at the
/// ends of these windows, and far beyond: one of thousands of answers. Errors of old steps fade with what those steps still mean, so that
/// those of a card of any length stay those of 120 rows.
TYPED_TEST(Fsrs6FitKernel, EqualsTheTemplateOnLongCards) {
  using M = TypeParam;
  struct Long {
    std::size_t live, rows;
  };
  std::uint32_t seed = 40;
  const auto w = cases::parameters<M>(Reach::usual, 0);
  for (const Long& l :
       {Long{64, 129}, Long{50, 256}, Long{64, 257}, Long{40, 258}, Long{33, 514}, Long{20, 770}, Long{3, 1026}, Long{1, 5000}}) {
    SCOPED_TRACE(std::to_string(l.live) + " cards of " + std::to_string(l.rows) + " rows");
    const std::vector<cases::Group> groups{
        cases::group({.live = l.live, .rows = l.rows, .ragged = l.rows % 2 == 0, .weighted = l.rows % 3 == 0}, ++seed)};
    const std::vector<fit::StepGroup> view = cases::views(groups);
    const auto expected = cases::reference<M>(w, view);
    this->each_set([&](const fit::Engine& engine) {
      for (const Order order : {Order::loss, Order::gradient, Order::fisher}) {
        SCOPED_TRACE("order " + std::to_string(static_cast<int>(order)));
        this->expect_equal(cases::run(engine, w, std::span<const fit::StepGroup>{view}, order), expected, order, 120.0 * usual_step);
      }
    });
  }
}

/// A tape has one size, however long the cards.
TYPED_TEST(Fsrs6FitKernel, ScratchHardlyGrowsWithTheLongestCard) {
  this->each_set([](const fit::Engine& engine) { EXPECT_LT(engine.scratch(100'000), 2 * engine.scratch(256)); });
}

TYPED_TEST(Fsrs6FitKernel, EqualsTheTemplateAtTheEndsOfEveryRange) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    this->expect_template(Reach::edges, 3, seed % 2 == 1, seed);
    this->expect_template(Reach::edges, 9, seed % 2 == 0, seed);
  }
}

/// The slope of the loss between two close sets of parameters, by plain numbers, is the kernel's derivative, on and off the
/// clamps. At a bound it is the slope on the inner side.
TYPED_TEST(Fsrs6FitKernel, GradientIsTheSlopeOfTheLoss) {
  using M = TypeParam;
  if constexpr (M::rounding == 0.0) {  // a loss in steps has no slope
    constexpr std::size_t n = M::specs.size();
    for (std::uint32_t seed = 0; seed < 4; ++seed) {
      const Reach reach = seed == 0 ? Reach::usual : Reach::edges;
      const auto w = cases::parameters<M>(reach, seed);
      std::vector<cases::Group> groups{cases::group({.reach = reach, .rows = 6}, seed)};
      for (float& days : groups[0].days) days = days < 1e-3F ? 0.0F : days;  // 1 - p of 1e-7 has lost too many digits for a difference
      static_cast<void>(cases::without_ties<M>(groups, w, 2e-5));            // the reach of the differences
      const std::vector<fit::StepGroup> view = cases::views(groups);
      const auto sizes = cases::reference<M>(w, view).size;
      std::array<double, n> slope{}, noise{};
      for (std::size_t i = 0; i < n; ++i) {
        auto low = w;
        auto high = w;
        const models::ParamSpec& spec = M::specs[i];
        const double h = spec.lower > 0.0 ? 1e-5 * w[i] : 1e-6 * (spec.upper - spec.lower);
        low[i] = std::max(w[i] - h, spec.lower);
        high[i] = std::min(w[i] + h, spec.upper);
        noise[i] = 2e-10 / (high[i] - low[i]);  // 1 - p of 1e-5 has lost five digits
        slope[i] = (cases::loss<M>(high, view) - cases::loss<M>(low, view)) / (high[i] - low[i]);
      }
      this->each_set([&](const fit::Engine& engine) {
        const auto got = cases::run(engine, w, std::span<const fit::StepGroup>{view}, Order::gradient);
        // Curvature over 1e-5 of a parameter.
        for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(got.gradient[i], slope[i], 2e-4 * sizes[i] + noise[i]) << M::specs[i].name;
      });
    }
  }
}

TYPED_TEST(Fsrs6FitKernel, OrdersAgreeAndSumsAreAdded) {
  using M = TypeParam;
  constexpr std::size_t n = M::specs.size();
  const auto w = cases::parameters<M>(Reach::usual, 0);
  const std::vector<cases::Group> groups = cases::groups(Reach::usual, 20, true, 4);
  const std::vector<fit::StepGroup> all = cases::views(groups);
  const std::span<const fit::StepGroup> view{all};
  const auto sizes = cases::reference<M>(w, view).size;
  this->each_set([&](const fit::Engine& engine) {
    const auto loss = cases::run(engine, w, view, Order::loss);
    const auto gradient = cases::run(engine, w, view, Order::gradient);
    const auto fisher = cases::run(engine, w, view, Order::fisher);
    EXPECT_NEAR(gradient.loss, loss.loss, 1e-6 * loss.loss);
    EXPECT_NEAR(fisher.loss, loss.loss, 1e-6 * loss.loss);
    EXPECT_EQ(loss.gradient, (std::array<double, n>{}));
    EXPECT_EQ(gradient.fisher, (std::array<double, n * n>{}));
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(fisher.gradient[i], gradient.gradient[i], 2e-6 * sizes[i]);
      for (std::size_t j = i + 1; j < n; ++j) EXPECT_EQ(fisher.fisher[n * i + j], 0.0);  // the lower triangle alone
    }

    auto twice = fisher;
    std::vector<float> scratch(engine.scratch(20), std::numeric_limits<float>::quiet_NaN());  // what stands there does not matter
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
TYPED_TEST(Fsrs6FitKernel, BitsDoNotDependOnHowCallsAreCut) {
  using M = TypeParam;
  const auto w = cases::parameters<M>(Reach::usual, 0);
  for (const std::size_t rows : {20UL, 300UL}) {
    const std::vector<cases::Group> groups = cases::groups(Reach::usual, rows, rows == 20, 5);
    const std::vector<fit::StepGroup> view = cases::views(groups);
    this->each_set([&](const fit::Engine& engine) {
      for (const Order order : {Order::loss, Order::gradient, Order::fisher}) {
        const auto whole = cases::run(engine, w, std::span<const fit::StepGroup>{view}, order);
        auto parts = whole;
        parts = {};
        std::vector<float> scratch(engine.scratch(rows) + 3, std::numeric_limits<float>::quiet_NaN());
        std::size_t shift = 0;
        for (const fit::StepGroup& g : view) {
          engine.add(w.data(), &g, 1, static_cast<int>(order), &parts.loss, parts.gradient.data(), parts.fisher.data(),
                     scratch.data() + shift++ % 4);
        }
        EXPECT_EQ(parts.loss, whole.loss);
        EXPECT_EQ(parts.gradient, whole.gradient);
        EXPECT_EQ(parts.fisher, whole.fisher);
      }
    });
  }
}

TYPED_TEST(Fsrs6FitKernel, WeightsCountAnswers) {
  using M = TypeParam;
  constexpr std::size_t n = M::specs.size();
  const auto w = cases::parameters<M>(Reach::usual, 0);
  cases::Group plain = cases::group({.rows = 15}, 6);
  cases::Group ones = plain;
  ones.weight.assign(ones.days.size(), 1.0F);
  cases::Group none = ones;
  for (std::size_t at = 0; at < none.code.size(); at += 3) none.weight[at] = 0.0F;
  cases::Group unmarked = plain;
  for (std::size_t at = 0; at < unmarked.code.size(); at += 3) unmarked.code[at] &= fit::step::grade;
  this->each_set([&](const fit::Engine& engine) {
    const auto sums = [&](const cases::Group& g) {
      const std::array view{g.view()};
      return cases::run(engine, w, std::span<const fit::StepGroup>{view}, Order::fisher);
    };
    const auto expect_near = [](const auto& a, const auto& b) {
      EXPECT_NEAR(a.loss, b.loss, 1e-6 * b.loss);
      for (std::size_t i = 0; i < n; ++i) {
        const double bound = std::sqrt(b.fisher[n * i + i] * b.loss);  // of a gradient, by Cauchy and Schwarz
        EXPECT_NEAR(a.gradient[i], b.gradient[i], 1e-5 * bound);
        EXPECT_NEAR(a.fisher[n * i + i], b.fisher[n * i + i], 1e-5 * b.fisher[n * i + i]);
      }
    };
    expect_near(sums(ones), sums(plain));
    expect_near(sums(none), sums(unmarked));
  });
}

/// Whatever parameters, days and answers are within their bounds, sums are numbers.
TYPED_TEST(Fsrs6FitKernel, SumsAreFinite) {
  using M = TypeParam;
  constexpr std::size_t n = M::specs.size();
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const auto w = cases::parameters<M>(Reach::edges, seed);
    std::vector<cases::Group> groups = cases::groups(Reach::edges, 60, seed % 2 == 0, seed);
    for (cases::Group& g : groups) {
      for (std::size_t at = 0; at < g.days.size(); at += 5) g.days[at] *= 1e3F;  // up to 1e9, the most that a model takes
    }
    const std::vector<fit::StepGroup> view = cases::views(groups);
    this->each_set([&](const fit::Engine& engine) {
      const auto sums = cases::run(engine, w, std::span<const fit::StepGroup>{view}, Order::fisher);
      const auto back = cases::run(engine, w, std::span<const fit::StepGroup>{view}, Order::gradient);
      EXPECT_TRUE(std::isfinite(sums.loss) && std::isfinite(back.loss));
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_TRUE(std::isfinite(sums.gradient[i]) && std::isfinite(back.gradient[i])) << M::specs[i].name;
        for (std::size_t j = 0; j <= i; ++j)
          EXPECT_TRUE(std::isfinite(sums.fisher[n * i + j])) << M::specs[i].name << ", " << M::specs[j].name;
      }
    });
  }
}

}  // namespace
