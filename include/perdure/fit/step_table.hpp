#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/step_group.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// Days as a step holds them: float32, never rounded up to a whole number of days that they lie below.
[[nodiscard]] inline float as_days(double days) noexcept {
  const auto rounded = static_cast<float>(days);
  const bool crossed = static_cast<double>(rounded) > days && std::floor(static_cast<double>(rounded)) > std::floor(days);
  return crossed ? std::nextafter(rounded, 0.0F) : rounded;
}

/// Calls put(i, predicts, updates) for the steps of a card up to that which predicts answer `last`. Answers that share a time stamp are all
/// predicted from the state before the first of them: steps that predict come before the one that also updates, steps that only update after
/// it. With the time stamp of `last` none of these is left: nothing is predicted from the state they would leave.
template <class Predicts, class Put>
void each_step(const data::Card& card, std::size_t last, const Predicts& predicts, const Put& put) {
  for (std::size_t i = 0; i <= last;) {
    std::size_t after = i + 1;
    while (after < card.size() && card.tied[after] != 0) ++after;
    for (std::size_t k = i + 1; k < after; ++k) {
      if (predicts(k)) put(k, true, false);
    }
    put(i, predicts(i), true);
    for (std::size_t k = i + 1; k < after && after <= last; ++k) put(k, false, true);
    i = after;
  }
}

/// Groups of steps (step_group.hpp) with the columns they point into: first planned, then allocated, then written lane by lane.
class StepTable {
 public:
  [[nodiscard]] std::span<const StepGroup> groups() const noexcept { return groups_; }

  void clear() { groups_.clear(); }

  /// Adds groups of up to 64 lanes for `count` lanes of `steps(k)` steps, which never grow with k; lanes without steps get none.
  template <class StepsOf>
  void plan(std::size_t count, const StepsOf& steps) {
    while (count > 0 && steps(count - 1) == 0) --count;
    for (std::size_t from = 0; from < count; from += step::most_lanes) {
      const std::size_t live = std::min(step::most_lanes, count - from);
      const std::size_t lanes = (live + step::lane_step - 1) / step::lane_step * step::lane_step;
      groups_.push_back({nullptr, nullptr, nullptr, nullptr, steps(from), lanes});
    }
  }

  /// Room for what was planned.
  void allocate(bool weighted) {
    std::size_t cells = 0;
    std::size_t rows = 0;
    for (const StepGroup& group : groups_) {
      cells += group.rows * group.lanes;
      rows += group.rows;
    }
    days_.assign(cells, 0.0F);
    code_.assign(cells, 0);
    weight_.assign(weighted ? cells : 0, 0.0F);
    active_.assign(rows, 0);
    cells = rows = 0;
    for (StepGroup& group : groups_) {
      group = {days_.data() + cells,  code_.data() + cells, weighted ? weight_.data() + cells : nullptr,
               active_.data() + rows, group.rows,           group.lanes};
      cells += group.rows * group.lanes;
      rows += group.rows;
    }
  }

  /// Writes the steps of a card up to answer `last` to a lane; lanes of a group come in rising order. `weight`: of each answer of the card;
  /// null in a table without weights. Calls visit(i) for every predicted answer.
  template <class Predicts, class Visit>
  void write(const StepGroup& group, std::size_t lane, const data::Card& card, std::size_t last, const Predicts& predicts,
             const float* weight, const Visit& visit) {
    std::size_t at = static_cast<std::size_t>(group.days - days_.data()) + lane;
    std::uint8_t* active = active_.data() + (group.active - active_.data());
    const std::size_t lanes = group.lanes;
    each_step(card, last, predicts, [&](std::size_t i, bool predicts_it, bool updates) {
      const bool right = predicts_it && is_success(static_cast<Grade>(card.grade[i]));
      days_[at] = updates && card.tied[i] != 0 ? 0.0F : as_days(card.elapsed[i]);
      code_[at] =
          static_cast<std::uint8_t>((updates ? card.grade[i] : 0) | (predicts_it ? step::predicted : 0) | (right ? step::right : 0));
      if (predicts_it) {
        if (weight != nullptr) weight_[at] = weight[i];
        visit(i);
      }
      *active++ = static_cast<std::uint8_t>(lane + 1);
      at += lanes;
    });
  }

 private:
  std::vector<StepGroup> groups_;
  std::vector<float> days_, weight_;
  std::vector<std::uint8_t> code_, active_;
};

}  // namespace perdure::inline PERDURE_ABI::fit::detail
