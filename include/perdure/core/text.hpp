#pragma once

#include <perdure/core/abi.hpp>

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <system_error>

namespace perdure::inline PERDURE_ABI {

/// Shortest text that reads back as the same number; locale plays no part. For error messages and files.
template <class Number>
requires std::integral<Number> || std::floating_point<Number>
[[nodiscard]] std::string to_text(Number number) {
  char buffer[64];
  const auto [end, failure] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return failure == std::errc{} ? std::string(buffer, end) : std::string{"?"};
}

}  // namespace perdure::inline PERDURE_ABI
