#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/date.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace perdure::inline PERDURE_ABI::time::detail {

/// One switch of the clock per year, in the three forms of POSIX.
struct YearlySwitch {
  enum class Form {
    month_week_day,    ///< Mm.w.d: weekday d (0 = Sunday) of week w (5 = last) of month m
    day_without_leap,  ///< Jn: day n of 1 to 365; 29 February is never counted
    day_with_leap      ///< n: day n of 0 to 365; 29 February is counted
  };
  Form form{Form::month_week_day};
  int month{}, week{}, day{};
  std::int32_t time{7200};  ///< seconds from midnight, on the clock in force before the switch; may be negative or beyond 24 h

  /// The day of the switch in `year` (1400 to 9999).
  [[nodiscard]] Date day_in(int year) const;
};

/// A POSIX TZ rule with the extensions of RFC 9636, section 3.3.1. Offsets are seconds east of Greenwich: the sign is turned on reading.
struct PosixRule {
  struct Daylight {
    std::int32_t offset{};
    YearlySwitch start;
    YearlySwitch end;
  };
  std::int32_t standard_offset{};
  std::optional<Daylight> daylight{};

  struct Switch {
    std::int64_t at{};      ///< seconds since 1970-01-01 UTC
    std::int32_t offset{};  ///< seconds, in force from then on
  };
  /// The two switches of a year (1400 to 9999) in order of time. Only for a rule with daylight time.
  [[nodiscard]] std::array<Switch, 2> switches(int year) const;
};

/// Reads a rule. Accepts <> names, offsets to 24:59:59, switch times to +-167:59:59. Refuses ":file" forms and daylight time without dates.
[[nodiscard]] Result<PosixRule> parse_posix_rule(std::string_view text);

}  // namespace perdure::inline PERDURE_ABI::time::detail
