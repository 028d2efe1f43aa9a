#pragma once

#include "fsrs6_recall.hpp"
#include "fsrs6_replay.hpp"
#include "fsrs6_tables.hpp"
#include "fsrs6_update.hpp"
#include "guard.hpp"
#include "vec.hpp"
#include "vec_fast.hpp"
#include "vec_table.hpp"

#include <perdure/batch/bounds.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs6_profile.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace perdure::inline PERDURE_ABI::kernels {

/// FSRS-6 over columns, tuned. The functions of perdure::batch::Kernels: columns need no alignment, outputs may be the inputs of the same field.
/// A step is within 1e-5 (relative) of the model's template in double, at every state and parameter within bounds; 2.2e-6 was the worst seen.
/// Rounding of states to decimals, where a profile asks for it, is left out: 5e-9 days, at most 5e-6 of the lowest stability.
template <class Profile>
struct Fsrs6Kernels {
  static void first(const double* parameters, std::size_t rows, const std::uint8_t* grade, float* const* out) noexcept {
    const VecTables table = fsrs6_tables<Profile>(parameters).first;
    each_vector(0, rows, [&](std::size_t i, auto load, auto store) {
      const auto [stability, difficulty, unused1, unused2] = table(load(grade + i));
      store(stability, out[0] + i);
      store(difficulty, out[1] + i);
    });
  }

  static void review(const double* parameters, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                     float* const* out, float target, float* due, bool* fits) noexcept {
    const auto days = static_cast<float>(due != nullptr ? interval_at(parameters, static_cast<double>(target)) : 0.0);
    Fsrs6Update update{fsrs6_tables<Profile>(parameters)};
    Guard<3> guard{{stability_bounds, difficulty_bounds, batch::elapsed_bounds}};
    constexpr std::size_t block = Fsrs6Update::rows;
    std::size_t i = unaligned_rows(rows, block, out[0]);
    few_rows(update, guard, 0, i, in, grade, elapsed, out, days, due);
    for (; i + block <= rows; i += block) {
      const std::size_t next = i + block;
      answer(update, block, in[0] + i, in[1] + i, grade + i, elapsed + i,
             {out[0] + i, out[1] + i, due != nullptr ? due + i : nullptr, days}, {in[0] + next, in[1] + next, elapsed + next});
      if (fits != nullptr) guard.look(block, {in[0] + i, in[1] + i, elapsed + i});
    }
    few_rows(update, guard, i, rows, in, grade, elapsed, out, days, due);
    if (fits != nullptr) *fits = guard.fits();
  }

  static void recall(const double* parameters, std::size_t rows, const float* const* in, const float* elapsed, float* out,
                     bool* fits) noexcept {
    Fsrs6Recall recall{fsrs6_tables<Profile>(parameters)};
    Guard<2> guard{{stability_bounds, batch::elapsed_bounds}};
    const float* stability = in[0];
    const auto one = [&](std::size_t i, auto load, auto store) {
      const std::array both{load(stability + i), load(elapsed + i)};
      std::array<float, 2 * Vec::size> values;
      both[0].store(values.data());
      both[1].store(values.data() + Vec::size);
      guard.look(Vec::size, {values.data(), values.data() + Vec::size});
      store(recall(both[0], both[1]), out + i);
    };
    std::size_t i = unaligned_rows(rows, Fsrs6Recall::rows, out);
    each_vector(0, i, one);
    for (; i + Fsrs6Recall::rows <= rows; i += Fsrs6Recall::rows) {
      recall.block(stability + i, elapsed + i, out + i);
      if (fits != nullptr) guard.look(Fsrs6Recall::rows, {stability + i, elapsed + i});
    }
    each_vector(i, rows, one);
    if (fits != nullptr) *fits = guard.fits();
  }

  /// I = (S/F) (2^a - 1) with a = -log2(target)/decay, as (S/F) q (q + 2) with q = 2^(a/2) - 1: infinite only where I is.
  static void interval(const double* parameters, std::size_t rows, const float* const* in, const float* target, float* out) noexcept {
    const Fsrs6Tables w = fsrs6_tables<Profile>(parameters);
    const Vec half_power{-0.5 / parameters[20]};
    const Vec factor = w.curve_factor;
    const float* stability = in[0];
    each_vector(0, rows, [&](std::size_t i, auto load, auto store) {
      const Vec q = fast::exp2_m1(min(half_power * log2_normal(load(target + i)), Vec{127.0}));
      store(load(stability + i) / factor * q * (q + Vec{2.0}), out + i);
    });
  }

  static void replay(const double* parameters, std::size_t cards, const std::int64_t* offsets, const std::uint8_t* grade,
                     const float* elapsed, float* const* out) noexcept {
    Fsrs6Replay replay{fsrs6_tables<Profile>(parameters)};
    for (std::size_t i = 0; i < cards; i += LengthSort::window) {
      const std::array<float*, 2> to{out[0] + i, out[1] + i};
      replay.window(std::min(LengthSort::window, cards - i), offsets + i, grade, elapsed, offsets[cards], to.data());
    }
  }

 private:
  static constexpr batch::Bounds stability_bounds = batch::bounds_of(models::Fsrs6As<Profile>::state_fields[0]);
  static constexpr batch::Bounds difficulty_bounds = batch::bounds_of(models::Fsrs6As<Profile>::state_fields[1]);

  /// Days until recall of a stability of one day falls to `target`.
  [[nodiscard]] static double interval_at(const double* w, double target) {
    constexpr double log_anchor = -0.10536051565782628;  // ln 0.9
    return std::expm1((0.0 - std::log(target)) / w[20]) / std::expm1(-log_anchor / w[20]);
  }

  static void answer(Fsrs6Update& update, std::size_t count, const float* stability, const float* difficulty, const std::uint8_t* grade,
                     const float* elapsed, const Fsrs6Update::Out& out, const Fsrs6Update::Ahead& ahead) {
    std::uint8_t lowest = 255;
    for (std::size_t k = 0; k < count; ++k) lowest = std::min(lowest, grade[k]);
    update.read(count, stability, elapsed, grade);
    if (lowest == 0) {
      out.due != nullptr ? update.write<true, true>(count, stability, difficulty, out, ahead)
                         : update.write<true, false>(count, stability, difficulty, out, ahead);
    } else {
      out.due != nullptr ? update.write<false, true>(count, stability, difficulty, out, ahead)
                         : update.write<false, false>(count, stability, difficulty, out, ahead);
    }
  }

  /// How many rows stand before the first whole cache line of `column`; 0 where that is not worth the while. Columns of a size usually lie alike,
  /// so that most loads and stores of the blocks after it stay within a line: 8 % faster with AVX2, 12 % with AVX-512.
  [[nodiscard]] static std::size_t unaligned_rows(std::size_t rows, std::size_t block, const float* column) {
    constexpr std::uintptr_t line = 64;
    if (rows < 8 * block) return 0;
    return static_cast<std::size_t>((line - reinterpret_cast<std::uintptr_t>(column) % line) % line / sizeof(float));
  }

  /// The rows begin to end - 1, fewer than a block, by way of columns that have room for whole vectors.
  static void few_rows(Fsrs6Update& update, Guard<3>& guard, std::size_t begin, std::size_t end, const float* const* in,
                       const std::uint8_t* grade, const float* elapsed, float* const* out, float days, float* due) {
    if (begin == end) return;
    using Column = std::array<float, Fsrs6Update::rows>;
    alignas(64) Column stability;
    alignas(64) Column difficulty;
    alignas(64) Column time;
    alignas(64) Column next;
    alignas(64) std::array<std::uint8_t, Fsrs6Update::rows> answers;
    const std::size_t rows = end - begin;
    const std::size_t count = (rows + Vec::size - 1) / Vec::size * Vec::size;
    const auto fill = [=](const auto* from, auto& to) {
      std::copy_n(from + begin, rows, to.data());
      std::fill(to.data() + rows, to.data() + count, from[begin]);
    };
    fill(in[0], stability);
    fill(in[1], difficulty);
    fill(elapsed, time);
    fill(grade, answers);
    guard.look(count, {stability.data(), difficulty.data(), time.data()});
    answer(update, count, stability.data(), difficulty.data(), answers.data(), time.data(),
           {stability.data(), difficulty.data(), due != nullptr ? next.data() : nullptr, days},
           {stability.data(), difficulty.data(), time.data()});
    std::copy_n(stability.data(), rows, out[0] + begin);
    std::copy_n(difficulty.data(), rows, out[1] + begin);
    if (due != nullptr) std::copy_n(next.data(), rows, due + begin);
  }

  /// Calls `work(i, load, store)` for each vector of the rows `i` to rows - 1; the last one's missing rows repeat its first row.
  template <class Work>
  static void each_vector(std::size_t i, std::size_t rows, const Work& work) {
    for (; i + Vec::size <= rows; i += Vec::size) {
      work(
          i, [](const auto* from) { return loaded(from); }, [](Vec x, float* to) { x.store(to); });
    }
    if (i == rows) return;
    const std::size_t live = rows - i;
    work(
        i,
        [live](const auto* from) {
          std::array<std::remove_cvref_t<decltype(*from)>, Vec::size> full;
          for (std::size_t lane = 0; lane < Vec::size; ++lane) full[lane] = from[lane < live ? lane : 0];
          return loaded(full.data());
        },
        [live](Vec x, float* to) {
          std::array<float, Vec::size> full;
          x.store(full.data());
          std::copy_n(full.begin(), live, to);
        });
  }
  static Vec loaded(const float* from) { return Vec::load(from); }
  static VecKey loaded(const std::uint8_t* from) { return VecKey::load(from); }
};

}  // namespace perdure::inline PERDURE_ABI::kernels
