#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/first_gaps.hpp>
#include <perdure/fit/targets.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Whose outlier filter. Both look at the pairs of first grade and first gap, and drop every card of a rare pair; they differ in the order in
/// which pairs of the same size go and in how a twentieth is rounded.
enum class OutlierRule {
  fsrs_rs,        ///< the fsrs crate: shorter gaps first, a twentieth rounded down
  fsrs_optimizer  ///< FSRS-Optimizer: longer gaps first, a twentieth as it is
};

/// The pairs that a rule drops, of all pairs in the order of first_gaps. For each first grade, from the smallest pair on: pairs go until 20 cards
/// or a twentieth of the grade's cards would be reached, whichever is more; of the others those with fewer than 6 cards or with a gap of more than
/// 100 days (365 after a first Easy).
///
/// Source: fsrs 6.6.2, src/dataset.rs (compute_outlier_analysis); fsrs-optimizer 6.5.0 (remove_outliers).
[[nodiscard]] inline std::vector<FirstGap> outlying_gaps(std::vector<FirstGap> gaps, OutlierRule rule = OutlierRule::fsrs_rs) {
  constexpr std::size_t least_dropped = 20;  // cards
  constexpr std::size_t share = 20;          // one in so many
  constexpr std::size_t least_kept = 6;      // cards of a pair
  const bool longer_first = rule == OutlierRule::fsrs_optimizer;
  std::sort(gaps.begin(), gaps.end(), [longer_first](const FirstGap& a, const FirstGap& b) {
    if (a.grade != b.grade) return a.grade < b.grade;
    if (a.answers != b.answers) return a.answers < b.answers;
    return longer_first ? a.days > b.days : a.days < b.days;
  });
  std::vector<FirstGap> dropped;
  for (std::size_t from = 0, to = 0; from < gaps.size(); from = to) {
    std::size_t total = 0;
    for (to = from; to < gaps.size() && gaps[to].grade == gaps[from].grade; ++to) total += gaps[to].answers;
    const std::size_t part = longer_first ? (total + share - 1) / share : total / share;  // sums are whole: x >= part is x >= ceil(part)
    const std::size_t limit = std::max(least_dropped, part);
    const std::uint64_t longest = gaps[from].grade == 4 ? 365 : 100;  // days
    std::size_t gone = 0;
    for (std::size_t k = from; k < to; ++k) {
      const bool spared = gone + gaps[k].answers >= limit;
      if (!spared) gone += gaps[k].answers;
      if (!spared || gaps[k].answers < least_kept || gaps[k].days > longest) dropped.push_back(gaps[k]);
    }
  }
  return dropped;
}

/// Takes the answers of outlying cards out of what is predicted; returns how many answers that were. Weights stay as they are.
inline std::size_t drop_outliers(const data::Histories& histories, Targets& targets, OutlierRule rule = OutlierRule::fsrs_rs) {
  std::unordered_set<std::uint64_t> keys;
  for (const FirstGap& gap : outlying_gaps(first_gaps(histories, targets), rule)) keys.insert(gap.days * 8 + gap.grade);
  std::size_t answers = 0;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const auto position = detail::first_predicted(histories, targets, c);
    if (!position || !keys.contains(detail::first_gap_key(histories.card(c), *position - histories.offset()[c]))) continue;
    for (std::size_t k = *position; k < histories.offset()[c + 1]; ++k) {
      answers += targets.predicted[k];
      targets.predicted[k] = 0;
    }
  }
  return answers;
}

}  // namespace perdure::inline PERDURE_ABI::fit
