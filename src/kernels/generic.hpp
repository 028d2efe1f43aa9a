#pragma once

#include "lanes.hpp"
#include "length_sort.hpp"
#include "within.hpp"

#include <perdure/batch/bounds.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/param_spec.hpp>
#include <perdure/models/traits.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

/// Wide kernels of any model, from its one template: a vector of float32 lanes stands for T. Models that float32 does not carry
/// (models::KernelReal) run in lanes of double.
///
/// The grade decides between branches of a model, so rows are worked on by grade: each block of rows is parted into four lists of row numbers,
/// lanes are gathered from a list, and all lanes of a vector share a grade. Limited by the model's exp and log; bench/batch/wide_bench.cpp.
namespace perdure::inline PERDURE_ABI::kernels {

template <class M>
struct Generic {
  using Lanes = LanesOf<models::KernelReal<M>>;
  using T = typename Lanes::type;
  using State = typename M::template State<T>;
  using Params = typename M::template Params<T>;
  static constexpr std::size_t width = Lanes::size;
  static constexpr std::size_t fields = M::state_fields.size();
  static constexpr std::size_t block = 256;  ///< rows whose grades are parted together

  static void first(const double* parameters, std::size_t rows, const std::uint8_t* grade, float* const* out) noexcept {
    const auto table = first_states(parameters);
    for (std::size_t k = 0; k < fields; ++k) {
      for (std::size_t i = 0; i < rows; ++i) out[k][i] = table[k][grade[i]];
    }
  }

  static void review(const double* parameters, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                     float* const* out, float target, float* due, bool* fits) noexcept {
    const Params w = broadcast(parameters);
    const T goal{static_cast<double>(target)};
    bool all_fit = true;
    for (std::size_t start = 0; start < rows; start += block) {
      const std::size_t count = rows - start < block ? rows - start : block;
      if (fits != nullptr) all_fit = all_fit && block_fits(in, elapsed, start, count);
      const ByGrade parted{grade + start, count};
      for (std::size_t g = 0; g <= 4; ++g) {
        const std::uint32_t* list = parted.rows[g].data();
        for (std::size_t j = 0; j < parted.count[g]; j += width) {
          const std::size_t live = parted.count[g] - j < width ? parted.count[g] - j : width;
          const auto at = [&](std::size_t lane) { return start + list[j + (lane < live ? lane : 0)]; };
          State state = gather(in, at);
          if (g > 0) state = M::review(w, state, Lanes::gather(elapsed, at), static_cast<Grade>(g));
          scatter(state, out, at, live);
          if (due != nullptr) Lanes::scatter(M::interval(w, state, goal), due, at, live);
        }
      }
    }
    if (fits != nullptr) *fits = all_fit;
  }

  static void recall(const double* parameters, std::size_t rows, const float* const* in, const float* elapsed, float* out,
                     bool* fits) noexcept {
    const Params w = broadcast(parameters);
    bool all_fit = true;
    for (std::size_t start = 0; start < rows; start += block) {
      const std::size_t count = rows - start < block ? rows - start : block;
      if (fits != nullptr) all_fit = all_fit && block_fits(in, elapsed, start, count);
      each_vector(start, start + count, [&](const auto& at, std::size_t live) {
        Lanes::scatter(M::recall(w, gather(in, at), Lanes::gather(elapsed, at)), out, at, live);
      });
    }
    if (fits != nullptr) *fits = all_fit;
  }

  static void interval(const double* parameters, std::size_t rows, const float* const* in, const float* target, float* out) noexcept {
    const Params w = broadcast(parameters);
    each_vector(0, rows, [&](const auto& at, std::size_t live) {
      Lanes::scatter(M::interval(w, gather(in, at), Lanes::gather(target, at)), out, at, live);
    });
  }

  /// Cards of similar length stand side by side in the lanes and are walked in step; where their grades differ, every grade that occurs is
  /// computed and each lane keeps its own.
  static void replay(const double* parameters, std::size_t cards, const std::int64_t* offsets, const std::uint8_t* grade,
                     const float* elapsed, float* const* out) noexcept {
    const Params w = broadcast(parameters);
    const auto table = first_states(parameters);
    for (std::size_t base = 0; base < cards; base += LengthSort::window) {
      const std::size_t count = cards - base < LengthSort::window ? cards - base : LengthSort::window;
      const LengthSort order{count, offsets + base};
      for (std::size_t j = 0; j < count; j += width) {
        const std::size_t live = count - j < width ? count - j : width;
        const auto card = [&](std::size_t lane) { return base + order[j + (lane < live ? lane : 0)]; };
        scatter(replay_group(w, table, offsets, grade, elapsed, card, live), out, card, live);
      }
    }
  }

 private:
  /// Whether the states and days of a block lie in their bounds.
  static bool block_fits(const float* const* in, const float* elapsed, std::size_t start, std::size_t count) {
    bool fits = within(count, elapsed + start, batch::elapsed_bounds.lower, batch::elapsed_bounds.upper);
    for (std::size_t k = 0; k < fields; ++k) {
      const batch::Bounds bounds = batch::bounds_of(M::state_fields[k]);
      fits = fits && within(count, in[k] + start, bounds.lower, bounds.upper);
    }
    return fits;
  }

  using FirstStates = std::array<std::array<float, 5>, fields>;  ///< [field][grade]; grade 0 leaves no state

  /// Row numbers of a block, by grade.
  struct ByGrade {
    ByGrade(const std::uint8_t* grade, std::size_t rows_in_block) {
      for (std::size_t i = 0; i < rows_in_block; ++i) {
        const std::uint8_t g = grade[i];
        rows[g][count[g]++] = static_cast<std::uint32_t>(i);
      }
    }
    std::array<std::array<std::uint32_t, block>, 5> rows;
    std::array<std::size_t, 5> count{};
  };

  static Params broadcast(const double* parameters) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return Params{T(parameters[I])...}; }
    (std::make_index_sequence<M::specs.size()>{});
  }

  static FirstStates first_states(const double* parameters) {
    constexpr std::size_t n = M::specs.size();
    const auto w = [&]<std::size_t... I>(std::index_sequence<I...>) { return typename M::template Params<double>{parameters[I]...}; }
    (std::make_index_sequence<n>{});
    FirstStates table;
    for (std::size_t g = 0; g <= 4; ++g) {
      const auto state =
          g > 0 ? std::bit_cast<std::array<double, fields>>(M::first(w, static_cast<Grade>(g))) : std::array<double, fields>{};
      for (std::size_t k = 0; k < fields; ++k) {
        table[k][g] = g > 0 ? static_cast<float>(state[k]) : std::numeric_limits<float>::quiet_NaN();
      }
    }
    return table;
  }

  template <class At>
  static State gather(const float* const* columns, const At& at) {
    return [&]<std::size_t... K>(std::index_sequence<K...>) { return State{Lanes::gather(columns[K], at)...}; }
    (std::make_index_sequence<fields>{});
  }

  template <class At>
  static void scatter(const State& state, float* const* columns, const At& at, std::size_t live) {
    const auto values = std::bit_cast<std::array<T, fields>>(state);
    for (std::size_t k = 0; k < fields; ++k) Lanes::scatter(values[k], columns[k], at, live);
  }

  /// Calls `work(at, live)` for each vector of the rows begin to end - 1; `at(lane)` is a row, the last vector's idle lanes repeating its first.
  template <class Work>
  static void each_vector(std::size_t begin, std::size_t end, const Work& work) {
    for (std::size_t i = begin; i < end; i += width) {
      const std::size_t live = end - i < width ? end - i : width;
      work([&](std::size_t lane) { return i + (lane < live ? lane : 0); }, live);
    }
  }

  template <class Card>
  static State replay_group(const Params& w, const FirstStates& table, const std::int64_t* offsets, const std::uint8_t* grade,
                            const float* elapsed, const Card& card, std::size_t live) {
    std::array<std::int64_t, width> begin{};
    std::array<std::int64_t, width> length{};
    std::int64_t longest = 0;
    for (std::size_t lane = 0; lane < width; ++lane) {
      begin[lane] = offsets[card(lane)];
      length[lane] = lane < live ? offsets[card(lane) + 1] - begin[lane] : 0;
      longest = length[lane] > longest ? length[lane] : longest;
    }
    std::array<float, width> days{};
    std::array<float, width> grades{};
    State state = first_of_group(table, grade, begin, length);
    for (std::int64_t step = 1; step < longest; ++step) {
      unsigned occurring = 0;
      for (std::size_t lane = 0; lane < width; ++lane) {
        const bool answers = step < length[lane];
        const std::uint8_t g = answers ? grade[begin[lane] + step] : std::uint8_t{0};
        days[lane] = answers ? elapsed[begin[lane] + step] : 0.0F;
        grades[lane] = static_cast<float>(g);
        occurring |= 1U << g;
      }
      const T t = Lanes::load(days.data());
      const T which = Lanes::load(grades.data());
      State next = state;
      for (unsigned g = 1; g <= 4; ++g) {
        if ((occurring & (1U << g)) == 0) continue;
        const auto mine = which > T(g - 0.5) && which < T(g + 0.5);
        next = blend(mine, M::review(w, state, t, static_cast<Grade>(g)), next);
      }
      state = next;
    }
    return state;
  }

  static State first_of_group(const FirstStates& table, const std::uint8_t* grade, const std::array<std::int64_t, width>& begin,
                              const std::array<std::int64_t, width>& length) {
    std::array<std::array<float, width>, fields> columns;
    for (std::size_t lane = 0; lane < width; ++lane) {
      const std::size_t g = length[lane] > 0 ? grade[begin[lane]] : 0;
      for (std::size_t k = 0; k < fields; ++k) columns[k][lane] = table[k][g];
    }
    return [&]<std::size_t... K>(std::index_sequence<K...>) { return State{Lanes::load(columns[K].data())...}; }
    (std::make_index_sequence<fields>{});
  }

  template <class Mask>
  static State blend(const Mask& mask, const State& yes, const State& no) {
    using math::select;
    const auto y = std::bit_cast<std::array<T, fields>>(yes);
    const auto n = std::bit_cast<std::array<T, fields>>(no);
    return [&]<std::size_t... K>(std::index_sequence<K...>) { return State{select(mask, y[K], n[K])...}; }
    (std::make_index_sequence<fields>{});
  }
};

}  // namespace perdure::inline PERDURE_ABI::kernels
