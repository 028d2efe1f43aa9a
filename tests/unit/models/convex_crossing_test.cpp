#include <perdure/core/dual.hpp>
#include <perdure/core/pack.hpp>
#include <perdure/models/convex_crossing.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>

namespace {

using namespace perdure;
using models::convex_crossing;
using models::Tangent;

/// -decay ln(1 + x): its crossings are known, e^(-level/decay) - 1.
template <class T>
struct LogCurve {
  T decay;
  [[nodiscard]] T value(const T& x) const {
    using math::log;
    return -(decay * log(T(1.0) + x));
  }
  [[nodiscard]] Tangent<T> tangent(const T& x) const { return {value(x), -(decay / (T(1.0) + x))}; }
  template <class To>
  [[nodiscard]] LogCurve<To> as() const {
    return {value_as<To>(decay)};
  }
};

TEST(ConvexCrossing, FindsTheRootOfThinAndThickTails) {
  for (const double decay : {0.02, 0.15, 1.0, 40.0}) {
    for (const double target : {0.3, 0.7, 0.99}) {
      const double expected = std::expm1(-std::log(target) / decay);
      // A unit in the last place of the curve is 2e-16 / decay in ln(1 + x); near x = 0, ln(1 + x) itself is off by as much.
      EXPECT_NEAR(convex_crossing(LogCurve<double>{decay}, std::log(target)) / expected, 1.0, 4e-15 / decay + 4e-16 / expected)
          << decay << ' ' << target;
    }
  }
}

TEST(ConvexCrossing, IsZeroWhereTheCurveStartsAtTheLevel) {
  EXPECT_EQ(convex_crossing(LogCurve<double>{0.5}, 0.0), 0.0);
  EXPECT_EQ(convex_crossing(LogCurve<double>{0.5}, 0.1), 0.0);
}

// In float32 as well, whose range ends at 3e38: no step of the search leaves it.
TEST(ConvexCrossing, EndsWhereTheCurveStaysAbove) {
  const double level = std::log(1e-6);  // reached at 10^300
  EXPECT_EQ(convex_crossing(LogCurve<double>{0.02}, level), models::convex_end);
  EXPECT_EQ(models::convex_interval(LogCurve<double>{0.02}, level), std::numeric_limits<double>::infinity());
  const auto found = models::convex_interval(LogCurve<Pack<float, 8>>{0.02}, Pack<float, 8>(level));
  EXPECT_EQ(found.lane[0], std::numeric_limits<float>::infinity());
  using D = Dual<1>;
  const D days = models::convex_interval(LogCurve<D>{D::seed(0.02, 0)}, D{level});
  EXPECT_EQ(days.v, std::numeric_limits<double>::infinity());
  EXPECT_EQ(days.d[0], 0.0);
}

TEST(ConvexCrossing, PacksAgreeWithNumbers) {
  Pack<double, 8> level;
  for (std::size_t i = 0; i < 8; ++i) level.lane[i] = -0.15 * static_cast<double>(i);
  const auto found = convex_crossing(LogCurve<Pack<double, 8>>{0.05}, level);
  for (std::size_t i = 0; i < 8; ++i) {
    const double alone = convex_crossing(LogCurve<double>{0.05}, level.lane[i]);
    EXPECT_NEAR(found.lane[i], alone, 1e-13 * std::fmax(1.0, alone));
  }
}

TEST(ConvexCrossing, DualNumbersCarryTheExactDerivative) {
  using D = Dual<2>;
  const D found = convex_crossing(LogCurve<D>{D::seed(0.4, 0)}, D::seed(-0.3, 1));
  const double grown = std::exp(0.3 / 0.4);  // x = e^(-level/decay) - 1
  EXPECT_NEAR(found.v, grown - 1.0, 1e-14);
  EXPECT_NEAR(found.d[0], grown * -0.3 / (0.4 * 0.4), 1e-13);
  EXPECT_NEAR(found.d[1], -grown / 0.4, 1e-13);
}

}  // namespace
