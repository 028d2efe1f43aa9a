#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/fit/targets.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// What a fit walks, laid out once: cards that share parameters (a segment: a learner, a course, or everybody) stand in groups of up to 64,
/// sorted by length so that few lanes idle (step_group.hpp). Cards without an answer to predict are left out, and so is what follows a card's
/// last one. Answers that share a time stamp are all predicted from the state before the first of them: steps that predict come before it,
/// steps that only update after it.
///
/// Days are rounded to float32, but never up to a whole number of days that they lie below.
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
  [[nodiscard]] std::span<const StepGroup> groups() const noexcept { return groups_; }
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

  /// Days as a step holds them.
  [[nodiscard]] static float as_days(double days) noexcept;

 private:
  struct Length {
    std::uint32_t steps, card;
  };
  static std::uint32_t length(const data::Card& card, const std::uint8_t* predicted);
  struct Members {
    std::size_t first, count;  // in the order of cards
  };
  void plan(const std::vector<Length>& cards, std::size_t from, std::size_t to, std::vector<Members>& members);
  void fill(const data::Histories& histories, const Targets& targets, const std::vector<Length>& cards,
            const std::vector<Members>& members);
  void write(const data::Card& card, const std::uint8_t* predicted, const float* weight, std::size_t at, std::size_t stride,
             std::uint32_t steps, Amount& amount);

  std::vector<StepGroup> groups_;
  std::vector<std::size_t> segment_begin_{0};
  std::vector<Amount> amount_;
  std::vector<float> days_, weight_;
  std::vector<std::uint8_t> code_, active_;
};

inline Steps::Steps(const data::Histories& histories, const Targets& targets, std::span<const std::uint32_t> segment_of_card,
                    std::size_t segments)
    : amount_(segments) {
  constexpr std::size_t window = 2048;  // cards that are sorted together: sorting all would scatter the reads
  std::vector<std::size_t> begin(segments + 1);
  std::vector<Length> cards(histories.cards());
  std::vector<Members> members;  // of each group
  for (std::size_t c = 0; c < histories.cards(); ++c) ++begin[(segment_of_card.empty() ? 0 : segment_of_card[c]) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const std::size_t first = histories.offset()[c];
    cards[next[segment_of_card.empty() ? 0 : segment_of_card[c]]++] = {length(histories.card(c), targets.predicted.data() + first),
                                                                       static_cast<std::uint32_t>(c)};
  }
  for (std::size_t s = 0; s < segments; ++s) {
    for (std::size_t from = begin[s]; from < begin[s + 1]; from += window) {
      const std::size_t to = std::min(from + window, begin[s + 1]);
      std::sort(cards.begin() + static_cast<std::ptrdiff_t>(from), cards.begin() + static_cast<std::ptrdiff_t>(to),
                [](const Length& a, const Length& b) { return a.steps != b.steps ? a.steps > b.steps : a.card < b.card; });
      plan(cards, from, to, members);
    }
    segment_begin_.push_back(groups_.size());
  }

  std::size_t cells = 0;
  std::size_t rows = 0;
  for (const StepGroup& group : groups_) {
    cells += group.rows * group.lanes;
    rows += group.rows;
  }
  days_.resize(cells);
  code_.resize(cells);
  if (!targets.weight.empty()) weight_.resize(cells);
  active_.resize(rows);
  cells = rows = 0;
  for (StepGroup& group : groups_) {
    group = {days_.data() + cells,  code_.data() + cells, weight_.empty() ? nullptr : weight_.data() + cells,
             active_.data() + rows, group.rows,           group.lanes};
    cells += group.rows * group.lanes;
    rows += group.rows;
  }
  fill(histories, targets, cards, members);
}

/// Steps of a card up to its last predicted answer; 0 without one.
inline std::uint32_t Steps::length(const data::Card& card, const std::uint8_t* predicted) {
  std::size_t last = card.size();
  while (last > 0 && predicted[last - 1] == 0) --last;
  std::size_t steps = last;
  for (std::size_t i = 1; i < last; ++i) steps += card.tied[i] != 0 && predicted[i] != 0 ? 1U : 0U;
  return static_cast<std::uint32_t>(steps);
}

/// Groups for the cards `from` to `to` - 1, which stand in falling order of length; those of length 0 come last and get none.
inline void Steps::plan(const std::vector<Length>& cards, std::size_t from, std::size_t to, std::vector<Members>& members) {
  while (to > from && cards[to - 1].steps == 0) --to;
  for (; from < to; from += step::most_lanes) {
    const std::size_t count = std::min(step::most_lanes, to - from);
    const std::size_t lanes = (count + step::lane_step - 1) / step::lane_step * step::lane_step;
    groups_.push_back({nullptr, nullptr, nullptr, nullptr, cards[from].steps, lanes});
    members.push_back({from, count});
  }
}

inline void Steps::fill(const data::Histories& histories, const Targets& targets, const std::vector<Length>& cards,
                        const std::vector<Members>& members) {
  std::size_t segment = 0;
  std::size_t cell = 0;
  std::uint8_t* active = active_.data();
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    while (g >= segment_begin_[segment + 1]) ++segment;
    for (std::size_t lane = 0; lane < members[g].count; ++lane) {
      const Length& which = cards[members[g].first + lane];
      const std::size_t first = histories.offset()[which.card];
      write(histories.card(which.card), targets.predicted.data() + first, targets.weight.empty() ? nullptr : targets.weight.data() + first,
            cell + lane, groups_[g].lanes, which.steps, amount_[segment]);
      for (std::size_t row = 0; row < which.steps; ++row) active[row] = static_cast<std::uint8_t>(lane + 1);
    }
    cell += groups_[g].rows * groups_[g].lanes;
    active += groups_[g].rows;
  }
}

/// The steps of one card, from cell `at` on, `stride` apart.
inline void Steps::write(const data::Card& card, const std::uint8_t* predicted, const float* weight, std::size_t at, std::size_t stride,
                         std::uint32_t steps, Amount& amount) {
  const std::size_t end = at + steps * stride;
  const auto put = [&](std::size_t i, bool predicts, bool updates) {
    const auto grade = static_cast<Grade>(card.grade[i]);
    days_[at] = updates && card.tied[i] != 0 ? 0.0F : as_days(card.elapsed[i]);
    code_[at] = static_cast<std::uint8_t>((updates ? card.grade[i] : 0) | (predicts ? step::predicted : 0) |
                                          (predicts && is_success(grade) ? step::right : 0));
    if (predicts) {
      const double w = weight == nullptr ? 1.0 : static_cast<double>(weight[i]);
      if (weight != nullptr) weight_[at] = weight[i];
      ++amount.answers;
      amount.weight += w;
      amount.squares += w * w;
    }
    at += stride;
  };
  for (std::size_t i = 0; i < card.size() && at < end;) {
    std::size_t after = i + 1;
    while (after < card.size() && card.tied[after] != 0) ++after;
    for (std::size_t k = i + 1; k < after; ++k) {
      if (predicted[k] != 0) put(k, true, false);
    }
    put(i, predicted[i] != 0, true);
    for (std::size_t k = i + 1; k < after && at < end; ++k) put(k, false, true);
    i = after;
  }
}

inline float Steps::as_days(double days) noexcept {
  const auto rounded = static_cast<float>(days);
  const bool crossed = static_cast<double>(rounded) > days && std::floor(static_cast<double>(rounded)) > std::floor(days);
  return crossed ? std::nextafter(rounded, 0.0F) : rounded;
}

}  // namespace perdure::inline PERDURE_ABI::fit
