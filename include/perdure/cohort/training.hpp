#pragma once

#include <perdure/cohort/answers.hpp>
#include <perdure/cohort/rows.hpp>
#include <perdure/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {

/// How often an answer counts in a fit that comes more than a day after the last one to its item. What lasts is what training is for, and most logs
/// hold little of it beside answers within a session (docs/models/cohort.md, "Fit").
inline constexpr float late_counts = 3.0F;

/// The learners that a fit looks at, in the order in which it does, with everything numbered for a pass (rows.hpp).
///
/// Learners come in an order drawn at random, so that what is learned of items does not depend on who came first; learners are taken until
/// `most_rows` are reached. The first fifth of the rows is learned from but not scored: there, next to nothing is known of the items.
class Training {
 public:
  /// \param answers   valid (AnswerColumns::problem)
  /// \param learners  how many there are
  /// \param late      how often a late answer counts
  Training(const AnswerColumns& answers, const Items& items, std::size_t learners, std::size_t most_rows, float late = late_counts);

  /// A view that lives as long as this.
  [[nodiscard]] perdure_cohort_rows rows() const noexcept;

 private:
  void number_items();
  void count_answers(const std::vector<std::uint32_t>& item_of_row, float late);
  void number_memories(const std::vector<std::uint32_t>& item_of_row, const Items& items);

  std::vector<std::size_t> learner_begin_{0}, skill_begin_{0};
  std::vector<double> answered_, shown_;
  std::vector<float> score_, counts_, guess_, weight_;
  std::vector<std::uint32_t> item_, memory_, skill_, skill_memory_;
  std::size_t items_ = 0, shared_items_ = 0, skills_ = 0, memories_ = 0, skill_memories_ = 0;
};

}  // namespace perdure::inline PERDURE_ABI::cohort
