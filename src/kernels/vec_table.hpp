#pragma once

#include "vec.hpp"
#include "vec_packet.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace perdure::inline PERDURE_ABI::kernels {

/// 32-bit integers, one a lane.
struct VecKey {
  packet::Int value;

  /// `Vec::size` integers, at any alignment.
  [[nodiscard]] static VecKey load(const std::int32_t* integers) { return {packet::ei::ploadu<packet::Int>(integers)}; }
  void store(std::int32_t* integers) const { packet::ei::pstoreu<std::int32_t, packet::Int>(integers, value); }

  /// `Vec::size` bytes, at any alignment.
  [[nodiscard]] static VecKey load(const std::uint8_t* bytes) {
#if defined(EIGEN_VECTORIZE_AVX512)
    return {_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)))};
#elif defined(EIGEN_VECTORIZE_AVX2)
    return {_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes)))};
#elif defined(EIGEN_VECTORIZE_SSE) && !defined(EIGEN_VECTORIZE_AVX)
    std::int32_t four = 0;
    std::memcpy(&four, bytes, sizeof four);
    const __m128i zero = _mm_setzero_si128();
    return {packet::Int(_mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(four), zero), zero))};
#else
    std::array<std::int32_t, Vec::size> wide;
    for (std::size_t lane = 0; lane < Vec::size; ++lane) wide[lane] = bytes[lane];
    return load(wide.data());
#endif
  }

  friend VecMask operator==(VecKey a, std::int32_t b) { return {packet::equal(a.value, packet::all(b))}; }
  friend VecKey operator&(VecKey a, std::int32_t b) { return {packet::and_(a.value, packet::all(b))}; }
  friend VecKey operator|(VecKey a, VecKey b) { return {packet::or_(a.value, b.value)}; }
};

/// Lane by lane, as signed integers.
[[nodiscard]] inline VecKey smaller(VecKey a, VecKey b) { return {packet::smaller(a.value, b.value)}; }
[[nodiscard]] inline VecKey larger(VecKey a, VecKey b) { return {packet::larger(a.value, b.value)}; }

/// The bits of the floats, and the floats of the bits.
[[nodiscard]] inline VecKey bits_of(Vec x) { return {packet::bits(x.value)}; }
[[nodiscard]] inline Vec float_of(VecKey bits) { return Vec::from(packet::from_bits(bits.value)); }

/// `key` with `bits` flipped where the mask is set.
[[nodiscard]] inline VecKey flip_where(VecMask mask, VecKey key, std::int32_t bits) {
#if defined(EIGEN_VECTORIZE_AVX512)
  return {_mm512_mask_xor_epi32(key.value, mask.value, key.value, packet::all(bits))};
#elif defined(EIGEN_VECTORIZE)
  return {packet::xor_(key.value, packet::and_(packet::bits(mask.value), packet::all(bits)))};
#else
  return {mask.value ? key.value ^ bits : key.value};
#endif
}

/// `yes` where the key is negative, else `no`.
[[nodiscard]] inline Vec select_negative(VecKey key, Vec yes, Vec no) {
#if defined(EIGEN_VECTORIZE_AVX512)
  return Vec::from(_mm512_mask_blend_ps(_mm512_movepi32_mask(key.value), no.value, yes.value));
#elif defined(EIGEN_VECTORIZE_AVX)
  return Vec::from(_mm256_blendv_ps(no.value, yes.value, packet::from_bits(key.value)));  // reads the sign alone
#elif defined(EIGEN_VECTORIZE)
  return select(VecMask{packet::from_bits(packet::shift_right<31>(key.value))}, yes, no);
#else
  return key.value < 0 ? yes : no;
#endif
}

/// Whether the key is negative.
[[nodiscard]] inline VecMask negative(VecKey key) {
#if defined(EIGEN_VECTORIZE_AVX512)
  return {_mm512_movepi32_mask(key.value)};
#elif defined(EIGEN_VECTORIZE)
  return {packet::from_bits(packet::shift_right<31>(key.value))};
#else
  return {key.value < 0};
#endif
}

/// The bits of a key moved N places towards the lowest; the sign is repeated.
template <int N>
[[nodiscard]] VecKey shifted_right(VecKey key) {
  return {packet::shift_right<N>(key.value)};
}
template <int N>
[[nodiscard]] VecKey shifted_left(VecKey key) {
  return {packet::shift_left<N>(key.value)};
}

/// `yes` where the mask is set, else `no`.
[[nodiscard]] inline VecKey select(VecMask mask, VecKey yes, VecKey no) { return bits_of(select(mask, float_of(yes), float_of(no))); }

/// Rows to columns: lane l of vector k becomes lane k of vector l.
inline void transpose(std::array<Vec, Vec::size>& block) {
  packet::Block rows;
  for (std::size_t k = 0; k < Vec::size; ++k) rows.packet[k] = block[k].value;
  packet::ei::ptranspose(rows);
  for (std::size_t k = 0; k < Vec::size; ++k) block[k].value = rows.packet[k];
}

/// Four tables of eight numbers, looked up by the low three bits of a key. With AVX2 and AVX-512 a table is a register that the key permutes.
/// Elsewhere the four numbers of a key stand together; a row is loaded for each lane, and rows are transposed to columns.
class VecTables {
 public:
  static constexpr std::size_t keys = 8;
  static constexpr std::size_t columns = 4;
  using Column = std::array<float, keys>;

#if defined(EIGEN_VECTORIZE_AVX512)
  explicit VecTables(const std::array<Column, columns>& numbers) {
    for (std::size_t c = 0; c < columns; ++c) {
      const __m256 column = _mm256_loadu_ps(numbers[c].data());
      column_[c] = Vec::from(_mm512_broadcast_f32x8(column));
    }
  }
  [[nodiscard]] Vec column(std::size_t c, VecKey key) const { return Vec::from(_mm512_permutexvar_ps(key.value, column_[c].value)); }
  [[nodiscard]] std::array<Vec, columns> operator()(VecKey key) const {
    return {column(0, key), column(1, key), column(2, key), column(3, key)};
  }

 private:
  std::array<Vec, columns> column_;
#elif defined(EIGEN_VECTORIZE_AVX2)
  explicit VecTables(const std::array<Column, columns>& numbers) {
    for (std::size_t c = 0; c < columns; ++c) column_[c] = Vec::load(numbers[c].data());
  }
  [[nodiscard]] Vec column(std::size_t c, VecKey key) const { return Vec::from(_mm256_permutevar8x32_ps(column_[c].value, key.value)); }
  [[nodiscard]] std::array<Vec, columns> operator()(VecKey key) const {
    return {column(0, key), column(1, key), column(2, key), column(3, key)};
  }

 private:
  std::array<Vec, columns> column_;
#else
  explicit VecTables(const std::array<Column, columns>& numbers) {
    for (std::size_t k = 0; k < keys; ++k) {
      for (std::size_t c = 0; c < columns; ++c) rows_[columns * k + c] = numbers[c][k];
    }
  }
  [[nodiscard]] std::array<Vec, columns> operator()(VecKey key) const {
    std::array<std::int32_t, Vec::size> lane;
    key.store(lane.data());
    std::array<const float*, Vec::size> row;
    for (std::size_t l = 0; l < Vec::size; ++l) row[l] = &rows_[columns * (static_cast<std::size_t>(lane[l]) % keys)];
    return gathered(row);
  }

 private:
  template <std::size_t Lanes>
  static std::array<Vec, columns> gathered(const std::array<const float*, Lanes>& row) {
    if constexpr (Lanes == columns) {
      std::array<Vec, Lanes> block{Vec::load(row[0]), Vec::load(row[1]), Vec::load(row[2]), Vec::load(row[3])};
      transpose(block);
      return block;
    } else {
      std::array<std::array<float, Lanes>, columns> picked;
      for (std::size_t l = 0; l < Lanes; ++l) {
        for (std::size_t c = 0; c < columns; ++c) picked[c][l] = row[l][c];
      }
      return {Vec::load(picked[0].data()), Vec::load(picked[1].data()), Vec::load(picked[2].data()), Vec::load(picked[3].data())};
    }
  }

  alignas(16) std::array<float, keys * columns> rows_;
#endif
};

}  // namespace perdure::inline PERDURE_ABI::kernels
