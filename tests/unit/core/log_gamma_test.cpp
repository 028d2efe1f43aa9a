// Values of tools/golden_classic.py: Stirling's series at x + 60 with 50 digits.
#include <perdure/core/dual.hpp>
#include <perdure/core/log1p.hpp>
#include <perdure/core/log_gamma.hpp>
#include <perdure/core/pack.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

namespace {

using perdure::Dual;
using perdure::Pack;
namespace math = perdure::math;

TEST(Log1p, KeepsItsDigitsNearZero) {
  for (const double x : {1e-300, 1e-17, 1e-9, 1e-3, 0.1, 0.2499, 0.25, 0.7, 3.0, 1e9, 1e300}) {
    EXPECT_NEAR(math::log1p(x) / std::log1p(x), 1.0, 9e-16) << x;  // 4 units in the last place
    if (x < 700.0) {
      EXPECT_NEAR(math::expm1(x) / std::expm1(x), 1.0, 2e-15) << x;
    }
    if (x < 0.9) {
      EXPECT_NEAR(math::log1p(-x) / std::log1p(-x), 1.0, 9e-16) << -x;
    }
    if (x < 700.0) {
      EXPECT_NEAR(math::expm1(-x) / std::expm1(-x), 1.0, 2e-15) << -x;
    }
  }
  EXPECT_EQ(math::log1p(0.0), 0.0);
  EXPECT_EQ(math::expm1(0.0), 0.0);
}

TEST(LogGamma, AgreesWithFiftyDigits) {
  const struct {
    double x, value;
  } cases[] = {{1e-3, 6.9071788853838537}, {0.2, 1.5240638224307845},  {1.5, -0.12078223763524522},
               {9.99, 12.779315214350193}, {10.0, 12.801827480081470}, {12345.678, 103959.91990554606}};
  for (const auto& c : cases) EXPECT_NEAR(math::log_gamma(c.x), c.value, 1e-14 * std::fmax(1.0, std::fabs(c.value))) << c.x;
}

TEST(LogGamma, OfWholeNumbersIsTheFactorial) {
  double log_factorial = 0.0;  // ln (n - 1)!
  for (int n = 1; n < 300; ++n) {
    EXPECT_NEAR(math::log_gamma(static_cast<double>(n)), log_factorial, 1e-14 * std::fmax(1.0, log_factorial)) << n;
    log_factorial += std::log(n);
  }
}

TEST(LogBetaRatio, AgreesWithFiftyDigitsHoweverSmall) {
  const struct {
    double a, b, step, value;
  } cases[] = {{0.2, 0.2, 1e-9, -2.7276553425110619e-9},
               {0.05, 20.0, 1e6, -239.79080693843494},
               {300.0, 0.3, 0.2, -0.00020016664415742730},
               {7.0, 7.0, 7.0, -3.8105399665167403}};
  for (const auto& c : cases) {
    EXPECT_NEAR(math::log_beta_ratio(c.a, c.b, c.step) / c.value, 1.0, 4e-15) << c.value;
    EXPECT_NEAR(math::log_beta_ratio(c.a, c.step, c.b) / c.value, 1.0, 4e-15) << "b and step may be exchanged";
  }
  EXPECT_EQ(math::log_beta_ratio(3.0, 2.0, 0.0), 0.0);
}

TEST(DigammaStep, IsTheDerivativeOfTheRatio) {
  // d/dstep ln B(a + step, b) = -(psi(a + step + b) - psi(a + step)), which the dual number gives exactly.
  for (const double a : {0.03, 0.7, 12.0, 4e3}) {
    for (const double b : {0.05, 3.0, 800.0}) {
      for (const double step : {1e-6, 0.4, 90.0, 1e8}) {
        const Dual<1> ratio = math::log_beta_ratio(Dual<1>{a}, Dual<1>{b}, Dual<1>::seed(step, 0));
        EXPECT_NEAR(-math::digamma_step(a + step, b) / ratio.d[0], 1.0, 1e-8) << a << ' ' << b << ' ' << step;
      }
    }
  }
}

TEST(LogBetaRatio, IsTheSameInPacks) {
  Pack<double, 4> step;
  for (std::size_t i = 0; i < 4; ++i) step.lane[i] = std::pow(50.0, static_cast<double>(i)) * 1e-3;
  const Pack<double, 4> ratio = math::log_beta_ratio(Pack<double, 4>{1.3}, Pack<double, 4>{0.4}, step);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(ratio.lane[i] / math::log_beta_ratio(1.3, 0.4, step.lane[i]), 1.0, 2e-15);
}

}  // namespace
