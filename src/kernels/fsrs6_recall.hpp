#pragma once

#include "fsrs6_tables.hpp"
#include "prefetch.hpp"
#include "vec.hpp"
#include "vec_fast.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

/// Recall (1 + F t/S)^-decay of up to 256 rows, in three passes for the reasons of fsrs6_update.hpp. Exactly 1 at t = 0, since log2_1p is exactly
/// 0 there and 2^0 exactly 1; never above, since the exponent is never above 0. Relative error 3e-7 for recall above 0.1: the approximation of
/// the logarithm moves it by 1.7e-7 of -R ln R (at most 0.37), and the exponent's own rounding by as much again.
///
/// Reads 8 bytes a row and writes 4: limited by memory where vectors are wide, else by the two ports that multiply.
class Fsrs6Recall {
 public:
  static constexpr std::size_t rows = 256;

  explicit Fsrs6Recall(const Fsrs6Tables& tables) : factor_{tables.curve_factor}, exponent_{tables.curve_exponent} {}

  /// One vector.
  [[nodiscard]] Vec operator()(Vec stability, Vec elapsed) const {
    return exp2_normal(exponent_ * fast::log2_1p<fast::log2_long>(factor_ * elapsed / stability));
  }

  /// `rows` of them; the rows that follow are asked into the cache meanwhile. `out` may be an input.
  void block(const float* stability, const float* elapsed, float* out) {
    forgotten(stability, elapsed);
    exponents(stability + rows);
    powers(out, elapsed + rows);
  }

 private:
  [[gnu::noinline]] void forgotten(const float* stability, const float* elapsed) {
    const Vec factor = factor_;
    for (std::size_t i = 0; i < rows; i += Vec::size) (factor * Vec::load(elapsed + i) / Vec::load(stability + i)).store(&x_[i]);
  }

  [[gnu::noinline]] void exponents(const float* ahead) {
    const Vec exponent = exponent_;
    for (std::size_t i = 0; i < rows; i += Vec::size) {
      (exponent * fast::log2_1p<fast::log2_long>(Vec::load(&x_[i]))).store(&x_[i]);
      prefetch(ahead, static_cast<std::int64_t>(i));
    }
  }

  [[gnu::noinline]] void powers(float* out, const float* ahead) {
    for (std::size_t i = 0; i < rows; i += Vec::size) {
      exp2_normal(Vec::load(&x_[i])).store(out + i);
      prefetch(ahead, static_cast<std::int64_t>(i));
    }
  }

  Vec factor_, exponent_;
  alignas(64) std::array<float, rows> x_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels
