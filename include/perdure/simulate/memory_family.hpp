#pragma once

#include <perdure/core/abi.hpp>

#include <concepts>
#include <string_view>

namespace perdure::inline PERDURE_ABI::simulate {

/// How a simulated learner remembers an item, as a plain value. What the learner brings to the item without having ever been asked it is
/// `level`, in log-odds: ability, difficulty and what the two have together. Every family turns it into what is known later.
///
///   id       stable name, used in options and in Python
///   State    what is kept of the answers so far
///   first    state after the first answer
///   review   state after an answer `days` after the last one, days >= 0
///   known    probability of knowing the item `days` after the last answer, in [0, 1]
///
/// Laws, tested over random states: `known` never rises with days, never falls with level, and after a right answer is at least what it is
/// after a wrong one.
template <class F>
concept MemoryFamily = requires(const F& family, const typename F::State& state, double level, double days, bool right) {
  { F::id } -> std::convertible_to<std::string_view>;
  { family.first(right) } -> std::same_as<typename F::State>;
  { family.review(state, days, right) } -> std::same_as<typename F::State>;
  { family.known(state, level, days) } -> std::same_as<double>;
};

}  // namespace perdure::inline PERDURE_ABI::simulate
