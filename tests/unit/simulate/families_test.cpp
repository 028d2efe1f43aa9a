#include <perdure/core/distributions.hpp>
#include <perdure/core/random.hpp>
#include <perdure/simulate/families.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace {

using namespace perdure;
using namespace perdure::simulate;

double drawn_days(random::Stream& stream) { return std::exp(std::log(1e-4) + std::log(1e8) * stream.next()); }  // 10 s to 10,000 days

struct Violations {
  int forgetting = 0, level = 0, success = 0, range = 0;
};

/// What breaks the laws of a family over 20,000 random histories of up to ten answers.
template <MemoryFamily F>
Violations violations_of(const F& family) {
  constexpr double rounding = 4 * std::numeric_limits<double>::epsilon();  // of exp and log in two neighboring values
  Violations found;
  for (std::uint32_t history = 0; history < 20'000; ++history) {
    random::Stream stream{{.seed = 5, .learner = history, .item = 0, .step = 0}};
    typename F::State state = family.first(random::bernoulli(stream, 0.5));
    for (std::uint32_t answers = stream.below(10); answers > 0; --answers) {
      const double gap = drawn_days(stream);
      state = family.review(state, gap, random::bernoulli(stream, 0.6));
    }
    const double level = random::normal(stream, 0.0, 2.0);
    double before = family.known(state, level, 0.0);
    found.range += before >= 0.0 && before <= 1.0 ? 0 : 1;
    for (double days = 1e-4; days < 1e5; days *= 3.0) {
      const double now = family.known(state, level, days);
      found.forgetting += now > before + rounding ? 1 : 0;
      found.level += family.known(state, level + 0.1, days) < now ? 1 : 0;
      found.range += now >= 0.0 && now <= 1.0 ? 0 : 1;
      before = now;
    }
    const double gap = drawn_days(stream);
    const double later = drawn_days(stream);
    found.success +=
        family.known(family.review(state, gap, true), level, later) < family.known(family.review(state, gap, false), level, later) ? 1 : 0;
    found.success += family.known(family.first(true), level, later) < family.known(family.first(false), level, later) ? 1 : 0;
  }
  return found;
}

template <class F>
class Family : public ::testing::Test {};
using AllFamilies = Families::apply<::testing::Types>;
TYPED_TEST_SUITE(Family, AllFamilies);

TYPED_TEST(Family, ForgettingNeverRisesNorFallsWithLevelAndSuccessLeavesNoLess) {
  const Violations found = violations_of(TypeParam{});
  EXPECT_EQ(found.forgetting, 0);
  EXPECT_EQ(found.level, 0);
  EXPECT_EQ(found.success, 0);
  EXPECT_EQ(found.range, 0);
}

TYPED_TEST(Family, SpacedSuccessesLastLongerThanMassedOnes) {
  const TypeParam family{};
  const auto after = [&family](double gap) { return family.review(family.review(family.first(true), gap, true), gap, true); };
  EXPECT_GT(family.known(after(10.0), 0.0, 60.0), family.known(after(0.001), 0.0, 60.0) + 0.02);
}

/// Breaks every law, so that the count above is shown to count.
struct Broken {
  static constexpr std::string_view id = "broken";
  struct State {
    double sign = 1.0;
  };
  [[nodiscard]] State first(bool right) const { return {right ? 1.0 : 2.0}; }
  [[nodiscard]] State review(const State&, double, bool right) const { return first(right); }
  [[nodiscard]] double known(const State& s, double level, double days) const { return s.sign * std::log1p(days) - level; }
};

TEST(Families, ABrokenFamilyIsCaught) {
  const Violations found = violations_of(Broken{});
  EXPECT_GT(found.forgetting, 0);
  EXPECT_GT(found.level, 0);
  EXPECT_GT(found.success, 0);
  EXPECT_GT(found.range, 0);
}

TEST(Families, AreFoundById) {
  std::string found;
  EXPECT_EQ(with_family("two-store", [&found]<class F>() { found = F::id; }), std::nullopt);
  EXPECT_EQ(found, "two-store");
  EXPECT_EQ(with_family("sm2", []<class F>() {})->what, "memory must be one of power-odds exponential fsrs6 two-store, got sm2");
}

// By hand, from the equations: two right answers ten days apart, asked twenty days later.
TEST(Families, FollowTheirEquations) {
  const Exponential half;
  const auto twice = half.review(half.first(true), 12.0, true);
  EXPECT_DOUBLE_EQ(twice.half_life, 24.0);  // 12 (1 + 2 (1 - 1/2))
  const double ceiling = 1.0 / (1.0 + std::exp(-3.0));
  EXPECT_NEAR(half.known(twice, 0.0, 24.0), 0.5 + (ceiling - 0.5) / 2.0, 1e-15);

  const TwoStore stores;
  const auto spaced = stores.review(stores.first(true), 10.0, true);
  const double slow = 1.2 * std::exp(-10.0 / 200.0);
  EXPECT_NEAR(spaced.slow, slow + 0.4 * (5.0 - slow) * (1.0 - std::exp(-10.0 / 3.0)), 1e-15);
  EXPECT_EQ(spaced.fast, 2.0);

  const PowerOdds odds;
  const auto first = odds.first(true);
  const double logit = -1.0 + 2.5 + (0.1 + 0.5) * std::log(2.0) - 0.3 * std::log(1.0 + 20.0 * 86'400.0 / 180.0);
  EXPECT_NEAR(odds.known(first, -1.0, 20.0), 1.0 / (1.0 + std::exp(-logit)), 1e-15);

  const Fsrs6Memory fsrs;
  const models::Fsrs6 model;
  const double r = 0.97 * model.recall(model.first(Grade::good), Days{20.0});
  EXPECT_NEAR(fsrs.known(fsrs.first(true), 0.0, 20.0), r, 1e-14);
}

}  // namespace
