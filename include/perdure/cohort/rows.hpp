#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

/// Answers as a pass over them reads them: learner by learner, each learner's in time order, everything that they touch numbered. It crosses to
/// kernels, so it is plain C.
///
///     learner   |---- 0 ----|--- 1 ---|- 2 -| ...            learner_begin: where each begins, and where the last one ends
///     row       answered shown score counts guess item memory  one of each a row
///     skills    |--|-|---| ...                               skill_begin by row: skill, skill_memory, weight
///
/// Items below `shared_items` keep their state from learner to learner. The others are places that every learner uses anew, for items that only
/// one learner answers; so are memories.
struct perdure_cohort_rows {
  size_t learners;
  const size_t* learner_begin;  ///< (learners + 1)
  const double* answered;       ///< days
  const double* shown;          ///< days, not after `answered`
  const float* score;           ///< in [0, 1]; below 0 for an exposure
  const float* counts;          ///< how often each answer counts in the sums; null: once
  const float* guess;           ///< probability of a right guess; below 0 where it is not known
  const uint32_t* item;
  const uint32_t* memory;     ///< of learner and item, from 0 for every learner
  const size_t* skill_begin;  ///< (rows + 1)
  const uint32_t* skill;
  const uint32_t* skill_memory;
  const float* weight;
  size_t items, shared_items, skills, memories, skill_memories;  ///< how many places of each there are
  size_t uncounted;                                              ///< rows at the beginning that are learned from but not scored
};

/// Sums over the scored answers of a pass.
struct perdure_cohort_sums {
  double loss;       ///< log loss, nats
  double* gradient;  ///< (parameters); null where only the loss is asked for
  double* fisher;    ///< (parameters x parameters), the lower triangle by rows
  size_t answers;
  int out_of_memory;  ///< not 0 where the pass ended early for it; the sums are worth nothing then
};
}
