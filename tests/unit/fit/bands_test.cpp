#include <perdure/fit/bands.hpp>
#include <perdure/fit/states.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs6;
using models::HalfLife;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// A covariance with the scales of the parameters and correlations between neighbours.
template <class M>
std::vector<double> some_covariance() {
  constexpr std::size_t n = M::specs.size();
  std::vector<double> covariance(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double distance = static_cast<double>(i > j ? i - j : j - i);
      covariance[i * n + j] = 0.01 * M::specs[i].prior_sd * M::specs[j].prior_sd * std::pow(-0.6, distance);
    }
  }
  return covariance;
}

TEST(CovarianceRoot, SquaresToTheCovariance) {
  constexpr std::size_t n = Fsrs6::specs.size();
  const auto covariance = some_covariance<Fsrs6>();
  const auto root = fit::covariance_root(covariance, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < n; ++k) sum += root[i * n + k] * root[j * n + k];
      // An eigendecomposition of a correlation matrix is exact to some ulp of 1.
      EXPECT_NEAR(sum, covariance[i * n + j], 1e-13 * std::sqrt(covariance[i * n + i] * covariance[j * n + j]));
    }
  }
}

TEST(CovarianceRoot, TakesParametersWithoutSpreadAndPerfectCorrelation) {
  const std::vector<double> covariance{4.0, 0.0, 6.0, 0.0, 0.0, 0.0, 6.0, 0.0, 9.0};  // the first and third move together
  const auto root = fit::covariance_root(covariance, 3);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(root[3 + k], 0.0);
  double cross = 0.0;
  for (std::size_t k = 0; k < 3; ++k) cross += root[k] * root[6 + k];
  EXPECT_NEAR(cross, 6.0, 1e-12);
}

TEST(CovarianceRoot, RefusesWhatIsNoCovariance) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& bad : std::vector<std::vector<double>>{{1.0, 0.0, 0.0},
                                                          {1.0, 0.0, 0.0, -1e-9},
                                                          {nan, 0.0, 0.0, 1.0},
                                                          {1.0, 0.0, 0.0, infinity},
                                                          {1.0, 0.5, 0.4, 1.0},
                                                          {1.0, nan, nan, 1.0},
                                                          {1.0, 1.1, 1.1, 1.0},
                                                          {0.0, 0.5, 0.5, 1.0}}) {
    EXPECT_THROW(static_cast<void>(fit::covariance_root(bad, 2)), Exception);
  }
}

TEST(Band, HoldsItsProbabilityAndStaysAProbability) {
  for (const double p : {0.0, 5e-324, 1e-12, 0.3, 0.9, 1.0 - 1e-16, 1.0}) {
    for (const double error : {0.0, 1e-300, 0.1, 5.0, 800.0, infinity}) {
      for (const double z : {0.0, 1.96, 10.0}) {
        const fit::Band b = fit::band(p, error, z);
        EXPECT_TRUE(0.0 <= b.low && b.low <= p && p <= b.high && b.high <= 1.0) << p << " " << error << " " << z;
      }
    }
  }
  const fit::Band b = fit::band(0.8, 0.5, 2.0);  // logit 0.8 = ln 4, a whole unit to either side
  EXPECT_NEAR(b.low, 4.0 / (4.0 + std::exp(1.0)), 1e-15);
  EXPECT_NEAR(b.high, 4.0 / (4.0 + std::exp(-1.0)), 1e-15);
  EXPECT_EQ(fit::band(0.8, infinity, 1.0).low, 0.0);
  EXPECT_EQ(fit::band(0.8, infinity, 1.0).high, 1.0);
}

/// Standard error of a function of the parameters by central differences, apart from everything in bands.hpp.
template <class M, class F>
double differenced(const F& value, const std::vector<double>& covariance) {
  constexpr std::size_t n = M::specs.size();
  std::array<double, n> slope{};
  const auto at = models::defaults<M>();
  for (std::size_t i = 0; i < n; ++i) {
    const double h = 1e-5 * std::max(0.01, std::abs(at[i]));
    auto up = at;
    auto down = at;
    up[i] += h;
    down[i] -= h;
    slope[i] = (value(models::assemble<M, double>(std::span<const double, n>{up})) -
                value(models::assemble<M, double>(std::span<const double, n>{down}))) /
               (2.0 * h);
  }
  double variance = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) variance += slope[i] * covariance[i * n + j] * slope[j];
  }
  return std::sqrt(variance);
}

template <class M>
void compare_with_differences() {
  const auto w = models::default_params<M>();
  const auto values = models::defaults<M>();
  const auto log = perdure::testing::simulated_log<M>(w, 40, 3);
  const data::Histories histories{log, time::ElapsedRule::exact()};
  const auto covariance = some_covariance<M>();
  const auto root = fit::covariance_root(covariance, values.size());
  const std::vector<double> days(histories.cards(), 12.0);
  const auto errors = fit::card_errors<M>(histories, values, root, days);
  const auto logit = [](double r) { return std::log(r) - std::log1p(-r); };
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const double expected = differenced<M>(
        [&](const auto& p) {
          return logit(M::recall(p, fit::replay<M, double>(p, histories.card(c), [](std::size_t, const auto&) {}), days[c]));
        },
        covariance);
    // Central differences at steps of 1e-5 are good to 1e-6 or so, relative to the slopes that cancel in the sum.
    EXPECT_NEAR(errors[c], expected, 1e-4 * expected) << M::id << " card " << c;
    EXPECT_GT(errors[c], 0.0);
  }
  EXPECT_EQ(fit::card_errors<M>(histories, values, root, days, 3), errors);
  const auto at_once = fit::card_errors<M>(histories, values, root, std::vector<double>(histories.cards(), 0.0));
  for (const double e : at_once) EXPECT_EQ(e, 0.0);  // recall is 1 whatever the parameters
}

TEST(CardErrors, AreTheDeltaMethod) {
  compare_with_differences<Fsrs6>();
  compare_with_differences<HalfLife>();
}

TEST(CardErrors, AreInTheOrderOfTheHistoriesAndChecked) {
  const auto values = models::defaults<HalfLife>();
  const data::Histories histories{perdure::testing::simulated_log<HalfLife>(models::default_params<HalfLife>(), 30, 4),
                                  time::ElapsedRule::exact()};
  const auto root = fit::covariance_root(some_covariance<HalfLife>(), 4);
  EXPECT_THROW(static_cast<void>(fit::card_errors<HalfLife>(histories, values, root, std::vector<double>(29, 1.0))), Exception);
  const std::vector<double> days(30, 1.0);
  EXPECT_THROW(static_cast<void>(fit::card_errors<HalfLife>(histories, values, std::vector<double>(9), days)), Exception);
  EXPECT_THROW(static_cast<void>(fit::card_errors<Fsrs6>(histories, values, root, days)), Exception);
  const std::vector<double> nothing(16);
  for (const double e : fit::card_errors<HalfLife>(histories, values, nothing, days)) EXPECT_EQ(e, 0.0);
}

TEST(SequenceErrors, FollowThePredictionTheyBelongTo) {
  const auto w = models::default_params<HalfLife>();
  const auto values = models::defaults<HalfLife>();
  const auto log = perdure::testing::simulated_log<HalfLife>(w, 60, 5);
  const data::Histories histories{log, time::ElapsedRule::exact()};
  const auto covariance = some_covariance<HalfLife>();
  const auto root = fit::covariance_root(covariance, 4);
  const fit::Observation layer{.intercept = -0.5, .slope = 0.4};
  const std::vector<double> first_error{0.7, 0.8};
  const auto errors = fit::sequence_errors<HalfLife>(log, histories, values, root, layer, first_error);
  EXPECT_EQ(fit::sequence_errors<HalfLife>(log, histories, values, root, layer, first_error, 3), errors);
  std::size_t sooner = 0;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    EXPECT_EQ(errors[card.row[0]], first_error[log.item()[card.row[0]]]);
    for (std::size_t i = 1; i < card.size(); ++i) {
      const double expected = differenced<HalfLife>(
          [&](const auto& p) {
            double logit = 0.0;
            static_cast<void>(fit::replay<HalfLife, double>(p, card, [&](std::size_t k, const auto& state) {
              if (k != i) return;
              const double answer = layer.answer(HalfLife::recall(p, state, card.elapsed[i]), card.elapsed[i]);
              logit = std::log(answer) - std::log1p(-answer);
            }));
            return logit;
          },
          covariance);
      EXPECT_NEAR(errors[card.row[i]], expected, 1e-4 * expected + 1e-9) << card.elapsed[i];
      sooner += card.elapsed[i] < 1.0 ? 1U : 0U;
    }
  }
  EXPECT_GT(sooner, 20U);
}

}  // namespace
