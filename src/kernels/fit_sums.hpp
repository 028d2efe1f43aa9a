#pragma once

#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels {

/// Lane k: the sum of the lanes of vector k.
[[nodiscard]] inline Vec lane_sums(std::array<Vec, Vec::size>& x) {
#if defined(EIGEN_VECTORIZE_AVX512)
  const auto halves = [](Vec a, Vec b) {  // the halves of a, added, and those of b
    return Vec::from(_mm512_add_ps(_mm512_shuffle_f32x4(a.value, b.value, 0x44), _mm512_shuffle_f32x4(a.value, b.value, 0xEE)));
  };
  const auto quarters = [](Vec a, Vec b) {
    return Vec::from(_mm512_add_ps(_mm512_shuffle_f32x4(a.value, b.value, 0x88), _mm512_shuffle_f32x4(a.value, b.value, 0xDD)));
  };
  const auto pairs = [](Vec a, Vec b) {
    return Vec::from(_mm512_add_ps(_mm512_unpacklo_ps(a.value, b.value), _mm512_unpackhi_ps(a.value, b.value)));
  };
  std::array<Vec, 4> y;  // y[k]: four lanes each of vectors k, k + 4, k + 8, k + 12
#pragma GCC unroll 4
  for (std::size_t k = 0; k < 4; ++k) y[k] = quarters(halves(x[k], x[k + 4]), halves(x[k + 8], x[k + 12]));
  const Vec low = pairs(y[0], y[1]);
  const Vec high = pairs(y[2], y[3]);
  return Vec::from(_mm512_add_ps(_mm512_shuffle_ps(low.value, high.value, 0x44), _mm512_shuffle_ps(low.value, high.value, 0xEE)));
#elif defined(EIGEN_VECTORIZE_AVX)
  const auto halves = [](Vec a, Vec b) {  // the halves of a, added, and those of b
    return Vec::from(_mm256_add_ps(_mm256_permute2f128_ps(a.value, b.value, 0x20), _mm256_permute2f128_ps(a.value, b.value, 0x31)));
  };
  const auto pairs = [](Vec a, Vec b) {
    return Vec::from(_mm256_add_ps(_mm256_unpacklo_ps(a.value, b.value), _mm256_unpackhi_ps(a.value, b.value)));
  };
  const Vec low = pairs(halves(x[0], x[4]), halves(x[1], x[5]));
  const Vec high = pairs(halves(x[2], x[6]), halves(x[3], x[7]));
  return Vec::from(_mm256_add_ps(_mm256_shuffle_ps(low.value, high.value, 0x44), _mm256_shuffle_ps(low.value, high.value, 0xEE)));
#else
  transpose(x);
#pragma GCC unroll 4
  for (std::size_t half = Vec::size / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < half; ++k) x[k] = x[k] + x[k + half];
  }
  return x[0];
#endif
}

/// Adds the lanes of each of `count` vectors to the double of the same number. The lanes of a vector are added in float32, in one order.
inline void add_lanes(const Vec* vectors, std::size_t count, double* sums) {
  for (std::size_t begin = 0; begin < count; begin += Vec::size) {
    const std::size_t live = std::min(Vec::size, count - begin);
    std::array<Vec, Vec::size> block;
    for (std::size_t k = 0; k < Vec::size; ++k) block[k] = k < live ? vectors[begin + k] : Vec{0.0};
    std::array<float, Vec::size> values;
    lane_sums(block).store(values.data());
    for (std::size_t k = 0; k < live; ++k) sums[begin + k] += static_cast<double>(values[k]);
  }
}

/// N sums, each spread over the lanes of a vector.
template <std::size_t N>
struct FitSums {
  std::array<Vec, N> sum;

  void clear() { sum.fill(Vec{0.0}); }
  void add_to(double* totals) const { add_lanes(sum.data(), N, totals); }
};

}  // namespace perdure::inline PERDURE_ABI::kernels
