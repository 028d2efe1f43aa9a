#pragma once

#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels {

/// Adds the lanes of each of `count` vectors to the double of the same number. The lanes of a vector are added in float32, in one order.
inline void add_lanes(const Vec* vectors, std::size_t count, double* sums) {
  for (std::size_t begin = 0; begin < count; begin += Vec::size) {
    const std::size_t live = std::min(Vec::size, count - begin);
    std::array<Vec, Vec::size> block;
    for (std::size_t k = 0; k < Vec::size; ++k) block[k] = k < live ? vectors[begin + k] : Vec{0.0};
    transpose(block);
    for (std::size_t width = Vec::size / 2; width > 0; width /= 2) {
      for (std::size_t k = 0; k < width; ++k) block[k] = block[k] + block[k + width];
    }
    std::array<float, Vec::size> values;
    block[0].store(values.data());
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
