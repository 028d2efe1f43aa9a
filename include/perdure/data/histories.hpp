#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/elapsed.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::data {

/// The answers of one card (a learner × item pair) in time order. Position 0 is the first encounter.
///
/// `elapsed[i]` runs from the last answer that is *strictly earlier* to the moment question i was shown, so that neither an answer's own
/// latency nor an answer with the same time stamp leaks into its prediction. `tied[i]` marks an answer with the same time as the one before.
struct Card {
  std::span<const std::uint32_t> row;   ///< row of the log
  std::span<const double> elapsed;      ///< days, >= 0; 0 where there is no earlier answer
  std::span<const std::uint8_t> grade;  ///< 1 again .. 4 easy
  std::span<const std::uint8_t> tied;   ///< 0 or 1

  [[nodiscard]] std::size_t size() const noexcept { return row.size(); }

  /// How many answers have no strictly earlier one: one, or several that share the first time stamp.
  [[nodiscard]] std::size_t first_encounters() const noexcept {
    std::size_t count = 1;
    while (count < size() && tied[count] != 0) ++count;
    return count;
  }
};

/// A review log grouped by card: ragged columns with offsets, cards ordered by learner code and then item code.
class Histories {
 public:
  Histories(const ReviewLog& log, const time::ElapsedRule& rule);

  [[nodiscard]] std::size_t cards() const noexcept { return offset_.size() - 1; }
  [[nodiscard]] std::size_t size() const noexcept { return row_.size(); }
  [[nodiscard]] Card card(std::size_t c) const noexcept {
    const std::size_t begin = offset_[c];
    const std::size_t n = offset_[c + 1] - begin;
    return {std::span{row_}.subspan(begin, n), std::span{elapsed_}.subspan(begin, n), std::span{grade_}.subspan(begin, n),
            std::span{tied_}.subspan(begin, n)};
  }
  [[nodiscard]] std::span<const std::size_t> offset() const noexcept { return offset_; }

 private:
  std::vector<std::size_t> offset_{0};
  std::vector<std::uint32_t> row_;
  std::vector<double> elapsed_;
  std::vector<std::uint8_t> grade_, tied_;
};

inline Histories::Histories(const ReviewLog& log, const time::ElapsedRule& rule)
    : row_(log.size()), elapsed_(log.size()), grade_(log.size()), tied_(log.size()) {
  const auto learner = log.learner();
  const auto item = log.item();
  std::iota(row_.begin(), row_.end(), 0U);
  std::sort(row_.begin(), row_.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (learner[a] != learner[b]) return learner[a] < learner[b];
    return item[a] != item[b] ? item[a] < item[b] : a < b;  // rows of a learner are in time order already
  });

  const auto instant = [](std::int64_t ms) { return time::Instant{std::chrono::milliseconds{ms}}; };
  const auto answered = log.answered_at();
  std::size_t group = 0;  // first position of the answers that share a time
  for (std::size_t k = 0; k < row_.size(); ++k) {
    const std::uint32_t row = row_[k];
    grade_[k] = log.grade()[row];
    const bool new_card = k == 0 || learner[row] != learner[row_[k - 1]] || item[row] != item[row_[k - 1]];
    if (new_card && k > 0) offset_.push_back(k);
    tied_[k] = !new_card && answered[row] == answered[row_[k - 1]] ? 1 : 0;
    if (tied_[k] == 0) group = k;
    const std::size_t start = offset_.back();
    if (group > start) elapsed_[k] = rule.elapsed(instant(answered[row_[group - 1]]), instant(log.shown_at()[row])).value();
  }
  if (!row_.empty()) offset_.push_back(row_.size());
}

}  // namespace perdure::inline PERDURE_ABI::data
