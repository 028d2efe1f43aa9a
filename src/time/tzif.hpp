#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace perdure::inline PERDURE_ABI::time::detail {

/// From `at` (seconds since 1970-01-01 UTC) on, local time is UTC plus `offset` seconds.
struct Transition {
  std::int64_t at{};
  std::int32_t offset{};
};

/// What Perdure needs of a TZif file.
struct Tzif {
  std::int32_t first_offset{};          ///< seconds, before the first transition (local time type 0)
  std::vector<Transition> transitions;  ///< strictly ascending in `at`
  std::string footer;                   ///< POSIX TZ rule after the last transition; empty when the file has none
};

/// Reads a TZif file of version 1 to 4 (RFC 9636; a later version is read as a 4, as the RFC asks). Every count, index and length is
/// checked against the bytes that are there. What follows the footer is ignored.
[[nodiscard]] Result<Tzif> parse_tzif(std::span<const std::byte> bytes);

}  // namespace perdure::inline PERDURE_ABI::time::detail
