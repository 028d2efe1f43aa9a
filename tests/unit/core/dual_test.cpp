#include <perdure/core/dual.hpp>
#include <perdure/core/math.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace {

using perdure::Dual;
namespace math = perdure::math;
using D = Dual<2>;

const D x = D::seed(1.7, 0);
const D y = D::seed(-0.4, 1);

TEST(Dual, ArithmeticFollowsTheRulesOfCalculus) {
  const D product = x * y;
  EXPECT_DOUBLE_EQ(product.v, -0.68);
  EXPECT_DOUBLE_EQ(product.d[0], -0.4);
  EXPECT_DOUBLE_EQ(product.d[1], 1.7);
  const D ratio = x / y;
  EXPECT_DOUBLE_EQ(ratio.d[0], 1.0 / -0.4);
  EXPECT_DOUBLE_EQ(ratio.d[1], -1.7 / 0.16);
  const D sum = 3.0 + x - y * 2.0 - 1.0;
  EXPECT_DOUBLE_EQ(sum.v, 3.0 + 1.7 + 0.8 - 1.0);
  EXPECT_DOUBLE_EQ(sum.d[1], -2.0);
  EXPECT_DOUBLE_EQ((2.0 - x).d[0], -1.0);
  EXPECT_DOUBLE_EQ((x / 4.0).d[0], 0.25);
  EXPECT_DOUBLE_EQ((-x).d[0], -1.0);
}

TEST(Dual, ExpLogAndPow) {
  EXPECT_DOUBLE_EQ(exp(y).d[1], std::exp(-0.4));
  EXPECT_DOUBLE_EQ(log(x).d[0], 1.0 / 1.7);
  const D power = math::pow(x, y);  // x^y: d/dx = y x^(y-1), d/dy = x^y ln x
  EXPECT_NEAR(power.v, std::pow(1.7, -0.4), 1e-15);
  EXPECT_NEAR(power.d[0], -0.4 * std::pow(1.7, -1.4), 1e-15);
  EXPECT_NEAR(power.d[1], std::pow(1.7, -0.4) * std::log(1.7), 1e-15);
}

TEST(Dual, AClampCarriesTheDerivativeOfTheBranchTaken) {
  EXPECT_EQ(math::clamp(x, 0.0, 2.0).d[0], 1.0);
  EXPECT_EQ(math::clamp(x, 0.0, 1.0).d[0], 0.0);
  EXPECT_EQ(math::max(x, y).d[0], 1.0);
  EXPECT_EQ(math::min(x, y).d[1], 1.0);
}

}  // namespace
