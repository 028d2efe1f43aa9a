#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {

/// Most skills of one item.
inline constexpr std::size_t most_skills = 16;

/// What is known of items before anybody answers them: ragged columns by item.
struct Items {
  std::vector<std::size_t> skill_begin{0};  ///< (items + 1)
  std::vector<std::uint32_t> skill;
  std::vector<float> weight;  ///< of each skill; they sum to 1 for an item that has any
  std::vector<float> guess;   ///< (items) probability of a right guess, in [0, 1); below 0 where it is not known
  std::size_t skills = 0;     ///< how many skills there are

  [[nodiscard]] std::size_t size() const noexcept { return guess.size(); }
  bool operator==(const Items&) const = default;

  /// Adds an item; its number is `size()` before. Weights are divided by their sum; none given: all alike. Throws Exception (out_of_domain) for
  /// more than `most_skills` skills, a skill named twice, a weight that is not finite and above 0 or a sum of them that is not finite, or a guess of 1 or more.
  void add(std::span<const std::uint32_t> its_skills, std::span<const double> weights = {}, double its_guess = -1.0);
};

/// A log as the cohort model reads it. Rows may stand in any order; those of one learner are read by `answered`, equal ones as they stand.
struct AnswerColumns {
  std::span<const std::uint32_t> learner, item;
  std::span<const double> answered;  ///< days
  std::span<const double> shown;     ///< days; where it lies after `answered`, that counts
  std::span<const float> score;      ///< in [0, 1]; below 0: the item was seen, not answered

  [[nodiscard]] std::size_t size() const noexcept { return item.size(); }

  /// What is wrong with it: lengths that differ, a learner or item out of range, a time that is not finite, a score above 1 or NaN.
  [[nodiscard]] std::optional<Error> problem(std::size_t learners, std::size_t items) const;
};

}  // namespace perdure::inline PERDURE_ABI::cohort
