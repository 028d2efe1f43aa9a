#pragma once

#include "vec.hpp"
#include "vec_fast.hpp"
#include "vec_packet.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/step_group.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

/// What the sums of FSRS-7 are written with: one vector or two side by side. A step is a chain of eight logarithms and powers, each of
/// which waits for the one before; a second vector fills the time (1.3 to 1.5 times as fast; four would run out of registers).
namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit {

/// Truth values of a Pair.
struct PairMask {
  VecMask a, b;
  friend PairMask operator&&(PairMask x, PairMask y) { return {x.a && y.a, x.b && y.b}; }
  friend PairMask operator||(PairMask x, PairMask y) { return {x.a || y.a, x.b || y.b}; }
  friend PairMask operator!(PairMask x) { return {!x.a, !x.b}; }
};

/// Two vectors of adjacent lanes.
struct Pair {
  Vec a, b;
  static constexpr std::size_t size = 2 * Vec::size;

  Pair() = default;                 ///< not set
  Pair(Vec x) : a{x}, b{x} {}       // NOLINT(google-explicit-constructor): constants of a model mix with lanes
  Pair(double x) : Pair{Vec{x}} {}  // NOLINT(google-explicit-constructor): and so do numbers
  Pair(Vec first, Vec second) : a{first}, b{second} {}

  [[nodiscard]] static Pair load(const float* values) { return {Vec::load(values), Vec::load(values + Vec::size)}; }
  void store(float* values) const {
    a.store(values);
    b.store(values + Vec::size);
  }

  friend Pair operator+(Pair x, Pair y) { return {x.a + y.a, x.b + y.b}; }
  friend Pair operator-(Pair x, Pair y) { return {x.a - y.a, x.b - y.b}; }
  friend Pair operator*(Pair x, Pair y) { return {x.a * y.a, x.b * y.b}; }
  friend Pair operator/(Pair x, Pair y) { return {x.a / y.a, x.b / y.b}; }
  friend Pair operator-(Pair x) { return {-x.a, -x.b}; }
  friend PairMask operator<(Pair x, Pair y) { return {x.a < y.a, x.b < y.b}; }
  friend PairMask operator<=(Pair x, Pair y) { return {x.a <= y.a, x.b <= y.b}; }
  friend PairMask operator>(Pair x, Pair y) { return {x.a > y.a, x.b > y.b}; }
  friend PairMask operator>=(Pair x, Pair y) { return {x.a >= y.a, x.b >= y.b}; }
};

[[nodiscard]] inline Pair select(PairMask m, Pair x, Pair y) { return {kernels::select(m.a, x.a, y.a), kernels::select(m.b, x.b, y.b)}; }
[[nodiscard]] inline Pair keep(PairMask m, Pair x) { return {kernels::keep(m.a, x.a), kernels::keep(m.b, x.b)}; }
[[nodiscard]] inline Pair madd(Pair x, Pair y, Pair z) { return {kernels::madd(x.a, y.a, z.a), kernels::madd(x.b, y.b, z.b)}; }
[[nodiscard]] inline Pair min(Pair x, Pair y) { return {kernels::min(x.a, y.a), kernels::min(x.b, y.b)}; }
[[nodiscard]] inline Pair max(Pair x, Pair y) { return {kernels::max(x.a, y.a), kernels::max(x.b, y.b)}; }
[[nodiscard]] inline Pair sqrt(Pair x) { return {kernels::sqrt(x.a), kernels::sqrt(x.b)}; }

/// sum + x, and sum + x y, over the vectors of x and y.
[[nodiscard]] inline Vec gather(Vec sum, Vec x) { return sum + x; }
[[nodiscard]] inline Vec gather(Vec sum, Pair x) { return sum + (x.a + x.b); }
[[nodiscard]] inline Vec gather(Vec sum, Vec x, Vec y) { return kernels::madd(x, y, sum); }
[[nodiscard]] inline Vec gather(Vec sum, Pair x, Pair y) { return kernels::madd(x.b, y.b, kernels::madd(x.a, y.a, sum)); }

/// C[0] + C[1] x + ..., by pairs of coefficients and squares of x: two or three multiplications more than Horner's rule, and half its
/// latency.
template <std::array C>
[[nodiscard]] Vec shallow_polynomial(Vec x) {
  const auto line = [x](auto k) { return kernels::madd(x, Vec{C[k + 1]}, Vec{C[k]}); };
  constexpr std::integral_constant<std::size_t, 0> first{};
  constexpr std::integral_constant<std::size_t, 2> second{};
  constexpr std::integral_constant<std::size_t, 4> third{};
  const Vec square = x * x;
  const Vec low = kernels::madd(line(second), square, line(first));
  if constexpr (C.size() == 6) {
    return kernels::madd(line(third), square * square, low);
  } else {
    static_assert(C.size() == 8);
    constexpr std::integral_constant<std::size_t, 6> fourth{};
    return kernels::madd(kernels::madd(line(fourth), square, line(third)), square * square, low);
  }
}

/// log2 x, x normal and positive.
[[nodiscard]] inline Vec log2_of(Vec x) {
  const detail::Parts p = detail::parts_normal(x);
  return kernels::madd(shallow_polynomial<detail::log2_coefficients>(p.fraction), p.fraction, p.exponent);
}
[[nodiscard]] inline Pair log2_of(Pair x) { return {log2_of(x.a), log2_of(x.b)}; }

/// log2(1 + x), 0 <= x < 2^126: relative precision down to 0, where it is exact. As fast::log2_1p, with the polynomial above.
[[nodiscard]] inline Vec log2_1p(Vec x) {
  constexpr std::int32_t half_root = 0x3f3504f3;                           // 1/sqrt 2
  constexpr auto exponent_field = static_cast<std::int32_t>(0xff800000U);  // sign and exponent
  const Vec one{1.0};
  const packet::Int shifted = packet::subtract(packet::bits((x + one).value), packet::all(half_root));
  const packet::Int scale_bits = packet::subtract(packet::bits(one.value), packet::and_(shifted, packet::all(exponent_field)));
  const Vec scale = Vec::from(packet::from_bits(scale_bits));  // 2^-e
  const Vec f = kernels::madd(x, scale, scale - one);
  return kernels::madd(shallow_polynomial<detail::log2_coefficients>(f), f, Vec::from(packet::to_float(packet::shift_right<23>(shifted))));
}
[[nodiscard]] inline Pair log2_1p(Pair x) { return {log2_1p(x.a), log2_1p(x.b)}; }

/// 2^x and 2^x - 1 to 4e-8, each with the digits that the other lacks.
template <class V>
struct Power {
  V value, less_one;
};

/// For -126 <= x <= 127.
[[nodiscard]] inline Power<Vec> exp2_of(Vec x) {
  constexpr double magic = detail::round_magic + 127.0;  // as fast::exp2_m1, one degree higher
  const Vec rounded = x + Vec{magic};
  const Vec f = x - (rounded - Vec{magic});
  const Vec scale = Vec::from(packet::from_bits(packet::shift_left<23>(packet::bits(rounded.value))));
  const Vec fraction = shallow_polynomial<detail::exp2_coefficients>(f) * f;
  return {kernels::madd(fraction, scale, scale), kernels::madd(fraction, scale, scale - Vec{1.0})};
}
[[nodiscard]] inline Power<Pair> exp2_of(Pair x) {
  const Power<Vec> a = exp2_of(x.a);
  const Power<Vec> b = exp2_of(x.b);
  return {{a.value, b.value}, {a.less_one, b.less_one}};
}

/// What the codes of a row say (perdure::fit::step).
template <class V>
struct Codes;
template <>
struct Codes<Vec> {
  VecKey key;
  using Mask = VecMask;

  [[nodiscard]] static Codes load(const std::uint8_t* codes) { return {VecKey::load(codes)}; }
  [[nodiscard]] Mask grade(int g) const { return (key & fit::step::grade) == g; }
  [[nodiscard]] Mask predicted() const { return (key & fit::step::predicted) == fit::step::predicted; }
  [[nodiscard]] Mask right() const { return (key & fit::step::right) == fit::step::right; }
  [[nodiscard]] std::array<Vec, 4> operator()(const VecTables& tables) const { return tables(key); }
};
template <>
struct Codes<Pair> {
  Codes<Vec> a, b;
  using Mask = PairMask;

  [[nodiscard]] static Codes load(const std::uint8_t* codes) { return {Codes<Vec>::load(codes), Codes<Vec>::load(codes + Vec::size)}; }
  [[nodiscard]] Mask grade(int g) const { return {a.grade(g), b.grade(g)}; }
  [[nodiscard]] Mask predicted() const { return {a.predicted(), b.predicted()}; }
  [[nodiscard]] Mask right() const { return {a.right(), b.right()}; }
  [[nodiscard]] std::array<Pair, 4> operator()(const VecTables& tables) const {
    const std::array<Vec, 4> x = a(tables);
    const std::array<Vec, 4> y = b(tables);
    return {Pair{x[0], y[0]}, Pair{x[1], y[1]}, Pair{x[2], y[2]}, Pair{x[3], y[3]}};
  }
};

}  // namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit
