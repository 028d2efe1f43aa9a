#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/math.hpp>

#include <cmath>
#include <type_traits>

/// ln(1 + x) and e^x - 1 without the cancellation near 0, for every T of model math. A double has the standard library's; a dual number the same
/// and its slope; vectors make do with arithmetic, exp and log.
namespace perdure::inline PERDURE_ABI::math {

/// ln(1 + x) for x > -1, to 4 units in the last place. In vectors, within a quarter of 0 it is 2 atanh(x / (2 + x)), whose series in
/// z^2 <= 1/49 has dropped below 1e-17 after nine terms; beyond, the rounding of 1 + x is at most 2 units in its logarithm.
template <class T>
[[nodiscard]] T log1p(const T& x) {
  using math::log;
  if constexpr (std::is_same_v<T, double>) return std::log1p(x);
  if constexpr (is_dual<T>) return x.chain(std::log1p(x.v), 1.0 / (1.0 + x.v));
  return choose((x < T(0.25)) && (x > T(-0.25)),
                [&] {
                  const T z = x / (T(2.0) + x);
                  const T v = z * z;
                  T sum = T(1.0 / 17.0);
                  for (const double odd : {15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0}) sum = sum * v + T(1.0 / odd);
                  return T(T(2.0) * z * sum);
                },
                [&] { return T(log(T(1.0) + x)); });
}

/// e^x - 1, to 6 units in the last place. In vectors, within a quarter of 0 it is the Taylor series, whose thirteenth term is below 1e-17 of
/// the first; beyond, the rounding of e^x is at most 5 units in the difference.
template <class T>
[[nodiscard]] T expm1(const T& x) {
  using math::exp;
  if constexpr (std::is_same_v<T, double>) return std::expm1(x);
  if constexpr (is_dual<T>) {
    const double value = std::expm1(x.v);
    return x.chain(value, value + 1.0);
  }
  return choose((x < T(0.25)) && (x > T(-0.25)),
                [&] {
                  T sum = T(1.0);
                  for (int n = 12; n > 1; --n) sum = T(1.0) + x * sum * T(1.0 / n);
                  return T(x * sum);
                },
                [&] { return T(exp(x) - T(1.0)); });
}

}  // namespace perdure::inline PERDURE_ABI::math
