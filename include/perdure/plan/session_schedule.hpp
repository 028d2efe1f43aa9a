#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/library.hpp>
#include <perdure/plan/previous_plan.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// On which days each learner has a session.
///
/// Each has its best days under the prices of its group. Where the organisation's capacity allows less than that on some day, days are not given
/// out beforehand: on each, those learners meet whose session is worth most (`by_day`).
class SessionSchedule {
 public:
  /// \param previous  whose days are kept where others bring less than its margin; null for none
  explicit SessionSchedule(const Library& library, unsigned threads = 1, const PreviousPlan* previous = nullptr);

  /// True when sessions are given out day by day; then `has` says nothing.
  [[nodiscard]] bool by_day() const noexcept { return by_day_; }
  /// \param day  position among the askable days
  [[nodiscard]] bool has(std::size_t learner, std::size_t day) const noexcept {
    return (bits_[learner * words_ + day / 64] >> (day % 64) & 1U) != 0;
  }
  /// Sessions that a learner has, or can expect, from an askable day on.
  [[nodiscard]] double count_from(std::size_t learner, std::size_t day) const noexcept;
  /// Sessions on a day that are for `learners` of all in a row from `first` on, when the capacity is shared by numbers; by_day only.
  [[nodiscard]] std::size_t share(std::size_t day, std::size_t first, std::size_t learners) const noexcept;

 private:
  const Problem* problem_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
  bool by_day_ = false;
  std::vector<double> expected_;  ///< by askable day: sessions of an average learner from it on, by_day only
};

}  // namespace perdure::inline PERDURE_ABI::plan
