#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/problem.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace perdure::inline PERDURE_ABI::plan {

/// What a plan made before asks from the first day on. Columns are views.
struct PreviousPlan {
  std::span<const std::uint64_t> first{};     ///< by learner, and one more: where its questions begin
  std::span<const std::uint32_t> question{};  ///< position among the learner's
  std::span<const std::int32_t> day{};        ///< of each; ascending for a learner
  double margin = 0.0;                        ///< recall of one objective that a change must bring, 0 or more

  /// Positions of what a learner is asked on a day.
  [[nodiscard]] std::span<const std::uint32_t> on(std::size_t learner, std::int32_t date) const {
    const auto own = day.subspan(first[learner], first[learner + 1] - first[learner]);
    const auto begin = std::ranges::lower_bound(own, date), end = std::ranges::upper_bound(own, date);
    return question.subspan(first[learner] + static_cast<std::size_t>(begin - own.begin()), static_cast<std::size_t>(end - begin));
  }
};

/// Throws Exception (shape_mismatch, out_of_domain) for a plan that does not fit a problem: what, where and what was expected.
void check(const PreviousPlan& plan, const Problem& problem);

}  // namespace perdure::inline PERDURE_ABI::plan
