#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/scale.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace perdure::cohort;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

std::vector<double> values_of(Scale scale) {
  switch (scale) {
    case Scale::plain: return {-30.0, -0.5, 0.0, 1e-9, 30.0};
    case Scale::positive: return {1e-6, 0.001, 0.5, 1.0, 7.0, 30.0};
    case Scale::log: return {1e-6, 1.0 / 1440.0, 1.0, 365.0};
    case Scale::unit: return {1e-6, 0.1, 0.5, 0.9, 0.99999};
  }
  return {};
}

constexpr std::array all{Scale::plain, Scale::positive, Scale::log, Scale::unit};

TEST(CohortScale, ValuesComeBack) {
  for (const Scale scale : all) {
    for (const double value : values_of(scale)) {
      const double x = to_scale(scale, value);
      // The coordinate is rounded to an ulp of its own and a few of the logarithms behind it; the slope takes that back to the value.
      const double allowed = 4.0 * epsilon * (std::abs(x) + 1.0) * slope_at(scale, value) + epsilon * std::abs(value);
      EXPECT_NEAR(from_scale(scale, x), value, allowed) << static_cast<int>(scale);
    }
  }
}

TEST(CohortScale, KnownCoordinates) {
  EXPECT_EQ(to_scale(Scale::plain, -3.25), -3.25);
  EXPECT_NEAR(from_scale(Scale::positive, 0.0), std::log(2.0), epsilon);
  EXPECT_NEAR(to_scale(Scale::log, std::exp(2.0)), 2.0, 2.0 * epsilon);
  EXPECT_EQ(to_scale(Scale::unit, 0.5), 0.0);
  EXPECT_NEAR(from_scale(Scale::unit, std::log(3.0)), 0.75, epsilon);
}

TEST(CohortScale, EveryRealNumberStandsForAnAllowedValue) {
  for (const double x : {-700.0, -36.0, -1.0, 0.0, 1.0, 36.0, 700.0}) {
    EXPECT_GT(from_scale(Scale::positive, x), 0.0) << x;
    EXPECT_TRUE(std::isfinite(from_scale(Scale::positive, x))) << x;
    EXPECT_GT(from_scale(Scale::log, x), 0.0) << x;
    EXPECT_GT(from_scale(Scale::unit, x), 0.0) << x;
    EXPECT_LE(from_scale(Scale::unit, x), 1.0) << x;
  }
}

TEST(CohortScale, SlopesAreThoseOfDifferences) {
  for (const Scale scale : all) {
    for (const double value : values_of(scale)) {
      const double x = to_scale(scale, value);
      const double h = 1e-4;
      const double difference = (from_scale(scale, x + h) - from_scale(scale, x - h)) / (2.0 * h);
      // h^2 / 6 of a third derivative, which is at most the value's slope for each of these functions; and rounding by h.
      const double allowed = h * h / 6.0 * slope_at(scale, value) + 2.0 * epsilon * (std::abs(value) + std::abs(x)) / h;
      EXPECT_NEAR(slope_at(scale, value), difference, allowed) << static_cast<int>(scale) << ' ' << value;
    }
  }
}

}  // namespace
