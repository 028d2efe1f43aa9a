#pragma once

#include "fit_sums.hpp"
#include "vec.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit {

/// Sums of x_i x_j over rows and lanes, j <= i, of rows that hold `Columns` vectors each:
///
///     row 0    x_0 x_1 ... x_last      a vector each
///     row 1    x_0 x_1 ...
///
/// A tile of 4 by 4 (narrower with few registers) of the sums stays in registers while the rows pass: eight loads for sixteen products. Its
/// lanes are then added up onto doubles. Limited by the ports that multiply.
template <std::size_t Columns>
class RankUpdate {
 public:
  static constexpr std::size_t tall = 4;
  /// 32 registers with AVX-512, 16 without; SSE2 needs some for products.
  static constexpr std::size_t wide = Vec::size == 16 ? 4 : Vec::size == 8 ? 3 : 2;

  RankUpdate() { clear(); }

  void add(const float* rows, std::size_t count) {
    if (count == 0) return;
    for (std::size_t i = 0; i < Columns; i += tall) {
      for (std::size_t j = 0; j < i + tall && j < Columns; j += wide) {
        const bool low = Columns - i < tall;
        const bool thin = Columns - j < wide;
        double* to = &sums_[(i / tall * across + j / wide) * tile_size];
        if (low && thin) {
          tile<last_tall, last_wide>(rows + i * Vec::size, rows + j * Vec::size, count, to);
        } else if (low) {
          tile<last_tall, wide>(rows + i * Vec::size, rows + j * Vec::size, count, to);
        } else if (thin) {
          tile<tall, last_wide>(rows + i * Vec::size, rows + j * Vec::size, count, to);
        } else {
          whole(rows, count, i, j, to, std::make_index_sequence<tall + wide - 1>{});
        }
      }
    }
  }

  /// Sum of x_i x_j.
  [[nodiscard]] double operator()(std::size_t i, std::size_t j) const { return sums_[i < j ? place[j][i] : place[i][j]]; }
  void clear() { sums_.fill(0.0); }

 private:
  static constexpr std::size_t across = (Columns + wide - 1) / wide;
  static constexpr std::size_t tile_size = (tall * wide + Vec::size - 1) / Vec::size * Vec::size;
  static constexpr std::size_t last_tall = Columns % tall == 0 ? tall : Columns % tall;
  static constexpr std::size_t last_wide = Columns % wide == 0 ? wide : Columns % wide;

  using Places = std::array<std::array<std::uint16_t, Columns>, Columns>;
  static constexpr Places place = [] {  // in sums_, of i and j <= i
    Places all{};
    for (std::size_t i = 0; i < Columns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const std::size_t width = Columns - j / wide * wide < wide ? last_wide : wide;
        all[i][j] = static_cast<std::uint16_t>((i / tall * across + j / wide) * tile_size + i % tall * width + j % wide);
      }
    }
    return all;
  }();

  /// A tile that is neither low nor thin; what it has above the diagonal is left out.
  template <std::size_t... Past>
  static void whole(const float* rows, std::size_t count, std::size_t i, std::size_t j, double* to, std::index_sequence<Past...> /*all*/) {
    const std::size_t past = j + wide > i + 1 ? j + wide - 1 - i : 0;
    static_cast<void>(((past == Past && (tile<tall, wide, Past>(rows + i * Vec::size, rows + j * Vec::size, count, to), true)) || ...));
  }

  /// `Past`: columns of the tile that lie right of the diagonal in its first row.
  template <std::size_t Tall, std::size_t Wide, std::size_t Past = 0>
  [[gnu::noinline]] static void tile(const float* left, const float* right, std::size_t count, double* to) {
    constexpr std::size_t stride = Columns * Vec::size;
    std::array<Vec, Tall * Wide> sum;
    sum.fill(Vec{0.0});
    for (std::size_t k = 0; k < count; ++k) {
      std::array<Vec, Wide> x;
#pragma GCC unroll 4
      for (std::size_t c = 0; c < Wide; ++c) x[c] = Vec::load(right + c * Vec::size);
#pragma GCC unroll 4
      for (std::size_t r = 0; r < Tall; ++r) {
        const Vec y = Vec::load(left + r * Vec::size);
#pragma GCC unroll 4
        for (std::size_t c = 0; c < Wide; ++c) {
          if (c + Past < r + Wide) sum[r * Wide + c] = madd(y, x[c], sum[r * Wide + c]);
        }
      }
      left += stride;
      right += stride;
    }
    for (std::size_t first = 0; first < Tall * Wide; first += Vec::size) {
      std::array<Vec, Vec::size> block;
#pragma GCC unroll 16
      for (std::size_t k = 0; k < Vec::size; ++k) block[k] = first + k < Tall * Wide ? sum[first + k] : Vec{0.0};
      std::array<float, Vec::size> total;
      lane_sums(block).store(total.data());
      for (std::size_t k = 0; k < Vec::size; ++k) to[first + k] += static_cast<double>(total[k]);
    }
  }

  std::array<double, (Columns + tall - 1) / tall * across * tile_size> sums_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit
