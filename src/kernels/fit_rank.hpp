#pragma once

#include "fit_sums.hpp"
#include "vec.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace perdure::inline PERDURE_ABI::kernels {

/// Calls body(integral_constant<0>) to body(integral_constant<N - 1>): a loop whose arrays become registers.
template <std::size_t N, class Body>
[[gnu::always_inline]] inline void unrolled(const Body& body) {
  [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) { (body(std::integral_constant<std::size_t, I>{}), ...); }
  (std::make_index_sequence<N>{});
}

/// The lower triangle of the sum of a a' over vectors a of N numbers, lane by lane: a symmetric update of rank `steps` at a time. The a
/// wait in a block of the first-level cache; tiles of the triangle that fit into the registers then go over it. Limited by the ports that
/// multiply.
///
///     block   float32  [step][N][lane]       sums   float32  [pair (i, j <= i), row by row][lane]
template <std::size_t N>
class FitRank {
 public:
  static constexpr std::size_t pairs = N * (N + 1) / 2;
  static constexpr std::size_t steps = Vec::size == 16 ? 16 : 32;

  [[nodiscard]] static constexpr std::size_t pair(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }

  void clear() {
    filled_ = 0;
    sums_.fill(Vec{0.0});
  }

  /// Room for the next a; its N vectors stand one behind the other.
  [[nodiscard]] float* next() { return &block_[N * Vec::size * filled_]; }

  /// What stands there is complete. Says whether the block is full: then it must be emptied.
  [[nodiscard]] bool push() { return ++filled_ == steps; }

  void empty() {
    if (filled_ > 0) rows<0>();
    filled_ = 0;
  }

  [[nodiscard]] std::array<Vec, pairs>& sums() { return sums_; }

 private:
  // With 32 registers 26 sums, 4 rows and a column; with 16 registers 12, 3 and 1.
  static constexpr std::size_t height = Vec::size == 16 ? 4 : 3;
  static constexpr std::size_t most = Vec::size == 16 ? 26 : 12;

  static constexpr std::size_t size(std::size_t i0, std::size_t i1, std::size_t j0, std::size_t j1) {
    std::size_t count = 0;
    for (std::size_t i = i0; i < i1; ++i) {
      for (std::size_t j = j0; j < j1 && j <= i; ++j) ++count;
    }
    return count;
  }
  static constexpr std::size_t end_column(std::size_t i0, std::size_t i1, std::size_t j0) {
    std::size_t j1 = j0 + 1;
    while (j1 < i1 && size(i0, i1, j0, j1 + 1) <= most) ++j1;
    return j1;
  }

  template <std::size_t I0>
  void rows() {
    constexpr std::size_t i1 = I0 + height < N ? I0 + height : N;
    columns<I0, i1, 0>();
    if constexpr (i1 < N) rows<i1>();
  }

  template <std::size_t I0, std::size_t I1, std::size_t J0>
  void columns() {
    constexpr std::size_t j1 = end_column(I0, I1, J0);
    tile<I0, I1, J0, j1>();
    if constexpr (j1 < I1) columns<I0, I1, j1>();
  }

  template <std::size_t I0, std::size_t I1, std::size_t J0, std::size_t J1>
  [[gnu::noinline]] void tile() {
    constexpr std::size_t wide = J1 - J0;
    std::array<Vec, (I1 - I0) * wide> sum;
    each<I0, I1, J0, J1>([&](auto i, auto j) { sum[(i - I0) * wide + (j - J0)] = sums_[pair(i, j)]; });
    const float* from = block_.data();
    for (std::size_t k = 0; k < filled_; ++k, from += N * Vec::size) {
      std::array<Vec, I1 - I0> row;
      unrolled<I1 - I0>([&]<class I>(I i) __attribute__((always_inline)) { row[i] = Vec::load(from + (I0 + i) * Vec::size); });
      unrolled<wide>([&]<class J>(J j) __attribute__((always_inline)) {
        const Vec column = Vec::load(from + (J0 + j) * Vec::size);
        unrolled<I1 - I0>([&]<class I>(I i) __attribute__((always_inline)) {
          if constexpr (J0 + J::value <= I0 + I::value) {
            sum[i * wide + j] = madd(row[i], column, sum[i * wide + j]);
          }
        });
      });
    }
    each<I0, I1, J0, J1>([&](auto i, auto j) { sums_[pair(i, j)] = sum[(i - I0) * wide + (j - J0)]; });
  }

  /// The pairs of a tile.
  template <std::size_t I0, std::size_t I1, std::size_t J0, std::size_t J1, class Body>
  [[gnu::always_inline]] static void each(const Body& body) {
    unrolled<I1 - I0>([&]<class I>(I) __attribute__((always_inline)) {
      unrolled<J1 - J0>([&]<class J>(J) __attribute__((always_inline)) {
        if constexpr (J0 + J::value <= I0 + I::value) {
          body(std::integral_constant<std::size_t, I0 + I::value>{}, std::integral_constant<std::size_t, J0 + J::value>{});
        }
      });
    });
  }

  std::size_t filled_ = 0;
  std::array<Vec, pairs> sums_;
  alignas(64) std::array<float, steps * N * Vec::size> block_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels
