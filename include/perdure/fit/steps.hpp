#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/fit/step_table.hpp>
#include <perdure/fit/targets.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// What a fit walks, laid out once: cards that share parameters (a segment: a learner, a course, or everybody) stand in groups of up to 64,
/// sorted by length so that few lanes idle (step_group.hpp). Cards without an answer to predict are left out, and so is what follows a card's
/// last one. Answers that share a time stamp are all predicted from the state before the first of them (step_table.hpp).
class Steps {
 public:
  /// \param segment_of_card  segment of every card, below `segments`; empty: all cards are one segment
  Steps(const data::Histories& histories, const Targets& targets, std::span<const std::uint32_t> segment_of_card = {},
        std::size_t segments = 1);
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;
  Steps(Steps&&) noexcept = default;  // groups point into the vectors, whose storage moves with them
  Steps& operator=(Steps&&) noexcept = default;
  ~Steps() = default;

  [[nodiscard]] std::size_t segments() const noexcept { return segment_begin_.size() - 1; }
  [[nodiscard]] std::span<const StepGroup> groups() const noexcept { return table_.groups(); }
  [[nodiscard]] std::span<const StepGroup> groups(std::size_t segment) const noexcept {
    return groups().subspan(segment_begin_[segment], segment_begin_[segment + 1] - segment_begin_[segment]);
  }

  /// Of a segment: predicted answers, the sum of their weights and of the squares of those.
  struct Amount {
    std::size_t answers = 0;
    double weight = 0.0;
    double squares = 0.0;

    /// How many answers of equal weight say as much: (sum of weights)^2 / sum of squares.
    [[nodiscard]] double effective() const noexcept { return squares > 0.0 ? weight * weight / squares : 0.0; }
  };
  [[nodiscard]] const Amount& amount(std::size_t segment) const noexcept { return amount_[segment]; }
  [[nodiscard]] Amount amount() const noexcept {
    Amount all;
    for (const Amount& a : amount_) {
      all.answers += a.answers;
      all.weight += a.weight;
      all.squares += a.squares;
    }
    return all;
  }

 private:
  struct Lane {
    std::uint32_t steps, last, card;  ///< `last`: position of the last predicted answer
  };
  static Lane lane_of(const data::Histories& histories, const Targets& targets, std::uint32_t card);

  detail::StepTable table_;
  std::vector<std::size_t> segment_begin_{0};  ///< groups
  std::vector<Amount> amount_;
};

inline Steps::Steps(const data::Histories& histories, const Targets& targets, std::span<const std::uint32_t> segment_of_card,
                    std::size_t segments)
    : amount_(segments) {
  constexpr std::size_t window = 2048;  // cards that are sorted together: sorting all would scatter the reads
  std::vector<std::size_t> begin(segments + 1);
  std::vector<Lane> cards(histories.cards());
  for (std::size_t c = 0; c < histories.cards(); ++c) ++begin[(segment_of_card.empty() ? 0 : segment_of_card[c]) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    cards[next[segment_of_card.empty() ? 0 : segment_of_card[c]]++] = lane_of(histories, targets, static_cast<std::uint32_t>(c));
  }
  std::vector<std::size_t> first;  // of the lanes of each group, in `cards`
  for (std::size_t s = 0; s < segments; ++s) {
    for (std::size_t from = begin[s]; from < begin[s + 1]; from += window) {
      const std::size_t to = std::min(from + window, begin[s + 1]);
      std::sort(cards.begin() + static_cast<std::ptrdiff_t>(from), cards.begin() + static_cast<std::ptrdiff_t>(to),
                [](const Lane& a, const Lane& b) { return a.steps != b.steps ? a.steps > b.steps : a.card < b.card; });
      table_.plan(to - from, [&](std::size_t k) { return cards[from + k].steps; });
      for (std::size_t at = from; first.size() < table_.groups().size(); at += step::most_lanes) first.push_back(at);
    }
    segment_begin_.push_back(table_.groups().size());
  }

  const bool weighted = !targets.weight.empty();
  table_.allocate(weighted);
  for (std::size_t s = 0; s < segments; ++s) {
    for (std::size_t g = segment_begin_[s]; g < segment_begin_[s + 1]; ++g) {
      const StepGroup& group = table_.groups()[g];
      for (std::size_t lane = 0; lane < group.lanes && first[g] + lane < begin[s + 1]; ++lane) {
        const Lane& which = cards[first[g] + lane];
        if (which.steps == 0) break;
        const std::size_t offset = histories.offset()[which.card];
        const std::uint8_t* predicted = targets.predicted.data() + offset;
        const float* weight = weighted ? targets.weight.data() + offset : nullptr;
        table_.write(
            group, lane, histories.card(which.card), which.last, [predicted](std::size_t i) { return predicted[i] != 0; }, weight,
            [&amount = amount_[s], weight](std::size_t i) {
              const double w = weight == nullptr ? 1.0 : static_cast<double>(weight[i]);
              ++amount.answers;
              amount.weight += w;
              amount.squares += w * w;
            });
      }
    }
  }
}

/// How many steps a card has up to its last predicted answer (detail::each_step); 0 without one.
inline Steps::Lane Steps::lane_of(const data::Histories& histories, const Targets& targets, std::uint32_t card) {
  const data::Card answers = histories.card(card);
  const std::uint8_t* predicted = targets.predicted.data() + histories.offset()[card];
  std::size_t end = answers.size();
  while (end > 0 && predicted[end - 1] == 0) --end;
  if (end == 0) return {0, 0, card};
  std::size_t first = end - 1;  // of the answers with the last one's time stamp
  while (first > 0 && answers.tied[first] != 0) --first;
  std::size_t steps = first + 1;
  for (std::size_t i = 1; i < end; ++i) steps += answers.tied[i] != 0 && predicted[i] != 0 ? 1U : 0U;
  return {static_cast<std::uint32_t>(steps), static_cast<std::uint32_t>(end - 1), card};
}

}  // namespace perdure::inline PERDURE_ABI::fit
