#include "kernels/vec.hpp"

#include "kernels/vec_fast.hpp"
#include "kernels/vec_table.hpp"

#include <perdure/core/math.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using perdure::kernels::Vec;
using perdure::kernels::VecKey;
using perdure::kernels::VecTables;
namespace fast = perdure::kernels::fast;

constexpr double infinity = std::numeric_limits<double>::infinity();
#if defined(__FMA__)
constexpr double unfused = 0.0;
#else
constexpr double unfused = 0.5;  ///< one more rounding where multiply and add do not fuse, in units in the last place
#endif

using Lanes = std::array<float, Vec::size>;

Lanes lanes(Vec x) {
  Lanes y;
  x.store(y.data());
  return y;
}

/// Of one number, in every lane.
template <class Function>
double value(const Function& function, double x) {
  return static_cast<double>(lanes(function(Vec{x}))[0]);
}

/// Units in the last place of float32 between a result and the truth.
double ulps(float got, double truth) {
  int exponent = 0;
  std::frexp(truth, &exponent);
  return std::abs(static_cast<double>(got) - truth) / std::ldexp(1.0, exponent - 24);
}

/// Calls `note(result, x)` for every 61st float32 from `first` on, away from zero, until `last`.
template <class Function, class Note>
void scan(float first, float last, const Function& function, const Note& note) {
  constexpr std::uint32_t stride = 61;
  const auto end = std::bit_cast<std::uint32_t>(last);
  for (auto bits = std::bit_cast<std::uint32_t>(first); bits <= end; bits += stride * Vec::size) {
    Lanes x;
    for (std::size_t l = 0; l < Vec::size; ++l) x[l] = std::bit_cast<float>(bits + stride * static_cast<std::uint32_t>(l));
    const Lanes y = lanes(function(Vec::load(x.data())));
    for (std::size_t l = 0; l < Vec::size; ++l) {
      if (std::abs(x[l]) <= std::abs(last)) note(y[l], static_cast<double>(x[l]));
    }
  }
}

template <class Function, class Truth>
double worst_ulps(float first, float last, const Function& function, const Truth& truth) {
  double worst = 0.0;
  scan(first, last, function, [&](float y, double x) {
    const double difference = ulps(y, truth(x));
    worst = difference <= worst ? worst : difference;  // NaN stays
  });
  return worst;
}

template <class Function, class Truth>
double worst_relative(float first, float last, const Function& function, const Truth& truth) {
  double worst = 0.0;
  scan(first, last, function, [&](float y, double x) {
    const double difference = std::abs(static_cast<double>(y) / truth(x) - 1.0);
    worst = difference <= worst ? worst : difference;
  });
  return worst;
}

const auto exp2_of = [](Vec x) { return exp2(x); };
const auto exp_of = [](Vec x) { return exp(x); };
const auto log2_of = [](Vec x) { return log2(x); };
const auto log_of = [](Vec x) { return log(x); };

// 2^f = 1 + f q(f): half a unit for the last sum, and 1.5 units of f q(f) < 0.42 before it; the approximation itself adds 0.05.
TEST(Vec, Exp2IsWithinAUnitInTheLastPlace) {
  const auto truth = [](double x) { return std::exp2(x); };
  EXPECT_LE(worst_ulps(1e-9F, 127.999F, exp2_of, truth), 1.0 + unfused);
  EXPECT_LE(worst_ulps(-1e-9F, -126.0F, exp2_of, truth), 1.0 + unfused);
}

// The rounding of the reduced argument, at most 0.35, comes on top.
TEST(Vec, ExpIsWithinOneAndAHalfUnits) {
  const auto truth = [](double x) { return std::exp(x); };
  EXPECT_LE(worst_ulps(1e-9F, 88.72283F, exp_of, truth), 1.5 + unfused);
  EXPECT_LE(worst_ulps(-1e-9F, -87.33654F, exp_of, truth), 1.5 + unfused);
}

// The approximation of log2(1 + f)/f is off by up to 1.7e-7, 2.9 units of a result just above a power of two; Horner's rule adds two roundings of
// f p(f), the sum with the exponent half a unit.
TEST(Vec, LogarithmsAreWithinSixUnitsAlsoNearOne) {
  const float smallest = std::numeric_limits<float>::min();
  const float largest = std::numeric_limits<float>::max();
  EXPECT_LE(worst_ulps(smallest, largest, log2_of, [](double x) { return x == 1.0 ? 0.0 : std::log2(x); }), 6.0);
  EXPECT_LE(worst_ulps(smallest, largest, log_of, [](double x) { return x == 1.0 ? 0.0 : std::log(x); }), 6.0);
  EXPECT_EQ(value(log_of, 1.0), 0.0);
}

TEST(Vec, SpecialArgumentsAreThoseOfFloat32) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& function : {+[](Vec x) { return exp2(x); }, +[](Vec x) { return exp(x); }}) {
    EXPECT_EQ(value(function, 0.0), 1.0);
    EXPECT_EQ(value(function, infinity), infinity);
    EXPECT_EQ(value(function, 1e30), infinity);
    EXPECT_EQ(value(function, 129.0), infinity);
    EXPECT_EQ(value(function, -infinity), 0.0);
    EXPECT_EQ(value(function, -1e30), 0.0);
    EXPECT_EQ(value(function, -127.0), 0.0);
    EXPECT_TRUE(std::isnan(value(function, nan)));
  }
  EXPECT_EQ(value(exp2_of, 128.0), infinity);
  EXPECT_EQ(value(exp_of, 88.7229), infinity);
  for (const auto& function : {+[](Vec x) { return log2(x); }, +[](Vec x) { return log(x); }}) {
    EXPECT_EQ(value(function, 0.0), -infinity);
    EXPECT_EQ(value(function, 1e-40), -infinity);  // subnormal
    EXPECT_EQ(value(function, infinity), infinity);
    EXPECT_TRUE(std::isnan(value(function, -1.0)));
    EXPECT_TRUE(std::isnan(value(function, nan)));
  }
  EXPECT_EQ(value([](Vec x) { return pow(x, Vec{0.5}); }, 0.0), 0.0);
}

// The error of log2 (6 units) is multiplied by the exponent and ln 2 on the way through 2^x.
TEST(Vec, PowIsAsGoodAsItsArgument) {
  const auto power = [](Vec x) { return pow(x, Vec{-0.5}); };
  EXPECT_LE(worst_relative(1e-3F, 1e6F, power, [](double x) { return 1.0 / std::sqrt(x); }), 1.5e-6);
}

// Short polynomials and forms that keep their digits at zero: the error stated in vec_fast.hpp, and 4 units of rounding (2.4e-7).
TEST(VecFast, HasTheStatedErrors) {
  constexpr double rounding = 2.4e-7;
  const auto log2_1p = [](double x) { return std::log1p(x) / std::log(2.0); };
  const auto exp2_m1 = [](double x) { return std::expm1(x * std::log(2.0)); };
  EXPECT_LE(worst_relative(
                1e-30F, 1e12F, [](Vec x) { return fast::log2_1p<fast::log2_long>(x); }, log2_1p),
            1.7e-7 + rounding);
  EXPECT_LE(worst_relative(
                1e-30F, 1e12F, [](Vec x) { return fast::log2_1p<fast::log2_short>(x); }, log2_1p),
            1.1e-6 + rounding);
  EXPECT_LE(worst_relative(
                1e-30F, 127.0F, [](Vec x) { return fast::exp2_m1(x); }, exp2_m1),
            6.1e-7 + rounding);
  EXPECT_LE(worst_relative(
                -1e-30F, -126.0F, [](Vec x) { return fast::exp2_m1(x); }, exp2_m1),
            6.1e-7 + rounding);
  EXPECT_LE(worst_relative(
                -1e-9F, -126.0F, [](Vec x) { return fast::exp2(x); }, [](double x) { return std::exp2(x); }),
            1.8e-7 + rounding);
  EXPECT_EQ(value([](Vec x) { return fast::log2_1p<fast::log2_long>(x); }, 0.0), 0.0);
  EXPECT_EQ(value([](Vec x) { return fast::exp2_m1(x); }, 0.0), 0.0);
  EXPECT_TRUE(std::isnan(value([](Vec x) { return fast::exp2_m1(fast::log2_1p<fast::log2_long>(x)); }, std::nan(""))));
}

TEST(Vec, MixesWithConstantsAndSelects) {
  std::vector<float> x(Vec::size);
  for (std::size_t l = 0; l < x.size(); ++l) x[l] = static_cast<float>(l) - 1.5F;
  const Vec v = Vec::load(x.data());
  const Lanes sum = lanes(2 * v + 1.0 - v / 4);
  const Lanes clamped = lanes(perdure::math::clamp(v, -1.0, 1.0));
  const Lanes chosen = lanes(select(v < Vec{0.0} && !(v <= Vec{-1.0}), -v, Vec{9.0}));
  const Lanes outside = lanes(keep(v > Vec{1.0} || v < Vec{-1.0}, v));
  for (std::size_t l = 0; l < x.size(); ++l) {
    EXPECT_EQ(sum[l], 2.0F * x[l] + 1.0F - x[l] / 4.0F);
    EXPECT_EQ(clamped[l], std::min(std::max(x[l], -1.0F), 1.0F));
    EXPECT_EQ(chosen[l], x[l] > -1.0F && x[l] < 0.0F ? -x[l] : 9.0F);
    EXPECT_EQ(outside[l], std::abs(x[l]) > 1.0F ? x[l] : 0.0F);
  }
  EXPECT_EQ(value([](Vec y) { return sqrt(y); }, 2.0), static_cast<double>(std::sqrt(2.0F)));
  EXPECT_TRUE(std::isnan(value([](Vec y) { return min(max(y, Vec{1.0}), Vec{2.0}); }, std::nan(""))));
}

TEST(VecTables, GivesEachLaneItsOwnRow) {
  std::array<VecTables::Column, 4> numbers;
  for (std::size_t c = 0; c < numbers.size(); ++c) {
    for (std::size_t k = 0; k < numbers[c].size(); ++k) numbers[c][k] = static_cast<float>(10 * c + k);
  }
  const VecTables tables{numbers};
  for (std::uint8_t shift = 0; shift < 8; ++shift) {
    std::array<std::uint8_t, Vec::size> key;
    for (std::size_t l = 0; l < key.size(); ++l) key[l] = static_cast<std::uint8_t>((3 * l + shift) % 8);
    const auto found = tables(VecKey::load(key.data()));
    for (std::size_t c = 0; c < numbers.size(); ++c) {
      const Lanes column = lanes(found[c]);
      for (std::size_t l = 0; l < key.size(); ++l) EXPECT_EQ(column[l], numbers[c][key[l]]);
    }
  }
}

TEST(VecTables, SelectsBySignAndFlipsByMask) {
  const VecKey key = flip_where(Vec{0.5} < Vec{1.0}, bits_of(Vec{1.0}), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(lanes(float_of(key))[0], -1.0F);
  EXPECT_EQ(lanes(select_negative(key, Vec{2.0}, Vec{3.0}))[0], 2.0F);
  EXPECT_EQ(lanes(select_negative(bits_of(Vec{1.0}), Vec{2.0}, Vec{3.0}))[0], 3.0F);
}

}  // namespace
