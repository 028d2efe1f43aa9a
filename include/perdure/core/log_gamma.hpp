#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/log1p.hpp>
#include <perdure/core/math.hpp>

#include <array>
#include <cstddef>

/// ln Gamma, its differences and those of its derivative, for every T of model math, from arithmetic and log alone. An argument is shifted up
/// by ten, where Stirling's series is exact to 7e-16 after six terms (the seventh is x^-13 / 156).
namespace perdure::inline PERDURE_ABI::math {

namespace detail {

inline constexpr int gamma_shift = 10;
/// B(2k) / (2k (2k - 1)), the coefficients of x^(1 - 2k), k = 1..6.
inline constexpr std::array stirling{1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360360.0};

/// The Stirling tail at y less that at y + step, over `step`: positive, and computed without a difference of the two.
template <class T>
[[nodiscard]] T stirling_tail_slope(const T& y, const T& step) {
  const T u = T(1.0) / y;
  const T v = T(1.0) / (y + step);
  T sum = T(0.0);
  T quotient = T(1.0);  // (u^n - v^n) / (u - v) for n = 1, 3, 5, ...
  T power = v;          // v^n
  for (const double coefficient : stirling) {
    sum = sum + T(coefficient) * quotient;
    quotient = u * u * quotient + power * (u + v);
    power = power * v * v;
  }
  return u * v * sum;
}

}  // namespace detail

/// ln Gamma(x) for x in (0, 1e30], to 1e-14 max(1, |ln Gamma(x)|).
template <class T>
[[nodiscard]] T log_gamma(const T& x) {
  using math::log;
  constexpr double half_log_two_pi = 0.91893853320467274178;
  const T low = min<T>(x, T(10.0));  // the product must not overflow where it is not used
  T product = low;
  for (int i = 1; i < detail::gamma_shift; ++i) product = product * (low + T(i));
  const auto shifted = x < T(10.0);
  const T y = select(shifted, T(x + T(detail::gamma_shift)), x);
  const T u = T(1.0) / y;
  T tail = T(0.0);
  for (std::size_t k = detail::stirling.size(); k-- > 0;) tail = tail * u * u + T(detail::stirling[k]);
  const T value = (y - T(0.5)) * log(y) - y + T(half_log_two_pi) + tail * u;
  return select(shifted, T(value - log(product)), value);
}

/// ln of B(a + step, b) / B(a, b), the Beta function: for p ~ Beta(a, b) the logarithm of the mean of p^step. Never positive, exactly 0 at
/// step 0. For a and b in [1e-3, 1e9] and step in [0, 1e15], to 4e-15 of itself however small the step.
///
/// It is minus the second difference of ln Gamma over b and step. Each part of that is written as ln(1 + something small), so that nothing
/// cancels: a shift by one gives ln(1 + b step / (a (a + b + step))), and the parts of Stirling's series partly cancel, by a factor of three.
template <class T>
[[nodiscard]] T log_beta_ratio(const T& a, const T& b, const T& step) {
  const T product = b * step;
  const T sum = b + step;
  T shifts = T(0.0);  // product of (1 + b step / ((a + i) (a + i + b + step))), less 1; two factors by one division
  for (int i = 0; i < detail::gamma_shift; i += 2) {
    const T x = a + T(i);
    const T p = x * (x + sum);
    const T q = (x + T(1.0)) * (x + T(1.0) + sum);
    const T share = product * (p + q + product) / (p * q);
    shifts = shifts + share + shifts * share;
  }
  const T y = a + T(detail::gamma_shift);
  const T small = min<T>(b, step);
  const T large = max<T>(b, step);
  const T tail = small * (detail::stirling_tail_slope(y, small) - detail::stirling_tail_slope(T(y + large), small));
  const T series =
      (y - T(0.5)) * log1p(T(-(b / (y + b)) * (step / (y + step)))) + b * log1p(T(step / (y + b))) + step * log1p(T(b / (y + step))) + tail;
  return -(series + log1p(shifts));
}

/// psi(x + step) - psi(x), the derivative of ln Gamma, to 1e-8 of itself: a slope for a solver. For x in [1e-3, 1e15], step in [0, 1e15].
template <class T>
[[nodiscard]] T digamma_step(const T& x, const T& step) {
  T sum = T(0.0);
  for (int i = 0; i < detail::gamma_shift; i += 2) {  // step / ((x + i) (x + i + step)), two by one division
    const T p = (x + T(i)) * (x + T(i) + step);
    const T q = (x + T(i + 1)) * (x + T(i + 1) + step);
    sum = sum + step * (p + q) / (p * q);
  }
  const T y = x + T(detail::gamma_shift);
  const T u = T(1.0) / y;
  const T v = T(1.0) / (y + step);
  const T squares = u * u + v * v;
  return sum + log1p(T(step * u)) + step * u * v * (T(0.5) + (u + v) * (T(1.0 / 12.0) - squares * T(1.0 / 120.0)));
}

}  // namespace perdure::inline PERDURE_ABI::math
