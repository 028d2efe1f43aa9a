#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/data/answers.hpp>
#include <perdure/data/import_checks.hpp>
#include <perdure/data/import_report.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
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

  /// Checks every row, drops repeated ones, puts the rest in order and mends times of showing that cannot be. Throws std::invalid_argument
  /// when columns differ in length; what is wrong with rows is in the report.
  [[nodiscard]] static std::pair<ReviewLog, ImportReport> import(const AnswerColumns& columns);

  [[nodiscard]] std::size_t size() const noexcept { return answered_at_.size(); }
  [[nodiscard]] std::span<const std::uint32_t> learner() const noexcept { return learner_; }
  [[nodiscard]] std::span<const std::uint32_t> item() const noexcept { return item_; }
  [[nodiscard]] std::span<const std::int64_t> answered_at() const noexcept { return answered_at_; }
  /// Time at which the question was shown; the answer's time where that is not known.
  [[nodiscard]] std::span<const std::int64_t> shown_at() const noexcept { return shown_at_.empty() ? answered_at_ : shown_at_; }
  [[nodiscard]] std::span<const float> score() const noexcept { return score_; }
  [[nodiscard]] std::span<const std::uint8_t> grade() const noexcept { return grade_; }
  /// Row of the source that each row came from.
  [[nodiscard]] std::span<const std::uint32_t> source_row() const noexcept { return source_row_; }

 private:
  std::vector<std::uint32_t> learner_, item_;
  std::vector<std::int64_t> answered_at_;
  std::vector<std::int64_t> shown_at_;  // empty where none was given
  std::vector<float> score_;
  std::vector<std::uint8_t> grade_;
  std::vector<std::uint32_t> source_row_;
};

inline std::pair<ReviewLog, ImportReport> ReviewLog::import(const AnswerColumns& columns) {
  require_same_length(columns);
  ImportReport report;
  std::vector<std::uint32_t> kept = detail::valid_rows(columns, report.rejected);

  detail::TimeFacts facts = detail::look_through(columns, kept);
  std::vector<std::uint32_t> by_time;
  if (!facts.late.empty()) {
    by_time = detail::in_time_order(columns, kept);
    facts.same_time = detail::rows_of_same_time(columns, by_time);
  }
  if (!facts.same_time.empty()) report.duplicates = detail::repeated_rows(columns, facts.same_time);
  if (!report.duplicates.empty()) {
    const auto is_repeated = [&report](std::uint32_t i) {
      return std::binary_search(report.duplicates.begin(), report.duplicates.end(), i);
    };
    std::erase_if(kept, is_repeated);
    std::erase_if(by_time, is_repeated);
    std::erase_if(facts.late, is_repeated);  // a repeated row is never the first with its time: the others stay as they are
  }
  report.reordered = std::move(facts.late);
  if (!report.reordered.empty()) kept = std::move(by_time);
  if (facts.hasty) report.mistimed = detail::rows_shown_too_early(columns, kept);
  const auto is_mistimed = [&report](std::uint32_t i) { return std::binary_search(report.mistimed.begin(), report.mistimed.end(), i); };
  report.repaired = report.mistimed.size();
  for (const std::uint32_t i : report.reordered) report.repaired += is_mistimed(i) ? 0 : 1;
  report.accepted = kept.size() - report.repaired;

  ReviewLog log;
  const bool all = kept.size() == columns.size() && report.reordered.empty();
  const auto take = [&kept, all](auto& target, const auto& source) {
    if (all) {
      target.assign(source.begin(), source.end());
      return;
    }
    target.reserve(kept.size());
    for (const std::uint32_t i : kept) target.push_back(source[i]);
  };
  take(log.learner_, columns.learner);
  take(log.item_, columns.item);
  take(log.answered_at_, columns.answered_at);
  if (!columns.shown_at.empty()) take(log.shown_at_, columns.shown_at);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    if (!report.mistimed.empty() && is_mistimed(kept[k])) log.shown_at_[k] = log.answered_at_[k];
  }
  take(log.score_, columns.score);
  take(log.grade_, columns.grade);
  log.source_row_ = std::move(kept);
  return {std::move(log), std::move(report)};
}

}  // namespace perdure::inline PERDURE_ABI::data
