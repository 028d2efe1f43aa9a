#pragma once

#include "fsrs6_tables.hpp"
#include "prefetch.hpp"
#include "vec.hpp"
#include "vec_fast.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

/// One answer each for up to 256 rows of states, in passes over columns that stay in the first-level cache:
///
///     v = R - 1 = (1 + F t/S)^-decay - 1                                    curve, forget
///     P = 2^(offset + slope log2 X + lapse_spacing v),  X = S, or D at a lapse   scale_exponent, scale
///     Q = 2^(success_spacing v) - 1, at a lapse (S + 1)^lapse_stability - 1     change_exponent, change
///     success S (1 + P Q (11 - D)),  lapse min(P Q, S c),  same day S max(P, floor)   next
///
/// Grades and same-day answers differ in the arguments of two exponentials, not in the work: three logarithms and three exponentials a row.
/// The passes are narrow, because the chain of one row is some 200 cycles long and a machine looks ahead over a few hundred instructions: a
/// narrow pass has many rows in flight, and its constants fit into the registers. All in one pass ran at half the speed. A pass is a function of
/// its own, so that the compiler does not mix the constants of two. Limited by the two ports that multiply; bench/kernels/fsrs6_bench.cpp holds
/// the ratio to a scalar loop.
///
/// Relative error of a step, worst case over the bounds of parameters: 1 - R 1e-6 (log2 4e-7, 2^x - 1 6e-7), which growth_spacing and
/// lapse_spacing (at most 4) turn into 4e-6 of growth or of a lapse; rounding of exponents up to 17 (1e-6), log2 of S + 1 (1e-6): 7e-6 in all.
class Fsrs6Update {
 public:
  static constexpr std::size_t rows = 256;
  static_assert(rows % Vec::size == 0);

  explicit Fsrs6Update(const Fsrs6Tables& tables) : w_{tables} {}

  /// Days and grades of the next answers, from columns of their own. `count` is a multiple of Vec::size, here and below.
  [[gnu::noinline]] void read(std::size_t count, const float* stability, const float* elapsed, const std::uint8_t* grade) {
    const Vec factor = w_.curve_factor;
    for (std::size_t i = 0; i < count; i += Vec::size) {
      put(i, factor, Vec::load(stability + i), Vec::load(elapsed + i), VecKey::load(grade + i));
    }
  }

  /// The same from packed words (fsrs6_replay.hpp): the bits of the days, with the grade in the lowest three.
  [[gnu::noinline]] void read(std::size_t count, const float* stability, const std::int32_t* word) {
    const Vec factor = w_.curve_factor;
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecKey both = VecKey::load(word + i);
      put(i, factor, Vec::load(stability + i), float_of(both & ~7), both & 7);
    }
  }

  /// Columns that the next call will read: they are asked into the cache meanwhile. Any address will do.
  struct Ahead {
    const float* stability;
    const float* difficulty;
    const float* elapsed;
  };

  /// Where the new states go (the inputs may be the same), and days until due: `days_per_stability` times stability. Null: not wanted.
  struct Out {
    float* stability;
    float* difficulty;
    float* due;
    float days_per_stability;
  };

  /// The new states, after `read`. With `Identity`, rows of grade 0 keep their state; without, they hold anything.
  template <bool Identity, bool Due>
  void write(std::size_t count, const float* stability, const float* difficulty, const Out& out, const Ahead& ahead) {
    curve(count);
    forget(count, ahead);
    scale_exponent(count, stability, difficulty);
    scale(count, ahead);
    change_exponent(count, stability);
    change(count);
    next<Identity, Due>(count, stability, difficulty, out);
  }

 private:
  /// A vector of AVX-512 is a cache line, and only there was memory in the way.
  static void ask(const float* column, std::size_t row) {
    if constexpr (Vec::size == 16) prefetch(column, static_cast<std::int64_t>(row));
  }

  void put(std::size_t i, Vec factor, Vec stability, Vec days, VecKey grade) {
    const VecMask same_day = days < Vec{1.0};
    flip_where(same_day, grade, Fsrs6Tables::same_day_bits).store(&key_[i]);
    (factor * days / stability).store(&forgotten_[i]);
  }

  [[gnu::noinline]] void curve(std::size_t count) {
    const Vec exponent = w_.curve_exponent;
    for (std::size_t i = 0; i < count; i += Vec::size) {
      (exponent * fast::log2_1p<fast::log2_long>(Vec::load(&forgotten_[i]))).store(&forgotten_[i]);
    }
  }

  [[gnu::noinline]] void forget(std::size_t count, const Ahead& ahead) {
    for (std::size_t i = 0; i < count; i += Vec::size) {
      fast::exp2_m1(Vec::load(&forgotten_[i])).store(&forgotten_[i]);
      ask(ahead.stability, i);
      ask(ahead.elapsed, i);
    }
  }

  [[gnu::noinline]] void scale_exponent(std::size_t count, const float* stability, const float* difficulty) {
    const Vec spacing = w_.lapse_spacing;
    const VecTables table = w_.exponents;
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecKey key = VecKey::load(&key_[i]);
      const VecMask lapse = key == Fsrs6Tables::again_later;
      const Vec level = fast::log2<fast::log2_short>(select(lapse, Vec::load(difficulty + i), Vec::load(stability + i)));
      const auto [offset, slope, unused1, unused2] = table(key);
      madd(keep(lapse, Vec::load(&forgotten_[i])), spacing, madd(slope, level, offset)).store(&scale_[i]);
    }
  }

  [[gnu::noinline]] void scale(std::size_t count, const Ahead& ahead) {
    for (std::size_t i = 0; i < count; i += Vec::size) {
      fast::exp2(max(Vec::load(&scale_[i]), Vec{-126.0})).store(&scale_[i]);
      ask(ahead.difficulty, i);
    }
  }

  [[gnu::noinline]] void change_exponent(std::size_t count, const float* stability) {
    const Vec power = w_.lapse_stability;
    const Vec spacing = w_.success_spacing;
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecMask lapse = VecKey::load(&key_[i]) == Fsrs6Tables::again_later;
      const Vec level = power * fast::log2_1p<fast::log2_short>(Vec::load(stability + i));
      select(lapse, level, spacing * Vec::load(&forgotten_[i])).store(&change_[i]);
    }
  }

  [[gnu::noinline]] void change(std::size_t count) {
    for (std::size_t i = 0; i < count; i += Vec::size) fast::exp2_m1(Vec::load(&change_[i])).store(&change_[i]);
  }

  template <bool Identity, bool Due>
  [[gnu::noinline]] void next(std::size_t count, const float* stability, const float* difficulty, const Out& out) {
    const Out to = out;
    const Vec days{static_cast<double>(to.days_per_stability)};
    const VecTables table = w_.answers;
    const Vec ceiling = w_.lapse_ceiling;
    const Vec lowest = w_.lowest;
    const Vec highest = w_.highest;
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecKey key = VecKey::load(&key_[i]);
      const VecMask lapse = key == Fsrs6Tables::again_later;
      const Vec s = Vec::load(stability + i);
      const Vec d = Vec::load(difficulty + i);
      const Vec p = Vec::load(&scale_[i]);
      const Vec product = p * Vec::load(&change_[i]);
      const auto [floor, offset, slope, unused] = table(key);
      const Vec growth = select_negative(key, max(p, floor), madd(product, Vec{11.0} - d, Vec{1.0}));
      Vec s_next = min(max(select(lapse, min(s * ceiling, product), s * growth), lowest), highest);
      Vec d_next = min(max(madd(slope, d, offset), Vec{1.0}), Vec{10.0});
      if constexpr (Identity) {
        const VecMask none = key == 0 || key == Fsrs6Tables::same_day_bits;
        s_next = select(none, s, s_next);
        d_next = select(none, d, d_next);
      }
      s_next.store(to.stability + i);
      d_next.store(to.difficulty + i);
      if constexpr (Due) (s_next * days).store(to.due + i);
    }
  }

  Fsrs6Tables w_;
  alignas(64) std::array<float, rows> forgotten_;  ///< F t/S, then the exponent of R, then R - 1
  alignas(64) std::array<float, rows> scale_;      ///< log2 P, then P
  alignas(64) std::array<float, rows> change_;     ///< log2 (Q + 1), then Q
  alignas(64) std::array<std::int32_t, rows> key_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels
