#pragma once

#include "vec.hpp"
#include "vec_fast.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/step_group.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

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

/// Logarithms and powers of vec_fast.hpp in the form for chains, to 2e-7 and 4e-8.
[[nodiscard]] inline Vec log2_of(Vec x) { return fast::log2<fast::log2_long, fast::Shallow>(x); }
[[nodiscard]] inline Pair log2_of(Pair x) { return {log2_of(x.a), log2_of(x.b)}; }
[[nodiscard]] inline Vec log2_1p(Vec x) { return fast::log2_1p<fast::log2_long, fast::Shallow>(x); }
[[nodiscard]] inline Pair log2_1p(Pair x) { return {log2_1p(x.a), log2_1p(x.b)}; }
[[nodiscard]] inline fast::Power<Vec> exp2_of(Vec x) { return fast::exp2_both<fast::exp2_long, fast::Shallow>(x); }
[[nodiscard]] inline fast::Power<Pair> exp2_of(Pair x) {
  const fast::Power<Vec> a = exp2_of(x.a);
  const fast::Power<Vec> b = exp2_of(x.b);
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
