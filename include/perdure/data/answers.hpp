#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace perdure::inline PERDURE_ABI::data {

/// Borrowed columns of answers, one row each, as a reader or an application's database hands them over. Nothing is assumed of their order.
struct AnswerColumns {
  std::span<const std::uint32_t> learner;     ///< code of the learner, 0, 1, 2, ...
  std::span<const std::uint32_t> item;        ///< code of the item, 0, 1, 2, ...
  std::span<const std::int64_t> answered_at;  ///< ms since 1970-01-01 UTC
  std::span<const std::int64_t> shown_at;     ///< ms since 1970-01-01 UTC; empty: not known, the answer's time stands in
  std::span<const float> score;               ///< in [0, 1]
  std::span<const std::uint8_t> grade;        ///< 1 again .. 4 easy
  std::span<const std::uint32_t> attempt{};   ///< code of the attempt, rows of different attempts never repeat each other; empty: not known

  [[nodiscard]] std::size_t size() const noexcept { return answered_at.size(); }
};

/// Times that a log may hold: from 1970-01-01 up to, not including, 2200-01-01, in ms UTC. What lies outside is a broken clock or unit.
inline constexpr std::int64_t earliest_ms = 0;
inline constexpr std::int64_t latest_ms = 7'258'118'400'000;

/// Throws std::invalid_argument when columns differ in length or the log has more rows than a 32-bit row number can address.
inline void require_same_length(const AnswerColumns& columns) {
  const std::size_t n = columns.size();
  const auto check = [n](std::size_t length, const char* name) {
    if (length != n) {
      throw std::invalid_argument{"column " + std::string{name} + " has " + to_text(length) + " rows, answered_at has " + to_text(n)};
    }
  };
  check(columns.learner.size(), "learner");
  check(columns.item.size(), "item");
  if (!columns.shown_at.empty()) check(columns.shown_at.size(), "shown_at");
  check(columns.score.size(), "score");
  check(columns.grade.size(), "grade");
  if (!columns.attempt.empty()) check(columns.attempt.size(), "attempt");
  if (n >= 0xFFFFFFFFU) throw std::invalid_argument{"a review log holds fewer than 4294967295 rows, got " + to_text(n)};
}

/// What is wrong with row `i`, if anything.
[[nodiscard]] inline std::optional<Error> check_row(const AnswerColumns& columns, std::size_t i) {
  const std::int64_t answered = columns.answered_at[i];
  if (answered < earliest_ms || answered >= latest_ms) {
    return Error{Errc::bad_record, "answered_at must be in [1970-01-01, 2200-01-01) UTC, got " + to_text(answered) + " ms", i};
  }
  if (!columns.shown_at.empty() && (columns.shown_at[i] > answered || columns.shown_at[i] < earliest_ms)) {
    return Error{Errc::bad_record,
                 "shown_at must be in [1970-01-01, answered_at], got " + to_text(columns.shown_at[i]) + " ms with answered_at " +
                     to_text(answered) + " ms",
                 i};
  }
  if (!(columns.score[i] >= 0.0F && columns.score[i] <= 1.0F)) {
    return Error{Errc::bad_record, "score must be in [0, 1], got " + to_text(columns.score[i]), i};
  }
  if (columns.grade[i] < 1 || columns.grade[i] > 4) {
    return Error{Errc::bad_record, "grade must be 1, 2, 3 or 4, got " + to_text(static_cast<int>(columns.grade[i])), i};
  }
  return std::nullopt;
}

}  // namespace perdure::inline PERDURE_ABI::data
