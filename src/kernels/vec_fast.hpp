#pragma once

#include "vec.hpp"
#include "vec_packet.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

/// Logarithms and powers of two for tuned kernels: no special arguments, each with the precision that its place needs, and the forms log2(1 + x)
/// and 2^x - 1 that keep their digits near zero. NaN passes through where it says so. Errors are those of the approximation; rounding adds 2 to 4
/// units in the last place.
namespace perdure::inline PERDURE_ABI::kernels::fast {

/// Minimax like those of vec.hpp, one degree lower. Relative error of log2(1 + f): 1.1e-6.
inline constexpr std::array log2_short{1.44269644729, -.721363576061, .480626766962, -.359371642047,
                                       .295699534339, -.269320227708, .171624529603};
/// Relative error of log2(1 + f): 1.7e-7.
inline constexpr auto log2_long = detail::log2_coefficients;
/// Relative error of 2^f - 1: 4.3e-7 (6.1e-7 in 2^x - 1 where 2^n - 1 cancels, as at x = 1/2); of 2^f: 1.8e-7.
inline constexpr std::array exp2_short{.693147143508, .240223513438, .0555050020506, .00966624541260, .00133335418071};

/// Relative error of 2^f: 3e-9, of 2^f - 1: 4e-8.
inline constexpr auto exp2_long = detail::exp2_coefficients;

/// C[0] + C[1] x + ... by Horner's rule: the fewest operations, each of which waits for the one before.
struct Horner {
  template <std::array C>
  [[nodiscard]] static Vec polynomial(Vec x) {
    return detail::polynomial<C>(x);
  }
};

/// The same by pairs of coefficients and squares of x: two or three multiplications more, and half the latency.
struct Shallow {
  template <std::array C>
  [[nodiscard]] static Vec polynomial(Vec x) {
    const auto line = [x](auto k) { return madd(x, Vec{C[k + 1]}, Vec{C[k]}); };
    constexpr std::integral_constant<std::size_t, 0> first{};
    constexpr std::integral_constant<std::size_t, 2> second{};
    constexpr std::integral_constant<std::size_t, 4> third{};
    const Vec square = x * x;
    const Vec low = madd(line(second), square, line(first));
    if constexpr (C.size() == 6) {
      return madd(line(third), square * square, low);
    } else {
      static_assert(C.size() == 8);
      constexpr std::integral_constant<std::size_t, 6> fourth{};
      return madd(madd(line(fourth), square, line(third)), square * square, low);
    }
  }
};

/// log2(x), x normal and positive.
template <std::array C, class Form = Horner>
[[nodiscard]] Vec log2(Vec x) {
  const detail::Parts p = detail::parts_normal(x);
  return madd(Form::template polynomial<C>(p.fraction), p.fraction, p.exponent);
}

/// log2(1 + x), 0 <= x < 2^126: relative precision down to 0, where it is exact. NaN stays NaN.
///
/// 1 + x = 2^e (1 + f) gives f = x 2^-e + (2^-e - 1), which rounds once where f is small: for e = 0 it is x itself.
template <std::array C, class Form = Horner>
[[nodiscard]] Vec log2_1p(Vec x) {
  constexpr std::int32_t half_root = 0x3f3504f3;                           // 1/sqrt 2
  constexpr auto exponent_field = static_cast<std::int32_t>(0xff800000U);  // sign and exponent
  const Vec one{1.0};
  const packet::Int shifted = packet::subtract(packet::bits((x + one).value), packet::all(half_root));
  const packet::Int scale_bits = packet::subtract(packet::bits(one.value), packet::and_(shifted, packet::all(exponent_field)));
  const Vec scale = Vec::from(packet::from_bits(scale_bits));  // 2^-e
  const Vec f = madd(x, scale, scale - one);
  return madd(Form::template polynomial<C>(f), f, Vec::from(packet::to_float(packet::shift_right<23>(shifted))));
}

/// 2^x for -126 <= x < 128.
[[nodiscard]] inline Vec exp2(Vec x) {
  const Vec rounded = x + Vec{detail::round_magic};
  const Vec f = x - (rounded - Vec{detail::round_magic});
  return detail::scale_normal(madd(detail::polynomial<exp2_short>(f), f, Vec{1.0}), rounded);
}

/// 2^x - 1 for -126 <= x <= 127: relative precision down to 0, where it is exact. NaN stays NaN.
[[nodiscard]] inline Vec exp2_m1(Vec x) {
  constexpr double magic = detail::round_magic + 127.0;  // the low bits hold round(x) + 127: the exponent field of 2^round(x)
  const Vec rounded = x + Vec{magic};
  const Vec f = x - (rounded - Vec{magic});
  const Vec scale = Vec::from(packet::from_bits(packet::shift_left<23>(packet::bits(rounded.value))));
  return madd(detail::polynomial<exp2_short>(f) * f, scale, scale - Vec{1.0});
}

/// 2^x and 2^x - 1, both to relative precision.
template <class V>
struct Power {
  V value, less_one;
};

/// For -126 <= x <= 127.
template <std::array C = exp2_short, class Form = Horner>
[[nodiscard]] Power<Vec> exp2_both(Vec x) {
  constexpr double magic = detail::round_magic + 127.0;  // as in exp2_m1
  const Vec rounded = x + Vec{magic};
  const Vec f = x - (rounded - Vec{magic});
  const Vec scale = Vec::from(packet::from_bits(packet::shift_left<23>(packet::bits(rounded.value))));
  const Vec change = Form::template polynomial<C>(f) * f;
  return {madd(change, scale, scale), madd(change, scale, scale - Vec{1.0})};
}

}  // namespace perdure::inline PERDURE_ABI::kernels::fast
