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

/// What a batch takes from one card: the predicted answers at positions first .. last of the card. The answers before them shape the state.
struct Stretch {
  std::uint32_t card, first, last;
};

/// Predicted answers cut into batches for an optimiser that looks at one after the other.
struct Batches {
  std::vector<Stretch> stretches;     ///< batch after batch
  std::vector<std::size_t> begin{0};  ///< of each batch in `stretches`, and the end
  std::vector<std::size_t> answers;   ///< predicted answers of each batch

  [[nodiscard]] std::size_t size() const noexcept { return answers.size(); }
  [[nodiscard]] std::size_t total() const noexcept { return std::accumulate(answers.begin(), answers.end(), std::size_t{0}); }
  [[nodiscard]] std::span<const Stretch> batch(std::size_t b) const noexcept {
    return std::span{stretches}.subspan(begin[b], begin[b + 1] - begin[b]);
  }

  /// Closes the batch that holds the stretches since the last one.
  void close(std::size_t predicted) {
    begin.push_back(stretches.size());
    answers.push_back(predicted);
  }
};

/// Whole cards, the shorter first, as many as fit into `size` answers: how the fsrs crate cuts when it knows the cards.
[[nodiscard]] inline Batches batches_of_cards(const data::Histories& histories, const Targets& targets, std::size_t size) {
  struct Whole {
    Stretch stretch;
    std::size_t answers;
  };
  std::vector<Whole> cards;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    Whole card{{static_cast<std::uint32_t>(c), 0, 0}, 0};
    for (std::size_t k = histories.offset()[c]; k < histories.offset()[c + 1]; ++k) {
      if (targets.predicted[k] == 0) continue;
      card.stretch.last = static_cast<std::uint32_t>(k - histories.offset()[c]);
      ++card.answers;
    }
    if (card.answers > 0) cards.push_back(card);
  }
  std::stable_sort(cards.begin(), cards.end(), [](const Whole& a, const Whole& b) { return a.stretch.last < b.stretch.last; });
  Batches batches;
  std::size_t filled = 0;
  for (const Whole& card : cards) {
    if (filled > 0 && filled + card.answers > size) {
      batches.close(filled);
      filled = 0;
    }
    batches.stretches.push_back(card.stretch);
    filled += card.answers;
  }
  if (filled > 0) batches.close(filled);
  return batches;
}

/// Single answers, those with the shorter history first and in time order among equals: how FSRS-Optimizer cuts, and the fsrs crate when it does not
/// know the cards.
/// \param answered_at  by row of the log; rows with the same time keep their order
[[nodiscard]] inline Batches batches_of_answers(const data::Histories& histories, const Targets& targets,
                                                std::span<const std::int64_t> answered_at, std::size_t size) {
  struct Single {
    Stretch stretch;
    std::uint32_t row;
  };
  std::vector<Single> all;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    for (std::uint32_t i = 0; i < card.size(); ++i) {
      if (targets.predicted[histories.offset()[c] + i] != 0) all.push_back({{static_cast<std::uint32_t>(c), i, i}, card.row[i]});
    }
  }
  std::sort(all.begin(), all.end(), [answered_at](const Single& a, const Single& b) {
    if (a.stretch.last != b.stretch.last) return a.stretch.last < b.stretch.last;
    return answered_at[a.row] != answered_at[b.row] ? answered_at[a.row] < answered_at[b.row] : a.row < b.row;
  });
  Batches batches;
  for (std::size_t i = 0; i < all.size(); ++i) {
    batches.stretches.push_back(all[i].stretch);
    const std::size_t filled = i + 1 - batches.begin.back();
    if (filled == size || i + 1 == all.size()) batches.close(filled);
  }
  return batches;
}

/// Cards in the given order, cut after every `size` answers wherever that is: how py-fsrs cuts.
[[nodiscard]] inline Batches batches_in_order(const data::Histories& histories, const Targets& targets, std::span<const std::size_t> cards,
                                              std::size_t size) {
  Batches batches;
  std::size_t filled = 0;
  for (const std::size_t c : cards) {
    bool open = false;  // whether the last stretch is of this card and this batch
    for (std::uint32_t i = 0; i < histories.card(c).size(); ++i) {
      if (targets.predicted[histories.offset()[c] + i] == 0) continue;
      if (open) {
        batches.stretches.back().last = i;
      } else {
        batches.stretches.push_back({static_cast<std::uint32_t>(c), i, i});
      }
      open = ++filled < size;
      if (open) continue;
      batches.close(filled);
      filled = 0;
    }
  }
  if (filled > 0) batches.close(filled);
  return batches;
}

/// Lays batches out as groups of steps (step_table.hpp), one at a time. Lanes are stretches.
class Packer {
 public:
  Packer(const data::Histories& histories, const Targets& targets) : histories_{histories}, targets_{targets} {}

  /// Groups of one batch; valid until the next call.
  [[nodiscard]] std::span<const StepGroup> pack(std::span<const Stretch> stretches) {
    order_.clear();
    for (const Stretch& stretch : stretches) {
      std::uint32_t steps = 0;
      detail::each_step(histories_.card(stretch.card), stretch.last, predicts(stretch), [&steps](std::size_t, bool, bool) { ++steps; });
      order_.push_back({stretch, steps});
    }
    std::stable_sort(order_.begin(), order_.end(), [](const Lane& a, const Lane& b) { return a.steps > b.steps; });
    table_.clear();
    table_.plan(order_.size(), [this](std::size_t k) { return order_[k].steps; });
    table_.allocate(!targets_.weight.empty());
    for (std::size_t k = 0; k < order_.size(); ++k) {
      const Stretch& stretch = order_[k].stretch;
      const float* weight = targets_.weight.empty() ? nullptr : targets_.weight.data() + histories_.offset()[stretch.card];
      table_.write(table_.groups()[k / step::most_lanes], k % step::most_lanes, histories_.card(stretch.card), stretch.last,
                   predicts(stretch), weight, [](std::size_t) {});
    }
    return table_.groups();
  }

 private:
  struct Lane {
    Stretch stretch;
    std::uint32_t steps;
  };

  /// Whether a stretch predicts an answer of its card.
  struct Predicts {
    Stretch stretch;
    const std::uint8_t* predicted;  ///< by position in the card
    bool operator()(std::size_t i) const noexcept { return i >= stretch.first && i <= stretch.last && predicted[i] != 0; }
  };
  [[nodiscard]] Predicts predicts(const Stretch& stretch) const {
    return {stretch, targets_.predicted.data() + histories_.offset()[stretch.card]};
  }

  const data::Histories& histories_;
  const Targets& targets_;
  std::vector<Lane> order_;
  detail::StepTable table_;
};

}  // namespace perdure::inline PERDURE_ABI::fit
