#pragma once

#include <perdure/core/abi.hpp>

#include <Eigen/Core>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

/// The float packet of the instruction set that this object is compiled for, as many 32-bit integers, and the primitives that differ between
/// instruction sets: comparisons (a mask register on AVX-512, a packet elsewhere) and arithmetic on the bits of a float. Without SIMD a packet
/// is one float.
namespace perdure::inline PERDURE_ABI::kernels::packet {

namespace ei = Eigen::internal;
using Float = ei::packet_traits<float>::type;
inline constexpr std::size_t size = ei::packet_traits<float>::size;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // a packet as a template argument: its alignment does not matter there
#endif
using Block = ei::PacketBlock<Float, static_cast<int>(size)>;  ///< a square of floats
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#if !defined(EIGEN_VECTORIZE)

using Int = std::int32_t;
using Mask = bool;
inline Mask less(Float a, Float b) { return a < b; }
inline Mask less_equal(Float a, Float b) { return a <= b; }
inline Mask equal(Int a, Int b) { return a == b; }
inline Mask both(Mask a, Mask b) { return a && b; }
inline Mask either(Mask a, Mask b) { return a || b; }
inline Mask negate(Mask a) { return !a; }
inline bool every(Mask m) { return m; }
inline Float select(Mask m, Float yes, Float no) { return m ? yes : no; }
inline Float keep(Mask m, Float x) { return m ? x : 0.0F; }
inline Float square_root(Float x) { return std::sqrt(x); }
inline Int bits(Float x) { return std::bit_cast<Int>(x); }
inline Float from_bits(Int x) { return std::bit_cast<Float>(x); }
inline Float to_float(Int x) { return static_cast<Float>(x); }
inline Int all(std::int32_t x) { return x; }
inline Int add(Int a, Int b) { return static_cast<Int>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b)); }
inline Int subtract(Int a, Int b) { return static_cast<Int>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b)); }
inline Int and_(Int a, Int b) { return a & b; }
inline Int or_(Int a, Int b) { return a | b; }
inline Int smaller(Int a, Int b) { return b < a ? b : a; }
inline Int larger(Int a, Int b) { return a < b ? b : a; }
inline Int xor_(Int a, Int b) { return a ^ b; }
template <int N>
Int shift_left(Int x) {
  return static_cast<Int>(static_cast<std::uint32_t>(x) << N);
}
template <int N>
Int shift_right(Int x) {
  return x >> N;
}

#else

#if defined(EIGEN_VECTORIZE_AVX512)
using Int = ei::Packet16i;
using Mask = __mmask16;
inline Mask less(Float a, Float b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
inline Mask less_equal(Float a, Float b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
inline Mask equal(Int a, Int b) { return _mm512_cmpeq_epi32_mask(a, b); }
inline Mask both(Mask a, Mask b) { return static_cast<Mask>(a & b); }
inline Mask either(Mask a, Mask b) { return static_cast<Mask>(a | b); }
inline Mask negate(Mask a) { return static_cast<Mask>(~a); }
inline bool every(Mask m) { return m == 0xFFFF; }
inline Float select(Mask m, Float yes, Float no) { return _mm512_mask_blend_ps(m, no, yes); }
inline Float keep(Mask m, Float x) { return _mm512_maskz_mov_ps(m, x); }
inline Float square_root(Float x) { return _mm512_sqrt_ps(x); }
inline Int smaller(Int a, Int b) { return _mm512_min_epi32(a, b); }  // signed; Eigen has none for wide integers
inline Int larger(Int a, Int b) { return _mm512_max_epi32(a, b); }
#else
#if defined(EIGEN_VECTORIZE_AVX)
using Int = ei::Packet8i;
inline Float square_root(Float x) { return _mm256_sqrt_ps(x); }  // Eigen's own is an approximation on these two
inline Int smaller(Int a, Int b) { return _mm256_min_epi32(a, b); }
inline Int larger(Int a, Int b) { return _mm256_max_epi32(a, b); }
#elif defined(EIGEN_VECTORIZE_SSE)
using Int = ei::Packet4i;
inline Float square_root(Float x) { return _mm_sqrt_ps(x); }
inline Int smaller(Int a, Int b) { return ei::pmin(a, b); }
inline Int larger(Int a, Int b) { return ei::pmax(a, b); }
#else
using Int = ei::Packet4i;
inline Float square_root(Float x) { return ei::psqrt(x); }
inline Int smaller(Int a, Int b) { return ei::pmin(a, b); }
inline Int larger(Int a, Int b) { return ei::pmax(a, b); }
#endif
using Mask = Float;
inline Mask less(Float a, Float b) { return ei::pcmp_lt(a, b); }
inline Mask less_equal(Float a, Float b) { return ei::pcmp_le(a, b); }
inline Mask equal(Int a, Int b) { return ei::preinterpret<Float, Int>(ei::pcmp_eq(a, b)); }
inline Mask both(Mask a, Mask b) { return ei::pand(a, b); }
inline Mask either(Mask a, Mask b) { return ei::por(a, b); }
inline Mask negate(Mask a) { return ei::pxor(a, ei::ptrue(a)); }
inline bool every(Mask m) { return !ei::predux_any(negate(m)); }
inline Float select(Mask m, Float yes, Float no) { return ei::pselect(m, yes, no); }
inline Float keep(Mask m, Float x) { return ei::pand(m, x); }
#endif

inline Int bits(Float x) { return ei::preinterpret<Int, Float>(x); }
inline Float from_bits(Int x) { return ei::preinterpret<Float, Int>(x); }
inline Float to_float(Int x) { return ei::pcast<Int, Float>(x); }
inline Int all(std::int32_t x) { return ei::pset1<Int>(x); }
inline Int add(Int a, Int b) { return ei::padd(a, b); }
inline Int subtract(Int a, Int b) { return ei::psub(a, b); }
inline Int and_(Int a, Int b) { return ei::pand(a, b); }
inline Int or_(Int a, Int b) { return ei::por(a, b); }
inline Int xor_(Int a, Int b) { return ei::pxor(a, b); }
template <int N>
Int shift_left(Int x) {
  return ei::plogical_shift_left<N>(x);
}
template <int N>
Int shift_right(Int x) {  // arithmetic: the sign is kept
  return ei::parithmetic_shift_right<N>(x);
}

#endif

}  // namespace perdure::inline PERDURE_ABI::kernels::packet
