#include <perdure/core/dual.hpp>
#include <perdure/core/pack.hpp>
#include <perdure/models/act_r.hpp>
#include <perdure/models/crossing.hpp>
#include <perdure/models/dash_mcm.hpp>
#include <perdure/testing/model_samples.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace {

using namespace perdure;
using models::ActR;
using models::crossing;
using models::DashMcm;
namespace samples = perdure::testing;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Falls like a power of time: its crossings are known.
struct PowerCurve {
  double scale, decay;
  template <class T>
  T operator()(const T& days) const {
    using math::exp;
    using math::log;
    return exp(T(-decay) * log(T(1.0) + days / T(scale)));
  }
  [[nodiscard]] double inverse(double level) const { return scale * (std::pow(level, -1.0 / decay) - 1.0); }
};

TEST(Crossing, InvertsASmoothCurveOfAnyScale) {
  for (const double scale : {1e-6, 0.01, 1.0, 50.0, 1e5}) {
    for (const double decay : {0.1, 0.5, 3.0}) {
      const PowerCurve curve{scale, decay};
      for (const double level : {0.3, 0.7, 0.9, 0.99}) {
        const double expected = curve.inverse(level);
        if (expected > 1e14) continue;  // beyond what is searched
        // ln(1 + t/scale) loses digits where t is a small part of the scale: 1e-16 of 1 in level^(-1/decay) - 1.
        const double lost = 4e-16 / (std::pow(level, -1.0 / decay) - 1.0);
        EXPECT_NEAR(crossing<double>(curve, level) / expected, 1.0, 1e-13 + lost) << scale << ' ' << decay << ' ' << level;
      }
    }
  }
}

TEST(Crossing, IsZeroWhereTheCurveStartsAndInfiniteWhereItNeverComes) {
  const PowerCurve curve{1.0, 0.5};
  EXPECT_EQ(crossing<double>(curve, 1.0), 0.0);
  EXPECT_EQ(crossing<double>(curve, 1.5), 0.0);
  EXPECT_EQ(crossing<double>(curve, 1e-9), infinity);  // after 1e18 days
  EXPECT_EQ(crossing<double>([](double) { return 0.8; }, 0.5), infinity);
  EXPECT_EQ(crossing<double>([](double) { return 0.8; }, 0.8), 0.0);
}

TEST(Crossing, FindsTheTimeOfAJump) {
  for (const double when : {0.003, 1.0, 6.75, 29.0, 1e6}) {
    const auto steps = [when](double days) { return days <= when ? 0.9 : 0.4; };
    EXPECT_NEAR(crossing<double>(steps, 0.7) / when, 1.0, 1e-13);
  }
}

TEST(Crossing, PackEqualsScalar) {
  using P = Pack<double, 8>;
  const PowerCurve curve{3.0, 0.4};
  P levels;
  for (std::size_t i = 0; i < P::size; ++i) levels.lane[i] = std::array{1.0, 0.99, 0.9, 0.8, 0.5, 0.2, 0.1, 1e-7}[i];
  const P found = crossing<P>(curve, levels);
  for (std::size_t i = 0; i < P::size; ++i) {
    const double expected = crossing<double>(curve, levels.lane[i]);
    if (expected == 0.0 || expected == infinity) {
      EXPECT_EQ(found.lane[i], expected);
    } else {
      EXPECT_NEAR(found.lane[i] / expected, 1.0, 1e-12);
    }
  }
}

/// Largest difference between the derivative of an interval by dual numbers and a central difference, in units of the larger, over samples.
template <class M>
double worst_derivative(double target) {
  constexpr std::size_t n = M::specs.size();
  using D = Dual<n>;
  double worst = 0.0;
  int compared = 0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const auto sample = samples::sample<M>(i);
    const auto interval = [&](std::size_t k, double h) {
      const auto w = samples::map_params<M, double>(sample.params, [&](double v, std::size_t p) { return p == k ? v + h : v; });
      return M::interval(w, sample.state, target);
    };
    const double here = interval(0, 0.0);
    if (!(here > 1e-3 && here < 1e6)) continue;
    ++compared;
    auto columns = samples::state_columns<M, double>(sample.state);
    std::array<D, M::state_fields.size()> lifted;
    std::copy(columns.begin(), columns.end(), lifted.begin());
    const auto w = samples::map_params<M, D>(sample.params, [](double v, std::size_t p) { return D::seed(v, p); });
    const D got = M::interval(w, samples::state_from<M, D>(lifted), D(target));
    EXPECT_EQ(got.v, here);
    for (std::size_t k = 0; k < n; ++k) {
      const double h = 1e-6;
      const double difference = (interval(k, h) - interval(k, -h)) / (2.0 * h);
      const double scale = std::max({std::abs(difference), std::abs(got.d[k]), 1e-3 * here});
      worst = std::max(worst, std::abs(got.d[k] - difference) / scale);
    }
  }
  EXPECT_GT(compared, 5);
  return worst;
}

// A step of 1e-6 leaves a difference quotient about four good digits where the interval bends strongly.
TEST(Crossing, IntervalsHaveExactDerivatives) {
  EXPECT_LT(worst_derivative<DashMcm>(0.8), 1e-3);
  EXPECT_LT(worst_derivative<ActR>(0.7), 1e-3);
}

}  // namespace
