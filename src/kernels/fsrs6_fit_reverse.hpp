#pragma once

#include "fit_sums.hpp"
#include "fsrs6_fit_forward.hpp"
#include "fsrs6_fit_slot.hpp"
#include "fsrs6_fit_tables.hpp"
#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/step_group.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

/// Walks a tape backward: the gradient of a group's loss, without a transcendental function.
template <class M>
class Fsrs6FitReverse {
 public:
  using Traits = FsrsFitTraits<M>;
  static constexpr std::size_t n = M::specs.size();
  static constexpr std::size_t lanes = fit::step::most_lanes;

  explicit Fsrs6FitReverse(const Fsrs6FitTables& tables) : w_{tables} {}

  void begin() {
    stability_.fill(0.0F);
    difficulty_.fill(0.0F);
    sums_.clear();
    total_.fill(0.0);
  }

  /// Walks rows first .. last - 1, which are on the tape; the rows behind them have been.
  void rows(const fit::StepGroup& g, std::size_t first, std::size_t last, const float* tape) {
    for (std::size_t row = last; row-- > first;) {
      const std::size_t count = (g.active[row] + Vec::size - 1) / Vec::size * Vec::size;
      back(count, tape + (row - first) * Fsrs6Tape::row(g.lanes));
      if (row % rows_in_float == 0) flush();
    }
  }

  /// Walks the first answers, and adds what the group contributes, but for the direct part of decay.
  void end(const fit::StepGroup& g, double* gradient) {
    first(g);
    flush();
    for (std::size_t k = 0; k < n; ++k) gradient[k] += w_.scale[k] * total_[k];
  }

 private:
  static constexpr std::size_t rows_in_float = 16;

  void back(std::size_t count, const float* tape) {
    const auto at = [tape](std::size_t slot, std::size_t i) { return Vec::load(tape + Fsrs6Tape::slot(slot, i)); };
    auto sum = sums_.sum;
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecKey code = bits_of(at(Fsrs6Slot::key, i));
      const VecKey key = code & 7;
      const VecKey grade = shifted_right<4>(code) & fit::step::grade;
      const VecMask same = negative(code);
      const VecMask lapse = key == 1;
      const VecMask success = !(same || lapse);
      const Vec s = Vec::load(&stability_[i]);
      const Vec d = Vec::load(&difficulty_[i]);

      const Vec product = s * at(Fsrs6Slot::product, i);
      sum[8] = sum[8] + keep(success, product);
      sum[11] = sum[11] + keep(lapse, product);
      sum[15] = madd(keep(key == 2, product), w_.per_hard, sum[15]);
      sum[16] = sum[16] + keep(key == 4, product);
      const Vec product_log = s * at(Fsrs6Slot::product_log, i);
      sum[9] = sum[9] + keep(success, product_log);
      sum[12] = sum[12] + keep(lapse, product_log);
      const Vec forgotten = s * at(Fsrs6Slot::forgotten, i);
      sum[10] = sum[10] + keep(success, forgotten);
      sum[14] = sum[14] + keep(lapse, forgotten);
      sum[13] = madd(s, at(Fsrs6Slot::lapse_stability, i), sum[13]);
      if constexpr (Traits::same_day) {
        const auto [by_same_day, by_shift, unused1, unused2] = w_.same_day(key);
        sum[17] = madd(keep(same, product), by_same_day, sum[17]);
        sum[18] = madd(keep(same, product), by_shift, sum[18]);
      }
      if constexpr (Traits::saturation) sum[19] = sum[19] + keep(same, product_log);
      if constexpr (Traits::trained_decay) sum[20] = madd(s, at(Fsrs6Slot::decay, i), sum[20]);

      const Vec before = at(Fsrs6Slot::before, i);
      const auto [offset, slope, d6, d6_slope] = w_.difficulty(grade);
      const auto [d7, d7_slope, d4, d5] = w_.difficulty_more(grade);
      const Vec raw = madd(slope, before, offset);
      const Vec moved = keep(raw >= Vec{1.0} && raw <= Vec{10.0}, d);
      sum[4] = madd(moved, d4, sum[4]);
      if constexpr (Traits::damped_difficulty) sum[5] = madd(moved, d5, sum[5]);
      sum[6] = madd(moved, madd(d6_slope, before, d6), sum[6]);
      sum[7] = madd(moved, madd(d7_slope, before, d7), sum[7]);

      const Vec s_before = madd(s, at(Fsrs6Slot::stability, i), at(Fsrs6Slot::loss, i));
      const Vec d_before = madd(s, at(Fsrs6Slot::difficulty, i), slope * moved);
      s_before.store(&stability_[i]);
      d_before.store(&difficulty_[i]);
    }
    sums_.sum = sum;
  }

  void first(const fit::StepGroup& g) {
    auto& sum = sums_.sum;
    for (std::size_t i = 0; i < g.lanes; i += Vec::size) {
      const VecKey grade = VecKey::load(g.code + i) & fit::step::grade;
      const auto [unused1, unused2, by_stability, unused3] = w_.first(grade);
      const auto [d4, d5, unused4, unused5] = w_.first_more(grade);
      const Vec s = Vec::load(&stability_[i]) * by_stability;
      const Vec d = Vec::load(&difficulty_[i]);
      for (std::size_t k = 0; k < 4; ++k) sum[k] = sum[k] + keep(grade == static_cast<std::int32_t>(k + 1), s);
      sum[4] = madd(d, d4, sum[4]);
      sum[5] = madd(d, d5, sum[5]);
    }
  }

  void flush() {
    sums_.add_to(total_.data());
    sums_.clear();
  }

  Fsrs6FitTables w_;
  FitSums<n> sums_;
  std::array<double, n> total_;
  alignas(64) std::array<float, lanes> stability_, difficulty_;  ///< d loss/d of the state after the row
};

}  // namespace perdure::inline PERDURE_ABI::kernels
