#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/targets.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Cards whose first answer had one grade and whose first predicted answer came after one number of whole days.
struct FirstGap {
  std::uint8_t grade = 0;   ///< of the first answer, 1 .. 4
  std::uint64_t days = 0;   ///< whole days, rounded down, from the last answer before to the first predicted one
  std::size_t answers = 0;  ///< how many such cards
  std::size_t right = 0;    ///< how many of them were answered right then

  friend bool operator==(const FirstGap&, const FirstGap&) = default;
};

namespace detail {

/// Position in the histories of a card's first predicted answer; none without one.
[[nodiscard]] inline std::optional<std::size_t> first_predicted(const data::Histories& histories, const Targets& targets, std::size_t c) {
  const auto begin = targets.predicted.begin() + static_cast<std::ptrdiff_t>(histories.offset()[c]);
  const auto end = targets.predicted.begin() + static_cast<std::ptrdiff_t>(histories.offset()[c + 1]);
  const auto found = std::find(begin, end, std::uint8_t{1});
  if (found == end) return std::nullopt;
  return static_cast<std::size_t>(found - targets.predicted.begin());
}

/// One number for the pair of grade and days that a card belongs to.
[[nodiscard]] inline std::uint64_t first_gap_key(const data::Card& card, std::size_t i) {
  return static_cast<std::uint64_t>(std::floor(card.elapsed[i])) * 8 + card.grade[0];
}

}  // namespace detail

/// All pairs of first grade and first gap that the log has, by grade and then days. Cards without a predicted answer are left out.
[[nodiscard]] inline std::vector<FirstGap> first_gaps(const data::Histories& histories, const Targets& targets) {
  std::unordered_map<std::uint64_t, FirstGap> found;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const auto position = detail::first_predicted(histories, targets, c);
    if (!position) continue;
    const data::Card card = histories.card(c);
    const std::size_t i = *position - histories.offset()[c];
    const std::uint64_t key = detail::first_gap_key(card, i);
    FirstGap& gap = found[key];
    gap.grade = card.grade[0];
    gap.days = key / 8;
    ++gap.answers;
    gap.right += is_success(static_cast<Grade>(card.grade[i])) ? 1 : 0;
  }
  std::vector<FirstGap> gaps;
  gaps.reserve(found.size());
  for (const auto& entry : found) gaps.push_back(entry.second);
  std::sort(gaps.begin(), gaps.end(),
            [](const FirstGap& a, const FirstGap& b) { return a.grade != b.grade ? a.grade < b.grade : a.days < b.days; });
  return gaps;
}

}  // namespace perdure::inline PERDURE_ABI::fit
