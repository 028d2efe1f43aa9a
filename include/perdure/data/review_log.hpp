#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/data/answers.hpp>
#include <perdure/data/import_report.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::data {

/// The canonical review log: columns of valid answers without duplicates, each learner's rows in time order.
///
/// Rows keep the order of the source when that already is in time order for every learner; otherwise all rows are sorted by time (equal
/// times keep the source's order) and the report counts those that were out of order.
class ReviewLog {
 public:
  ReviewLog() = default;

  /// Checks every row, drops repeated ones, puts the rest in order and mends times of showing that cannot be. Throws std::invalid_argument when columns differ in length; what is
  /// wrong with rows is in the report.
  [[nodiscard]] static std::pair<ReviewLog, ImportReport> import(const AnswerColumns& columns);

  [[nodiscard]] std::size_t size() const noexcept { return answered_at_.size(); }
  [[nodiscard]] std::span<const std::uint32_t> learner() const noexcept { return learner_; }
  [[nodiscard]] std::span<const std::uint32_t> item() const noexcept { return item_; }
  [[nodiscard]] std::span<const std::int64_t> answered_at() const noexcept { return answered_at_; }
  /// Time at which the question was shown; the answer's time where that is not known.
  [[nodiscard]] std::span<const std::int64_t> shown_at() const noexcept { return shown_at_; }
  [[nodiscard]] std::span<const float> score() const noexcept { return score_; }
  [[nodiscard]] std::span<const std::uint8_t> grade() const noexcept { return grade_; }
  /// Row of the source that each row came from.
  [[nodiscard]] std::span<const std::uint32_t> source_row() const noexcept { return source_row_; }

 private:
  std::vector<std::uint32_t> learner_, item_;
  std::vector<std::int64_t> answered_at_, shown_at_;
  std::vector<float> score_;
  std::vector<std::uint8_t> grade_;
  std::vector<std::uint32_t> source_row_;
};

namespace detail {

/// Source rows among `valid` that equal an earlier one in every column, in ascending order.
inline std::vector<std::uint32_t> repeated_rows(const AnswerColumns& c, const std::vector<std::uint32_t>& valid) {
  const auto key = [&c](std::uint32_t i) {
    const std::int64_t shown = c.shown_at.empty() ? 0 : c.shown_at[i];
    const std::uint32_t attempt = c.attempt.empty() ? 0 : c.attempt[i];
    return std::tuple{c.answered_at[i], c.learner[i], c.item[i], c.grade[i], c.score[i], shown, attempt};
  };
  std::vector<std::uint32_t> order = valid;
  std::sort(order.begin(), order.end(), [&key](std::uint32_t a, std::uint32_t b) { return std::pair{key(a), a} < std::pair{key(b), b}; });
  std::vector<std::uint32_t> repeated;
  for (std::size_t k = 1; k < order.size(); ++k) {
    if (key(order[k]) == key(order[k - 1])) repeated.push_back(order[k]);
  }
  std::sort(repeated.begin(), repeated.end());
  return repeated;
}

/// Rows of `kept` whose time lies before that of an earlier row of the same learner.
inline std::vector<std::uint32_t> rows_out_of_order(const AnswerColumns& c, const std::vector<std::uint32_t>& kept) {
  std::unordered_map<std::uint32_t, std::int64_t> latest;  // codes may be any numbers, a database's ids for instance
  std::vector<std::uint32_t> late;
  for (const std::uint32_t i : kept) {
    std::int64_t& seen = latest.try_emplace(c.learner[i], c.answered_at[i]).first->second;
    if (c.answered_at[i] < seen) late.push_back(i);
    seen = std::max(seen, c.answered_at[i]);
  }
  return late;
}

/// Rows of `ordered` that were shown before the last strictly earlier answer of the same learner to the same item: a latency that long is a
/// broken clock or unit, and would hide the time that passed.
inline std::vector<std::uint32_t> rows_shown_too_early(const AnswerColumns& c, const std::vector<std::uint32_t>& ordered) {
  struct Last {
    std::int64_t time, before;  // of the last answer, and of the last one that is strictly earlier
  };
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
  std::unordered_map<std::uint64_t, Last> last;
  std::vector<std::uint32_t> early;
  for (const std::uint32_t i : ordered) {
    const std::uint64_t card = (static_cast<std::uint64_t>(c.learner[i]) << 32U) | c.item[i];
    Last& seen = last.try_emplace(card, Last{c.answered_at[i], never}).first->second;
    if (c.answered_at[i] > seen.time) seen = {c.answered_at[i], seen.time};
    if (c.shown_at[i] < seen.before) early.push_back(i);
  }
  return early;
}

}  // namespace detail

inline std::pair<ReviewLog, ImportReport> ReviewLog::import(const AnswerColumns& columns) {
  require_same_length(columns);
  ImportReport report;
  std::vector<std::uint32_t> kept;
  kept.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (auto problem = check_row(columns, i)) {
      report.rejected.push_back(std::move(*problem));
    } else {
      kept.push_back(static_cast<std::uint32_t>(i));
    }
  }

  report.duplicates = detail::repeated_rows(columns, kept);
  std::erase_if(kept, [&report](std::uint32_t i) { return std::binary_search(report.duplicates.begin(), report.duplicates.end(), i); });

  report.reordered = detail::rows_out_of_order(columns, kept);
  if (!report.reordered.empty()) {
    std::stable_sort(kept.begin(), kept.end(),
                     [&columns](std::uint32_t a, std::uint32_t b) { return columns.answered_at[a] < columns.answered_at[b]; });
  }
  if (!columns.shown_at.empty()) report.mistimed = detail::rows_shown_too_early(columns, kept);
  std::sort(report.mistimed.begin(), report.mistimed.end());
  const auto is_mistimed = [&report](std::uint32_t i) { return std::binary_search(report.mistimed.begin(), report.mistimed.end(), i); };
  report.repaired = report.mistimed.size();
  for (const std::uint32_t i : report.reordered) report.repaired += is_mistimed(i) ? 0 : 1;
  report.accepted = kept.size() - report.repaired;

  ReviewLog log;
  const auto take = [&kept](auto& target, const auto& source) {
    target.reserve(kept.size());
    for (const std::uint32_t i : kept) target.push_back(source[i]);
  };
  take(log.learner_, columns.learner);
  take(log.item_, columns.item);
  take(log.answered_at_, columns.answered_at);
  take(log.shown_at_, columns.shown_at.empty() ? columns.answered_at : columns.shown_at);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    if (!report.mistimed.empty() && is_mistimed(kept[k])) log.shown_at_[k] = log.answered_at_[k];
  }
  take(log.score_, columns.score);
  take(log.grade_, columns.grade);
  log.source_row_ = std::move(kept);
  return {std::move(log), std::move(report)};
}

}  // namespace perdure::inline PERDURE_ABI::data
