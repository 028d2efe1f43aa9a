#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/data/card_columns.hpp>
#include <perdure/data/card_order.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/time/columns.hpp>
#include <perdure/time/elapsed.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::data {

/// The answers of one card (a learner × item pair) in time order. Position 0 is the first encounter.
///
/// `elapsed[i]` runs from the last answer that is *strictly earlier* to the moment question i was shown, so that neither an answer's own
/// latency nor an answer with the same time stamp leaks into its prediction. `tied[i]` marks an answer with the same time as the one
/// before.
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
  /// Groups a log. O(answers): a radix sort, and one walk.
  Histories(const ReviewLog& log, const time::ElapsedRule& rule);

  /// Cards that are grouped already, for callers without a log: `Card::row` is then the position in these columns. They are copied.
  /// \param offset   (cards + 1) where cards begin; from 0 to the number of answers, each card with one answer at least
  /// \param elapsed  (answers) days since the last answer of the card that is strictly earlier, finite and >= 0; 0 where there is none
  /// \param grade    (answers) 1 again .. 4 easy
  /// \param tied     (answers) 1 where an answer has the time of the one before it on its card, else 0; empty: all 0
  /// Throws Exception (shape_mismatch) when lengths do not fit, and (out_of_domain) with the first card or answer that is not so.
  [[nodiscard]] static Histories from_cards(std::span<const std::size_t> offset, std::span<const double> elapsed,
                                            std::span<const std::uint8_t> grade, std::span<const std::uint8_t> tied = {});

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
  Histories() = default;

  std::vector<std::size_t> offset_{0};
  std::vector<std::uint32_t> row_;
  std::vector<double> elapsed_;
  std::vector<std::uint8_t> grade_, tied_;
};

inline Histories::Histories(const ReviewLog& log, const time::ElapsedRule& rule) {
  const auto learner = log.learner();
  const auto item = log.item();
  detail::CardOrder order = detail::card_order(  // rows of a learner are in time order already
      log.size(), [learner](std::size_t i) { return learner[i]; }, [item](std::size_t i) { return item[i]; });
  offset_ = std::move(order.offset);
  row_ = std::move(order.place);
  grade_.resize(size());
  tied_.resize(size());
  elapsed_.resize(size());

  constexpr std::size_t at_a_time = 1024;  // two buffers of 8 KiB, which stay in the first cache
  std::vector<std::int64_t> answered(std::min(at_a_time, size()));
  std::vector<std::int64_t> shown(answered.size());
  std::size_t next_card = 0;
  std::int64_t last = 0;     // time of the last answer on the card
  std::int64_t earlier = 0;  // of the last one strictly before that
  bool seen = false;         // there is one
  for (std::size_t begin = 0; begin < size(); begin += at_a_time) {
    const std::size_t count = std::min(at_a_time, size() - begin);
    for (std::size_t i = 0; i < count; ++i) {  // rows of a card lie far apart: nothing here waits for another row
      const std::uint32_t row = row_[begin + i];
      answered[i] = log.answered_at()[row];
      shown[i] = log.shown_at()[row];
      grade_[begin + i] = log.grade()[row];
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t now = answered[i];
      if (begin + i == offset_[next_card]) {
        ++next_card;
        seen = false;
      } else if (now == last) {
        tied_[begin + i] = 1;
      } else {
        earlier = last;
        seen = true;
      }
      last = now;
      answered[i] = seen ? earlier : shown[i];  // the same: 0 days
    }
    const auto days = std::span{elapsed_}.subspan(begin, count);
    static_cast<void>(time::elapsed_days(rule, std::span{answered}.first(count), std::span{shown}.first(count), days).value());
  }
}

inline Histories Histories::from_cards(std::span<const std::size_t> offset, std::span<const double> elapsed,
                                       std::span<const std::uint8_t> grade, std::span<const std::uint8_t> tied) {
  detail::check_cards(offset, elapsed, grade, tied);
  Histories histories;
  histories.offset_.assign(offset.begin(), offset.end());
  histories.row_.resize(grade.size());
  std::iota(histories.row_.begin(), histories.row_.end(), 0U);
  histories.elapsed_.assign(elapsed.begin(), elapsed.end());
  histories.grade_.assign(grade.begin(), grade.end());
  histories.tied_.assign(tied.begin(), tied.end());
  histories.tied_.resize(grade.size());  // none given: no answers share a time
  return histories;
}

}  // namespace perdure::inline PERDURE_ABI::data
