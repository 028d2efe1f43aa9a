#pragma once

#include <perdure/core/abi.hpp>

namespace perdure::inline PERDURE_ABI::cohort {

// States are plain: a number type S for what is estimated (float in a store, double or a dual number in a fit), and double for times, which
// float32 would round to minutes.

/// A Gaussian random effect: what is believed of one of a learner's, an item's or a cohort's peculiarities. Log-odds.
template <class S>
struct Effect {
  S mean{}, variance{};
};

/// How a whole cohort differs from the parameters.
template <class S>
struct CohortState {
  Effect<S> level;
  Effect<S> skill_offset, skill_count, skill_decay;
  Effect<S> item_offset, item_count, item_decay;
};

template <class S>
struct LearnerState {
  Effect<S> ability, skill_count, item_count, skill_decay;
  S form{};
  S answers{};      ///< to anything
  double last = 0;  ///< time of the last answer, days; meaningless while `answers` is 0
};

/// An item, or a skill.
template <class S>
struct MaterialState {
  Effect<S> level, count, decay;
};

/// What a learner has made of an item, or of a skill.
template <class S>
struct MemoryState {
  Effect<S> level;
  S form{};
  S scale{};    ///< days
  S carry{};    ///< forgetting that the last answer left, in logarithms of time
  S backlog{};  ///< days that count as passed when `last` was: 0 but after an exposure
  S answers{}, right{}, wrong{}, exposures{};
  double last = 0;  ///< time of the last answer or exposure, days; meaningless before there is one
};

/// Whether a learner ever met what a memory is of.
template <class S>
[[nodiscard]] bool is_known(const MemoryState<S>& memory) {
  return memory.answers > S(0.0) || memory.exposures > S(0.0);
}

}  // namespace perdure::inline PERDURE_ABI::cohort
