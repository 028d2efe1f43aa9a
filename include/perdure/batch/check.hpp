#pragma once

#include <perdure/batch/bounds.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/models/concept.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What the public entry points ask of columns before a kernel runs: the first row that does not fit, by index and value.
namespace perdure::inline PERDURE_ABI::batch {

namespace detail {

template <class Number, class Fits>
[[nodiscard]] std::optional<Error> first_misfit(std::span<const Number> column, std::string_view name, std::string_view expected,
                                                const Fits& fits, std::size_t first_row = 0) {
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (fits(column[i])) continue;
    const std::size_t row = first_row + i;
    return Error{Errc::out_of_domain,
                 std::string{name} + "[" + to_text(row) + "] must be " + std::string{expected} + ", got " + to_text(+column[i]), row};
  }
  return std::nullopt;
}

}  // namespace detail

[[nodiscard]] inline std::optional<Error> check_grades(std::span<const std::uint8_t> grade, std::size_t first_row = 0) {
  return detail::first_misfit(
      grade, "grade", "1, 2, 3 or 4", [](std::uint8_t g) { return g >= 1 && g <= 4; }, first_row);
}

[[nodiscard]] inline std::optional<Error> check_elapsed(std::span<const float> elapsed, std::size_t first_row = 0) {
  return detail::first_misfit(
      elapsed, "elapsed_days", "in [0, 1e6] days", [](float t) { return t >= 0.0F && t <= longest_elapsed; }, first_row);
}

/// Offsets of histories: cards + 1 numbers that never fall, from 0 or more to at most `answers`.
[[nodiscard]] inline std::optional<Error> check_offsets(std::span<const std::int64_t> offsets, std::size_t answers) {
  if (offsets.empty()) return Error{Errc::shape_mismatch, "offsets must have one row more than there are cards, got 0 rows"};
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const std::int64_t least = i == 0 ? 0 : offsets[i - 1];
    if (offsets[i] < least || offsets[i] > static_cast<std::int64_t>(answers)) {
      return Error{Errc::out_of_domain,
                   "offsets[" + to_text(i) + "] must be in [" + to_text(least) + ", " + to_text(answers) + "] (they never fall), got " +
                       to_text(offsets[i]),
                   i};
    }
  }
  return std::nullopt;
}

/// Elapsed days of every answer but the first of each card.
[[nodiscard]] inline std::optional<Error> check_later_answers(std::span<const std::int64_t> offsets, std::span<const float> elapsed) {
  for (std::size_t card = 0; card + 1 < offsets.size(); ++card) {
    const auto begin = static_cast<std::size_t>(offsets[card]) + 1;
    const auto end = static_cast<std::size_t>(offsets[card + 1]);
    if (begin >= end) continue;
    if (auto problem = check_elapsed(elapsed.subspan(begin, end - begin), begin)) return problem;
  }
  return std::nullopt;
}

[[nodiscard]] inline std::optional<Error> check_targets(std::span<const float> target) {
  return detail::first_misfit(target, "target", "in (0, 1]", [](float r) { return r > 0.0F && r <= 1.0F; });
}

/// Column `field` of a state.
[[nodiscard]] inline std::optional<Error> check_state(std::span<const float> column, const models::StateSpec& field) {
  const std::string expected = "in [" + to_text(field.lower) + ", " + to_text(field.upper) + "]";
  const Bounds bounds = bounds_of(field);
  return detail::first_misfit(column, field.name, expected, [bounds](float x) { return x >= bounds.lower && x <= bounds.upper; });
}

}  // namespace perdure::inline PERDURE_ABI::batch
