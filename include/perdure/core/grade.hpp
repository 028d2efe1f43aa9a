#pragma once

#include <perdure/core/abi.hpp>

#include <cstdint>

namespace perdure::inline PERDURE_ABI {

/// How an answer went. A machine-scored answer is `again` (wrong) or `good` (right); self-graded flashcards use all four.
enum class Grade : std::uint8_t { again = 1, hard = 2, good = 3, easy = 4 };

[[nodiscard]] constexpr bool is_success(Grade grade) noexcept { return grade != Grade::again; }
[[nodiscard]] constexpr double number(Grade grade) noexcept { return static_cast<double>(grade); }

}  // namespace perdure::inline PERDURE_ABI
