#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/random.hpp>
#include <perdure/models/concept.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

/// Parameters, states and times for the laws to look at.
namespace perdure::inline PERDURE_ABI::testing {

template <models::MemoryModel M>
struct Sample {
  typename M::template Params<double> params;  ///< lawful, within bounds
  typename M::template State<double> state;    ///< reached by a random history
  double days;                                 ///< time to the next answer, in (0, 400)
  Grade grade;                                 ///< a first grade
};

/// Params<T> whose i-th member is `make(value, i)`.
template <models::MemoryModel M, class T, class Make>
[[nodiscard]] typename M::template Params<T> map_params(const typename M::template Params<double>& w, const Make& make) {
  constexpr std::size_t n = M::specs.size();
  const auto values = std::bit_cast<std::array<double, n>>(w);
  std::array<T, n> mapped;
  for (std::size_t i = 0; i < n; ++i) mapped[i] = make(values[i], i);
  return models::assemble<M, T>(std::span<const T, n>{mapped});
}

/// State<T> from one T per field, and back.
template <models::MemoryModel M, class T>
[[nodiscard]] typename M::template State<T> state_from(const std::array<T, M::state_fields.size()>& columns) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) { return typename M::template State<T>{columns[I]...}; }
  (std::make_index_sequence<M::state_fields.size()>{});
}

template <models::MemoryModel M, class T>
[[nodiscard]] std::array<T, M::state_fields.size()> state_columns(const typename M::template State<T>& state) {
  using Columns = std::array<T, M::state_fields.size()>;
  static_assert(sizeof(Columns) == sizeof state, "State<T> has exactly one T per state field");
  return std::bit_cast<Columns>(state);
}

/// Sample number `index`: number 0 has default parameters, the others draw each parameter around its default, inside its bounds. The state comes
/// from up to eight random answers. Deterministic in `index`.
template <models::MemoryModel M>
[[nodiscard]] Sample<M> sample(std::uint32_t index) {
  random::Stream stream{{.seed = 20'261'123, .learner = index, .item = 0, .step = 0}};
  const auto grade = [&stream] { return static_cast<Grade>(1 + stream.below(4)); };
  const auto gap = [&stream] { return 400.0 * std::pow(stream.next(), 4.0); };
  auto w = models::default_params<M>();
  if (index > 0) {
    const auto drawn = map_params<M, double>(w, [&stream](double value, std::size_t i) {
      const models::ParamSpec& spec = M::specs[i];
      const double reach = stream.next() < 0.5 ? 0.1 : 1.0;
      const double span = reach * (spec.upper - spec.lower);
      return std::clamp(value + span * (stream.next() - 0.5), spec.lower, spec.upper);
    });
    const auto values = models::lawful<M>(std::bit_cast<std::array<double, M::specs.size()>>(drawn));
    w = models::assemble<M, double>(std::span<const double, M::specs.size()>{values});
  }
  auto state = M::first(w, grade());
  for (std::uint32_t k = stream.below(8); k > 0; --k) state = M::review(w, state, gap(), grade());
  return {w, state, gap(), grade()};
}

}  // namespace perdure::inline PERDURE_ABI::testing
