#pragma once

#include "vec_packet.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace perdure::inline PERDURE_ABI::kernels {

/// Truth values, one a lane of Vec.
struct VecMask {
  packet::Mask value;

  friend VecMask operator&&(VecMask a, VecMask b) { return {packet::both(a.value, b.value)}; }
  friend VecMask operator||(VecMask a, VecMask b) { return {packet::either(a.value, b.value)}; }
  friend VecMask operator!(VecMask a) { return {packet::negate(a.value)}; }
  friend bool every(VecMask a) { return packet::every(a.value); }  ///< whether it holds in all lanes
};

/// One packet of float32 of the instruction set that this object is compiled for: a T for model templates, and what tuned kernels are written
/// with. 4 lanes with SSE2 or NEON, 8 with AVX, 16 with AVX-512, 1 without SIMD. A value of this type never leaves the object that it is
/// compiled into: its size and alignment depend on the instruction set.
struct Vec {
  packet::Float value;
  static constexpr std::size_t size = packet::size;

  Vec() = default;                                                                   ///< not set
  Vec(double x) : value{packet::ei::pset1<packet::Float>(static_cast<float>(x))} {}  // NOLINT(google-explicit-constructor): constants mix
  [[nodiscard]] static Vec from(packet::Float packet) {
    Vec x;
    x.value = packet;
    return x;
  }

  /// `size` floats, at any alignment.
  [[nodiscard]] static Vec load(const float* values) { return from(packet::ei::ploadu<packet::Float>(values)); }
  void store(float* values) const { packet::ei::pstoreu<float, packet::Float>(values, value); }

  friend Vec operator+(Vec a, Vec b) { return from(packet::ei::padd(a.value, b.value)); }
  friend Vec operator-(Vec a, Vec b) { return from(packet::ei::psub(a.value, b.value)); }
  friend Vec operator*(Vec a, Vec b) { return from(packet::ei::pmul(a.value, b.value)); }
  friend Vec operator/(Vec a, Vec b) { return from(packet::ei::pdiv(a.value, b.value)); }
  friend Vec operator-(Vec a) { return from(packet::ei::pnegate(a.value)); }

  friend VecMask operator<(Vec a, Vec b) { return {packet::less(a.value, b.value)}; }
  friend VecMask operator<=(Vec a, Vec b) { return {packet::less_equal(a.value, b.value)}; }
  friend VecMask operator>(Vec a, Vec b) { return b < a; }
  friend VecMask operator>=(Vec a, Vec b) { return b <= a; }
};

/// `yes` where the mask is set, else `no`.
[[nodiscard]] inline Vec select(VecMask mask, Vec yes, Vec no) { return Vec::from(packet::select(mask.value, yes.value, no.value)); }
/// x where the mask is set, else 0.
[[nodiscard]] inline Vec keep(VecMask mask, Vec x) { return Vec::from(packet::keep(mask.value, x.value)); }
/// a b + c, in one rounding where the instruction set can.
[[nodiscard]] inline Vec madd(Vec a, Vec b, Vec c) { return Vec::from(packet::ei::pmadd(a.value, b.value, c.value)); }
/// Smaller and larger. NaN in `a` stays; put constants second.
[[nodiscard]] inline Vec min(Vec a, Vec b) { return Vec::from(packet::ei::pmin(a.value, b.value)); }
[[nodiscard]] inline Vec max(Vec a, Vec b) { return Vec::from(packet::ei::pmax(a.value, b.value)); }
[[nodiscard]] inline Vec sqrt(Vec x) { return Vec::from(packet::square_root(x.value)); }

namespace detail {

/// C[0] + C[1] x + ... by Horner's rule. The coefficients are part of the type, so that they become constants of the loop around.
template <std::array C, std::size_t K = 0>
[[nodiscard]] Vec polynomial(Vec x) {
  constexpr auto c = static_cast<double>(static_cast<float>(C[K]));
  if constexpr (K + 1 == C.size()) {
    return Vec{c};
  } else {
    return madd(polynomial<C, K + 1>(x), x, Vec{c});
  }
}

/// (2^f - 1) / f for |f| <= 1/2: minimax, relative error of 2^f 3e-9, of 2^f - 1 4e-8.
inline constexpr std::array exp2_coefficients{.6931472057, .2402264689, .05550328777, .009618488958, .001339993122, .0001534581179};
/// log2(1 + f) / f for 1 + f in [1/sqrt 2, sqrt 2]: minimax, relative error 1.7e-7.
inline constexpr std::array log2_coefficients{1.442694962, -.7213527881, .4809232421, -.3602396392,
                                              .2870987048, -.2488768773, .2340423321, -.1458115987};

/// c[k] factor step^k: the polynomial factor p(step x).
template <std::size_t N>
constexpr std::array<double, N> rescaled(std::array<double, N> c, double factor, double step) {
  for (double& value : c) {
    value *= factor;
    factor *= step;
  }
  return c;
}
inline constexpr double ln_2 = 0.69314718055994531;
inline constexpr double log2_e = 1.4426950408889634;
inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double smallest_normal = 0x1p-126;

/// x = 2^exponent (1 + fraction), 1 + fraction in [1/sqrt 2, sqrt 2).
struct Parts {
  Vec exponent, fraction;
};
[[nodiscard]] inline Parts parts_normal(Vec x) {
  constexpr std::int32_t half_root = 0x3f3504f3;  // 1/sqrt 2
  const packet::Int shifted = packet::add(packet::bits(x.value), packet::all(-half_root));
  const packet::Int mantissa = packet::add(packet::and_(shifted, packet::all(0x7fffff)), packet::all(half_root));
  return {Vec::from(packet::to_float(packet::shift_right<23>(shifted))), Vec::from(packet::from_bits(mantissa)) - Vec{1.0}};
}

/// x 2^n for the n that `rounded` holds (see round_magic); the result must be normal.
[[nodiscard]] inline Vec scale_normal(Vec x, Vec rounded) {
  return Vec::from(packet::from_bits(packet::add(packet::bits(x.value), packet::shift_left<23>(packet::bits(rounded.value)))));
}
inline constexpr double round_magic = 0x1.8p23;  ///< x + this holds round(x) in its low bits, for |x| < 2^22

/// log_b(x) from the coefficients of log_b(1 + f)/f and log_b(2), for normal x > 0; NaN for NaN of neither sign is promised.
template <std::array C>
[[nodiscard]] Vec log_normal(double log_of_2, Vec x) {
  const Parts p = parts_normal(x);
  return madd(p.exponent, Vec{log_of_2}, polynomial<C>(p.fraction) * p.fraction);
}

/// Puts the special cases of a logarithm right: -inf at 0 and for subnormal numbers, NaN below 0, +inf and NaN as they are.
[[nodiscard]] inline Vec log_special(Vec x, Vec y) {
  y = select(x < Vec{inf}, y, x);
  const Vec below = select(x < Vec{0.0}, Vec{std::numeric_limits<double>::quiet_NaN()}, Vec{-inf});
  return select(x < Vec{smallest_normal}, below, y);
}

}  // namespace detail

/// 2^x for x in [-126, 128).
[[nodiscard]] inline Vec exp2_normal(Vec x) {
  const Vec rounded = x + Vec{detail::round_magic};
  const Vec f = x - (rounded - Vec{detail::round_magic});
  return detail::scale_normal(madd(detail::polynomial<detail::exp2_coefficients>(f), f, Vec{1.0}), rounded);
}

/// log2 x for normal x > 0.
[[nodiscard]] inline Vec log2_normal(Vec x) { return detail::log_normal<detail::log2_coefficients>(1.0, x); }

/// 2^x; 0 below 2^-126, infinity from 2^128 on.
[[nodiscard]] inline Vec exp2(Vec x) {
  const Vec y = select(x < Vec{-126.0}, Vec{0.0}, exp2_normal(x));
  return select(x < Vec{128.0}, y, x + Vec{detail::inf});  // NaN stays NaN
}

/// e^x; 0 below 2^-126, infinity above the range.
[[nodiscard]] inline Vec exp(Vec x) {
  constexpr double ln_2_high = 0x1.62e4p-1;  // 15 bits: n times this is exact
  constexpr double ln_2_low = detail::ln_2 - ln_2_high;
  constexpr double highest = 88.7228317;  // the last float32 whose e^x is finite
  constexpr double lowest = -87.3365402;  // the last float32 whose e^x is normal
  const Vec rounded = madd(x, Vec{detail::log2_e}, Vec{detail::round_magic});
  const Vec n = rounded - Vec{detail::round_magic};
  const Vec r = madd(n, Vec{-ln_2_low}, madd(n, Vec{-ln_2_high}, x));
  constexpr auto c = detail::rescaled(detail::exp2_coefficients, detail::log2_e, detail::log2_e);  // (e^r - 1)/r
  const Vec y = select(x < Vec{lowest}, Vec{0.0}, detail::scale_normal(madd(detail::polynomial<c>(r), r, Vec{1.0}), rounded));
  return select(x <= Vec{highest}, y, x + Vec{detail::inf});
}

/// log2 x: -infinity at 0 and for subnormal x, NaN below 0.
[[nodiscard]] inline Vec log2(Vec x) { return detail::log_special(x, log2_normal(x)); }

/// ln x: -infinity at 0 and for subnormal x, NaN below 0.
[[nodiscard]] inline Vec log(Vec x) {
  constexpr auto c = detail::rescaled(detail::log2_coefficients, detail::ln_2, 1.0);
  return detail::log_special(x, detail::log_normal<c>(detail::ln_2, x));
}

/// base^exponent for base >= 0: the relative error is that of 2^(exponent log2 base), 2e-7 of the argument.
[[nodiscard]] inline Vec pow(Vec base, Vec exponent) { return exp2(exponent * log2(base)); }

}  // namespace perdure::inline PERDURE_ABI::kernels
