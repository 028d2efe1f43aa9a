#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace perdure::inline PERDURE_ABI::time {

using Date = std::chrono::sys_days;                                ///< a calendar day; the proleptic Gregorian calendar
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;  ///< a point of time, UTC, without leap seconds
using Local = std::chrono::local_time<std::chrono::milliseconds>;  ///< what a clock on a wall shows; an Instant only together with a Zone

/// The days that Perdure knows: 1400-01-01 to 9999-12-31, the range of Boost.Gregorian and of a four-digit year.
inline constexpr Date first_date{std::chrono::year{1400} / std::chrono::January / 1};
inline constexpr Date last_date{std::chrono::year{9999} / std::chrono::December / 31};

/// The instants that Perdure knows: from the first millisecond of `first_date` to the last of `last_date`, UTC.
inline constexpr Instant first_instant{first_date};
inline constexpr Instant last_instant{Instant{last_date + std::chrono::days{1}} - std::chrono::milliseconds{1}};

[[nodiscard]] constexpr bool in_range(Date d) noexcept { return d >= first_date && d <= last_date; }
[[nodiscard]] constexpr bool in_range(Instant t) noexcept { return t >= first_instant && t <= last_instant; }
[[nodiscard]] constexpr bool in_range(Local t) noexcept { return in_range(Instant{t.time_since_epoch()}); }

/// Reads a calendar day, `YYYY-MM-DD` (ISO 8601, extended form).
/// \return the day, or an Error that quotes the text: another form, no such day (30 February), a year outside 1400..9999, text after the
/// day
[[nodiscard]] Result<Date> parse_date(std::string_view text);

/// Reads an instant, `YYYY-MM-DDThh:mm[:ss[.f]]` and then `Z` or an offset `+hh:mm` (RFC 3339; a space may stand for the `T`).
/// One to nine digits of a second are read; what is below a millisecond is cut off.
/// \return the instant, or an Error that quotes the text; a time without an offset is an error, and so are 24:00 and a leap second
[[nodiscard]] Result<Instant> parse_instant(std::string_view text);

/// Reads a wall-clock time without an offset, otherwise as `parse_instant`. A text that carries an offset is an error.
[[nodiscard]] Result<Local> parse_local(std::string_view text);

/// `YYYY-MM-DD`. Throws Exception (out_of_domain) when `in_range(d)` is false.
[[nodiscard]] std::string format_date(Date d);

/// `YYYY-MM-DDThh:mm:ssZ`, with `.fff` when the milliseconds are not zero. Throws Exception (out_of_domain) when `in_range(t)` is false.
[[nodiscard]] std::string format_instant(Instant t);

/// As `format_instant`, without the `Z`.
[[nodiscard]] std::string format_local(Local t);

}  // namespace perdure::inline PERDURE_ABI::time
