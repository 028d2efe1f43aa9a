#pragma once

#include <perdure/core/abi.hpp>

#include <Eigen/Core>

#include <array>
#include <cstddef>
#include <type_traits>

namespace perdure::inline PERDURE_ABI {

/// N truth values, one a lane.
template <std::size_t N>
struct Mask {
  std::array<bool, N> lane{};

  friend constexpr Mask operator&&(const Mask& a, const Mask& b) {
    Mask m;
    for (std::size_t i = 0; i < N; ++i) m.lane[i] = a.lane[i] && b.lane[i];
    return m;
  }
  friend constexpr Mask operator||(const Mask& a, const Mask& b) {
    Mask m;
    for (std::size_t i = 0; i < N; ++i) m.lane[i] = a.lane[i] || b.lane[i];
    return m;
  }
  /// Whether it holds in all lanes.
  friend constexpr bool every(const Mask& a) {
    bool all = true;
    for (std::size_t i = 0; i < N; ++i) all = all && a.lane[i];
    return all;
  }
  friend constexpr Mask operator!(const Mask& a) {
    Mask m;
    for (std::size_t i = 0; i < N; ++i) m.lane[i] = !a.lane[i];
    return m;
  }
};

/// N numbers handled together: rows of one column. Plain loops that the compiler turns into SIMD; exp and log go to Eigen's packet math.
/// `Real` is float in kernels and double where a test compares with the scalar template.
template <class Real, std::size_t N>
struct Pack {
  static_assert(std::is_floating_point_v<Real>);
  static constexpr std::size_t size = N;
  alignas(N * sizeof(Real) >= 32 ? 32 : sizeof(Real)) std::array<Real, N> lane{};

  constexpr Pack() = default;
  constexpr Pack(double value) { lane.fill(static_cast<Real>(value)); }  // NOLINT(google-explicit-constructor): constants mix with packs

  friend constexpr Pack operator+(const Pack& a, const Pack& b) {
    return zip(a, b, [](Real x, Real y) { return x + y; });
  }
  friend constexpr Pack operator-(const Pack& a, const Pack& b) {
    return zip(a, b, [](Real x, Real y) { return x - y; });
  }
  friend constexpr Pack operator*(const Pack& a, const Pack& b) {
    return zip(a, b, [](Real x, Real y) { return x * y; });
  }
  friend constexpr Pack operator/(const Pack& a, const Pack& b) {
    return zip(a, b, [](Real x, Real y) { return x / y; });
  }
  friend constexpr Pack operator-(const Pack& a) { return Pack{0.0} - a; }

  friend constexpr Mask<N> operator<(const Pack& a, const Pack& b) {
    Mask<N> m;
    for (std::size_t i = 0; i < N; ++i) m.lane[i] = a.lane[i] < b.lane[i];
    return m;
  }
  friend constexpr Mask<N> operator>(const Pack& a, const Pack& b) { return b < a; }
  friend constexpr Mask<N> operator<=(const Pack& a, const Pack& b) {
    Mask<N> m;
    for (std::size_t i = 0; i < N; ++i) m.lane[i] = a.lane[i] <= b.lane[i];
    return m;
  }
  friend constexpr Mask<N> operator>=(const Pack& a, const Pack& b) { return b <= a; }

  friend constexpr Pack select(const Mask<N>& condition, const Pack& yes, const Pack& no) {
    Pack y;
    for (std::size_t i = 0; i < N; ++i) y.lane[i] = condition.lane[i] ? yes.lane[i] : no.lane[i];
    return y;
  }

  friend Pack exp(const Pack& a) {
    Pack y;
    y.map() = a.map().exp();
    return y;
  }
  friend Pack log(const Pack& a) {
    Pack y;
    y.map() = a.map().log();
    return y;
  }
  friend Pack sqrt(const Pack& a) {
    Pack y;
    y.map() = a.map().sqrt();
    return y;
  }

 private:
  using Array = Eigen::Array<Real, static_cast<int>(N), 1>;
  [[nodiscard]] Eigen::Map<Array> map() { return Eigen::Map<Array>(lane.data()); }
  [[nodiscard]] Eigen::Map<const Array> map() const { return Eigen::Map<const Array>(lane.data()); }

  template <class Operation>
  static constexpr Pack zip(const Pack& a, const Pack& b, Operation operation) {
    Pack y;
    for (std::size_t i = 0; i < N; ++i) y.lane[i] = operation(a.lane[i], b.lane[i]);
    return y;
  }
};

}  // namespace perdure::inline PERDURE_ABI
