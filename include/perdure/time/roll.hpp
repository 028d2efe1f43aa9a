#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace perdure::inline PERDURE_ABI::time {

/// Where a due date moves when it lands on a rest day. A study day never moves.
/// Source: business-day conventions of finance (ISDA 2006 Definitions, section 4.12), with `nearest` beside them.
enum class Roll {
  none,                ///< it stays
  following,           ///< to the next study day
  preceding,           ///< to the study day before
  modified_following,  ///< to the next study day of the same month; when the month has none left, to the study day before
  nearest              ///< to the closest study day; of two that are equally far, the later
};

inline constexpr std::array rolls{Roll::none, Roll::following, Roll::preceding, Roll::modified_following, Roll::nearest};
inline constexpr std::array<std::string_view, rolls.size()> roll_names{"none", "following", "preceding", "modified-following", "nearest"};

/// The name of a roll, as files and the command line write it.
[[nodiscard]] constexpr std::string_view to_string(Roll roll) noexcept { return roll_names[static_cast<std::size_t>(roll)]; }

/// The roll of a name, or an Error (unknown_name) that lists the names.
[[nodiscard]] inline Result<Roll> parse_roll(std::string_view name) {
  for (const Roll roll : rolls) {
    if (to_string(roll) == name) return roll;
  }
  std::string what = "roll \"" + std::string{name} + "\" is unknown; expected one of";
  for (const std::string_view known : roll_names) what += " " + std::string{known};
  return Error{Errc::unknown_name, std::move(what)};
}

}  // namespace perdure::inline PERDURE_ABI::time
