#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/models/concept.hpp>

#include <cstddef>

namespace perdure::inline PERDURE_ABI::fit {

/// Walks one card through a model. `visit(i, before)` is called for every answer that has strictly earlier ones, with the state that those
/// left; answers that share a time stamp all see the same state. Returns the state after the last answer. A card has at least one answer.
template <models::MemoryModel M, class T, class Visit>
[[nodiscard]] typename M::template State<T> replay(const typename M::template Params<T>& w, const data::Card& card, Visit&& visit) {
  using State = typename M::template State<T>;
  State state = M::first(w, static_cast<Grade>(card.grade[0]));
  State before = state;
  bool has_before = false;
  for (std::size_t i = 1; i < card.size(); ++i) {
    const Grade grade = static_cast<Grade>(card.grade[i]);
    if (card.tied[i] != 0) {
      if (has_before) visit(i, before);
      state = M::review(w, state, T(0.0), grade);
      continue;
    }
    visit(i, state);
    before = state;
    has_before = true;
    state = M::review(w, state, T(card.elapsed[i]), grade);
  }
  return state;
}

}  // namespace perdure::inline PERDURE_ABI::fit
