#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/models/concept.hpp>

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
                                                const Fits& fits) {
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (fits(column[i])) continue;
    return Error{Errc::out_of_domain,
                 std::string{name} + "[" + to_text(i) + "] must be " + std::string{expected} + ", got " + to_text(+column[i]), i};
  }
  return std::nullopt;
}

}  // namespace detail

[[nodiscard]] inline std::optional<Error> check_grades(std::span<const std::uint8_t> grade) {
  return detail::first_misfit(grade, "grade", "1, 2, 3 or 4", [](std::uint8_t g) { return g >= 1 && g <= 4; });
}

[[nodiscard]] inline std::optional<Error> check_elapsed(std::span<const float> elapsed) {
  constexpr float most = 1e6F;
  return detail::first_misfit(elapsed, "elapsed_days", "in [0, 1e6] days", [](float t) { return t >= 0.0F && t <= most; });
}

[[nodiscard]] inline std::optional<Error> check_targets(std::span<const float> target) {
  return detail::first_misfit(target, "target", "in (0, 1]", [](float r) { return r > 0.0F && r <= 1.0F; });
}

/// Column `field` of a state of model `M`.
[[nodiscard]] inline std::optional<Error> check_state(std::span<const float> column, const models::StateSpec& field) {
  const std::string expected = "in [" + to_text(field.lower) + ", " + to_text(field.upper) + "]";
  return detail::first_misfit(column, field.name, expected, [&field](float x) {
    const auto value = static_cast<double>(x);
    return value >= field.lower * (1.0 - 1e-6) && value <= field.upper * (1.0 + 1e-6);  // a float32 step around the bound
  });
}

}  // namespace perdure::inline PERDURE_ABI::batch
