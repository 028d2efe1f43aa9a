#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/models/concept.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

/// A model applied to whole columns, one row a card. Layout, for FSRS-6:
///
///     stability   float32 | S0 S1 S2 ...      grade    uint8   | g0 g1 g2 ...
///     difficulty  float32 | D0 D1 D2 ...      elapsed  float32 | t0 t1 t2 ... (days)
///
/// Values are read as float32, computed in double by the model's one template, and stored as float32, so a row equals the scalar call to
/// within half a unit in the last place of float32. Functions neither throw nor check (batch/check.hpp does); input and output columns may be
/// the same. The result does not depend on `threads`.
namespace perdure::inline PERDURE_ABI::batch {

/// Input and output columns of a state, one per state field.
template <models::MemoryModel M>
using StateIn = std::array<const float*, M::state_fields.size()>;
template <models::MemoryModel M>
using StateOut = std::array<float*, M::state_fields.size()>;

namespace detail {

inline constexpr std::size_t rows_per_task = 16384;

template <class Row>
void each_row(std::size_t n, unsigned threads, const Row& row) {
  parallel_for((n + rows_per_task - 1) / rows_per_task, threads, [&](std::size_t task) {
    const std::size_t end = std::min(n, (task + 1) * rows_per_task);
    for (std::size_t i = task * rows_per_task; i < end; ++i) row(i);
  });
}

template <models::MemoryModel M>
[[nodiscard]] typename M::template State<double> load(const StateIn<M>& columns, std::size_t i) {
  std::array<double, M::state_fields.size()> values;
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<double>(columns[k][i]);
  return std::bit_cast<typename M::template State<double>>(values);
}

template <models::MemoryModel M>
void store(const StateOut<M>& columns, std::size_t i, const typename M::template State<double>& state) {
  const auto values = std::bit_cast<std::array<double, M::state_fields.size()>>(state);
  for (std::size_t k = 0; k < values.size(); ++k) columns[k][i] = static_cast<float>(values[k]);
}

}  // namespace detail

/// State after the first answer of every row.
template <models::MemoryModel M>
void first(const typename M::template Params<double>& w, std::span<const std::uint8_t> grade, const StateOut<M>& out,
           unsigned threads = 1) {
  detail::each_row(grade.size(), threads, [&](std::size_t i) { detail::store<M>(out, i, M::first(w, static_cast<Grade>(grade[i]))); });
}

/// State after one more answer of every row, `elapsed` days after the last one.
template <models::MemoryModel M>
void review(const typename M::template Params<double>& w, const StateIn<M>& in, std::span<const std::uint8_t> grade,
            std::span<const float> elapsed, const StateOut<M>& out, unsigned threads = 1) {
  detail::each_row(grade.size(), threads, [&](std::size_t i) {
    detail::store<M>(out, i, M::review(w, detail::load<M>(in, i), static_cast<double>(elapsed[i]), static_cast<Grade>(grade[i])));
  });
}

/// Recall of every row, `elapsed` days after the last answer.
template <models::MemoryModel M>
void recall(const typename M::template Params<double>& w, const StateIn<M>& in, std::span<const float> elapsed, float* out,
            unsigned threads = 1) {
  detail::each_row(elapsed.size(), threads, [&](std::size_t i) {
    out[i] = static_cast<float>(M::recall(w, detail::load<M>(in, i), static_cast<double>(elapsed[i])));
  });
}

/// Days until recall of every row falls to `target`; float32 infinity where that is beyond its range.
template <models::MemoryModel M>
void interval(const typename M::template Params<double>& w, const StateIn<M>& in, std::span<const float> target, float* out,
              unsigned threads = 1) {
  detail::each_row(target.size(), threads, [&](std::size_t i) {
    out[i] = static_cast<float>(M::interval(w, detail::load<M>(in, i), static_cast<double>(target[i])));
  });
}

}  // namespace perdure::inline PERDURE_ABI::batch
