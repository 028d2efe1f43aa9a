#pragma once

#include <perdure/core/abi.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace perdure::inline PERDURE_ABI {

/// A value and its N partial derivatives: forward-mode automatic differentiation with the arithmetic that model math uses, no more.
/// Comparison looks at the value only, so `math::select` and clamps carry the derivative of the branch that was taken.
template <std::size_t N>
struct Dual {
  double v{};
  std::array<double, N> d{};

  constexpr Dual() = default;
  constexpr Dual(double value) : v{value} {}  // NOLINT(google-explicit-constructor): constants mix with duals in formulas

  /// Independent variable number `i`.
  [[nodiscard]] static constexpr Dual seed(double value, std::size_t i) {
    Dual x{value};
    x.d[i] = 1.0;
    return x;
  }

  /// f(x) from f's value and slope at x (chain rule).
  [[nodiscard]] constexpr Dual chain(double value, double slope) const {
    Dual y{value};
    for (std::size_t i = 0; i < N; ++i) y.d[i] = slope * d[i];
    return y;
  }

  friend constexpr Dual operator+(const Dual& a, const Dual& b) {
    Dual y{a.v + b.v};
    for (std::size_t i = 0; i < N; ++i) y.d[i] = a.d[i] + b.d[i];
    return y;
  }
  friend constexpr Dual operator-(const Dual& a, const Dual& b) {
    Dual y{a.v - b.v};
    for (std::size_t i = 0; i < N; ++i) y.d[i] = a.d[i] - b.d[i];
    return y;
  }
  friend constexpr Dual operator*(const Dual& a, const Dual& b) {
    Dual y{a.v * b.v};
    for (std::size_t i = 0; i < N; ++i) y.d[i] = a.d[i] * b.v + a.v * b.d[i];
    return y;
  }
  friend constexpr Dual operator/(const Dual& a, const Dual& b) {
    Dual y{a.v / b.v};
    const double inverse = 1.0 / b.v;
    for (std::size_t i = 0; i < N; ++i) y.d[i] = (a.d[i] - y.v * b.d[i]) * inverse;
    return y;
  }
  friend constexpr Dual operator-(const Dual& a) { return a.chain(-a.v, -1.0); }

  friend constexpr bool operator<(const Dual& a, const Dual& b) { return a.v < b.v; }
  friend constexpr bool operator>(const Dual& a, const Dual& b) { return a.v > b.v; }
  friend constexpr bool operator<=(const Dual& a, const Dual& b) { return a.v <= b.v; }
  friend constexpr bool operator>=(const Dual& a, const Dual& b) { return a.v >= b.v; }

  friend Dual exp(const Dual& a) {
    const double e = std::exp(a.v);
    return a.chain(e, e);
  }
  friend Dual log(const Dual& a) { return a.chain(std::log(a.v), 1.0 / a.v); }
  /// At 0, where the slope is infinite, the derivative is taken as 0: what stands there in model math is a count.
  friend Dual sqrt(const Dual& a) {
    const double root = std::sqrt(a.v);
    return a.chain(root, root > 0.0 ? 0.5 / root : 0.0);
  }
};

// A plain number beside a dual is a constant: these overloads spare the multiplications by zero derivatives.
template <std::size_t N>
[[nodiscard]] constexpr Dual<N> operator*(double k, const Dual<N>& a) {
  return a.chain(k * a.v, k);
}
template <std::size_t N>
[[nodiscard]] constexpr Dual<N> operator*(const Dual<N>& a, double k) {
  return a.chain(a.v * k, k);
}
template <std::size_t N>
[[nodiscard]] constexpr Dual<N> operator/(const Dual<N>& a, double k) {
  return a.chain(a.v / k, 1.0 / k);
}
template <std::size_t N>
[[nodiscard]] constexpr Dual<N> operator+(double k, const Dual<N>& a) {
  Dual<N> y = a;
  y.v += k;
  return y;
}
template <std::size_t N>
[[nodiscard]] constexpr Dual<N> operator+(const Dual<N>& a, double k) {
  return k + a;
}
template <std::size_t N>
[[nodiscard]] constexpr Dual<N> operator-(const Dual<N>& a, double k) {
  return -k + a;
}
template <std::size_t N>
[[nodiscard]] constexpr Dual<N> operator-(double k, const Dual<N>& a) {
  return a.chain(k - a.v, -1.0);
}

template <class T>
inline constexpr bool is_dual = false;
template <std::size_t N>
inline constexpr bool is_dual<Dual<N>> = true;

/// The value of a number or a dual number, as To, without derivatives: where a root is searched before its derivative is.
template <class To, class T>
[[nodiscard]] constexpr To value_as(const T& x) {
  if constexpr (is_dual<T>) {
    return To(x.v);
  } else {
    return To(x);
  }
}

}  // namespace perdure::inline PERDURE_ABI
