#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/targets.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Weight of answer i of n in time order: 1/4 + 3/4 (i / (n - 1))^3; a lone one weighs 1/4.
[[nodiscard]] inline double recency_weight(std::size_t i, std::size_t n) noexcept {
  const double age = n > 1 ? static_cast<double>(i) / static_cast<double>(n - 1) : 0.0;
  return 0.25 + 0.75 * age * age * age;
}

/// Weights that let the latest answers count most: recency_weight of predicted answers in time order, over all learners. Answers that are not
/// predicted weigh 0.
///
/// \param answered_at  ms since 1970, by row of the log; rows with the same time keep their order
/// \return             by position in the histories, like Targets::weight
///
/// Source: fsrs 6.6.2, src/dataset.rs (recency_weighted_fsrs_items), on items in time order.
[[nodiscard]] inline std::vector<float> recency_weights(const data::Histories& histories, const Targets& targets,
                                                        std::span<const std::int64_t> answered_at) {
  std::vector<std::uint32_t> predicted_at(answered_at.size());  // by row: position + 1 of the predicted answer; 0: not predicted
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    for (std::size_t i = 0, k = histories.offset()[c]; i < card.size(); ++i, ++k) {
      if (targets.predicted[k] != 0) predicted_at[card.row[i]] = static_cast<std::uint32_t>(k + 1);
    }
  }
  std::vector<std::uint32_t> rows;
  for (std::size_t row = 0; row < predicted_at.size(); ++row) {
    if (predicted_at[row] != 0) rows.push_back(static_cast<std::uint32_t>(row));
  }
  const auto earlier = [answered_at](std::uint32_t a, std::uint32_t b) { return answered_at[a] < answered_at[b]; };
  if (!std::is_sorted(rows.begin(), rows.end(), earlier)) std::stable_sort(rows.begin(), rows.end(), earlier);

  std::vector<float> weight(histories.size());
  for (std::size_t i = 0; i < rows.size(); ++i) weight[predicted_at[rows[i]] - 1] = static_cast<float>(recency_weight(i, rows.size()));
  return weight;
}

}  // namespace perdure::inline PERDURE_ABI::fit
