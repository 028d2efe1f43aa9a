#include <perdure/core/random.hpp>
#include <perdure/fit/box_minimum.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace {

using namespace perdure;

struct Case {
  Eigen::VectorXd g, lower, upper;
  Eigen::MatrixXd h;
};

Case random_case(std::uint32_t number) {
  random::Stream stream{{.seed = 5, .learner = number, .item = 0, .step = 0}};
  const Eigen::Index n = 1 + stream.below(12);
  Case c;
  Eigen::MatrixXd a(n, n);
  c.g = c.lower = c.upper = Eigen::VectorXd(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) a(i, j) = 2.0 * stream.next() - 1.0;
    c.g[i] = 4.0 * stream.next() - 2.0;
    c.lower[i] = stream.next() < 0.3 ? 0.0 : -stream.next();
    c.upper[i] = stream.next() < 0.3 ? 0.0 : stream.next();
  }
  c.h = a * a.transpose() + 0.01 * Eigen::MatrixXd::Identity(n, n);
  return c;
}

// Numbers of a fit of ebisu-v2 in which rounding had left two parameters just above their lower bounds and the third just below its upper one.
TEST(BoxMinimum, ACoordinateNextToItsBoundDoesNotHoldTheOthers) {
  const Eigen::VectorXd g{{28440.3, -8392.94, 1017.69}};
  const Eigen::MatrixXd h{{86730.2, -41287.1, 2307.74}, {-41287.1, 32816.3, -430.519}, {2307.74, -430.519, 96.3318}};
  const Eigen::VectorXd lower{{-1e-17, -1e-17, -15.0}};
  const Eigen::VectorXd upper{{20.0, 20.0, 1e-15}};
  const Eigen::VectorXd m = fit::box_minimum(g, h, lower, upper);
  EXPECT_LT(g.dot(m) + 0.5 * m.dot(h * m), -1000.0);
}

// First-order conditions are necessary and sufficient for a convex quadratic over a box.
TEST(BoxMinimum, MeetsTheConditionsOfOptimality) {
  for (std::uint32_t number = 0; number < 500; ++number) {
    const Case c = random_case(number);
    const Eigen::VectorXd m = fit::box_minimum(c.g, c.h, c.lower, c.upper);
    const Eigen::VectorXd slope = c.g + c.h * m;
    for (Eigen::Index i = 0; i < m.size(); ++i) {
      ASSERT_GE(m[i], c.lower[i]);
      ASSERT_LE(m[i], c.upper[i]);
      constexpr double flat = 1e-5;
      if (m[i] > c.lower[i]) {
        EXPECT_LE(slope[i], flat) << "case " << number;
      }
      if (m[i] < c.upper[i]) {
        EXPECT_GE(slope[i], -flat) << "case " << number;
      }
    }
  }
}

TEST(BoxMinimum, WithoutBoundsIsNewtonsStep) {
  const Eigen::MatrixXd h{{4.0, 1.0}, {1.0, 3.0}};
  const Eigen::VectorXd g{{1.0, -2.0}};
  const Eigen::VectorXd wide = Eigen::VectorXd::Constant(2, 1e9);
  const Eigen::VectorXd m = fit::box_minimum(g, h, -wide, wide);
  EXPECT_TRUE((h * m).isApprox(-g, 1e-12));
}

}  // namespace
