#include <perdure/core/math.hpp>
#include <perdure/core/pack.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

namespace {

namespace math = perdure::math;

template <class P>
class PackTest : public ::testing::Test {};
using Packs = ::testing::Types<perdure::Pack<double, 4>, perdure::Pack<double, 8>, perdure::Pack<float, 8>, perdure::Pack<float, 16>,
                               perdure::Pack<float, 1>>;
TYPED_TEST_SUITE(PackTest, Packs);

TYPED_TEST(PackTest, EveryLaneIsTheScalarResult) {
  using Real = typename decltype(TypeParam{}.lane)::value_type;
  TypeParam a;
  TypeParam b;
  for (std::size_t i = 0; i < TypeParam::size; ++i) {
    a.lane[i] = static_cast<Real>(0.5 + static_cast<double>(i));
    b.lane[i] = static_cast<Real>(3.25 - static_cast<double>(i) * 0.5);
  }
  const TypeParam sum = a + b * a - b / a;
  const TypeParam larger = math::max(a, b);
  const TypeParam chosen = math::choose(
      a < b, [&] { return a; }, [&] { return -b; });
  const TypeParam e = exp(b);
  const TypeParam l = log(a);
  const Real ulp = std::numeric_limits<Real>::epsilon();
  for (std::size_t i = 0; i < TypeParam::size; ++i) {
    const Real x = a.lane[i];
    const Real y = b.lane[i];
    EXPECT_NEAR(sum.lane[i], x + y * x - y / x, 4 * ulp * std::abs(x * y) + ulp);
    EXPECT_EQ(larger.lane[i], std::max(x, y));
    EXPECT_EQ(chosen.lane[i], x < y ? x : -y);
    EXPECT_NEAR(e.lane[i], std::exp(y), 2 * ulp * std::exp(y));  // Eigen's packet exp: below 2 ulp
    EXPECT_NEAR(l.lane[i], std::log(x), 2 * ulp * (1 + std::abs(std::log(x))));
  }
}

}  // namespace
