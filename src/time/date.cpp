#include "quote.hpp"
#include "scanner.hpp"

#include <perdure/core/text.hpp>
#include <perdure/time/date.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace perdure::inline PERDURE_ABI::time {

namespace {

namespace chrono = std::chrono;
using detail::quote;
using detail::Scanner;

Error bad(std::string_view what, std::string_view text, std::string_view why) {
  return Error{Errc::bad_record, std::string{what} + " " + quote(text) + " " + std::string{why}};
}

/// The day at the scanner. nullopt: not of the form; an Error: of the form, and not a day.
std::optional<Result<Date>> scan_date(Scanner& in, std::string_view what, std::string_view text) {
  const auto year = in.digits(4, 4);
  if (!year || !in.take('-')) return std::nullopt;
  const auto month = in.digits(2, 2);
  if (!month || !in.take('-')) return std::nullopt;
  const auto day = in.digits(2, 2);
  if (!day || in.sees_digit()) return std::nullopt;
  const chrono::year_month_day ymd{chrono::year{*year}, chrono::month{static_cast<unsigned>(*month)},
                                   chrono::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok()) return Result<Date>{bad(what, text, "names a day that does not exist; expected a month 01 to 12 and a day of that month")};
  if (!in_range(Date{ymd})) return Result<Date>{bad(what, text, "is outside the years 1400 to 9999")};
  return Result<Date>{Date{ymd}};
}

/// `hh:mm[:ss[.f]]` since midnight. nullopt when it is not of the form or not on a clock.
std::optional<chrono::milliseconds> scan_clock(Scanner& in) {
  const auto hour = in.digits(2, 2);
  if (!hour || *hour > 23 || !in.take(':')) return std::nullopt;
  const auto minute = in.digits(2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  chrono::milliseconds clock = chrono::hours{*hour} + chrono::minutes{*minute};
  if (!in.take(':')) return clock;
  const auto second = in.digits(2, 2);
  if (!second || *second > 59) return std::nullopt;
  clock += chrono::seconds{*second};
  if (!in.take('.')) return clock;
  const std::string_view fraction = in.run([](char c) { return c >= '0' && c <= '9'; });
  if (fraction.empty() || fraction.size() > 9) return std::nullopt;
  int milliseconds = 0;
  for (std::size_t i = 0; i < 3; ++i) milliseconds = 10 * milliseconds + (i < fraction.size() ? fraction[i] - '0' : 0);
  return clock + chrono::milliseconds{milliseconds};
}

/// `Z` or `+hh:mm`. nullopt when it is neither.
std::optional<chrono::minutes> scan_offset(Scanner& in) {
  if (in.take('Z') || in.take('z')) return chrono::minutes{0};
  const bool west = in.sees('-');
  if (!in.take('+') && !in.take('-')) return std::nullopt;
  const auto hour = in.digits(2, 2);
  if (!hour || *hour > 23 || !in.take(':')) return std::nullopt;
  const auto minute = in.digits(2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const chrono::minutes offset = chrono::hours{*hour} + chrono::minutes{*minute};
  return west ? -offset : offset;
}

struct DateAndClock {
  Date date;
  chrono::milliseconds clock{};
};

Result<DateAndClock> scan_date_and_clock(Scanner& in, std::string_view what, std::string_view text, std::string_view form) {
  const auto date = scan_date(in, what, text);
  if (!date) return bad(what, text, "is not of the form " + std::string{form});
  if (!*date) return date->error();
  if (!in.take('T') && !in.take('t') && !in.take(' ')) return bad(what, text, "has no time of day; expected " + std::string{form});
  const auto clock = scan_clock(in);
  if (!clock)
    return bad(what, text, "has a time of day that is not on the clock; expected 00:00:00 to 23:59:59, as in " + std::string{form});
  return DateAndClock{**date, *clock};
}

constexpr std::string_view instant_form = "2026-09-01T08:30:00Z or 2026-09-01T10:30:00+02:00";
constexpr std::string_view local_form = "2026-09-01T08:30:00";

std::string padded(std::int64_t number, std::size_t width) {
  const std::string digits = to_text(number);
  return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
}

std::string format_date_and_clock(std::int64_t milliseconds) {
  const Instant t{chrono::milliseconds{milliseconds}};
  const Date date = chrono::floor<chrono::days>(t);
  const chrono::hh_mm_ss clock{t - date};
  std::string text = format_date(date) + "T" + padded(clock.hours().count(), 2) + ":" + padded(clock.minutes().count(), 2) + ":" +
                     padded(clock.seconds().count(), 2);
  if (clock.subseconds().count() != 0) text += "." + padded(clock.subseconds().count(), 3);
  return text;
}

}  // namespace

Result<Date> parse_date(std::string_view text) {
  Scanner in{text};
  const auto date = scan_date(in, "date", text);
  if (!date) return bad("date", text, "is not of the form YYYY-MM-DD");
  if (*date && !in.done()) return bad("date", text, "has text after the day; expected YYYY-MM-DD");
  return *date;
}

Result<Instant> parse_instant(std::string_view text) {
  Scanner in{text};
  const auto parts = scan_date_and_clock(in, "time", text, instant_form);
  if (!parts) return parts.error();
  if (in.done()) return bad("time", text, "has no offset from UTC; expected " + std::string{instant_form});
  const auto offset = scan_offset(in);
  if (!offset || !in.done()) return bad("time", text, "does not end in Z or an offset from UTC; expected " + std::string{instant_form});
  const Instant t = parts->date + parts->clock - *offset;
  if (!in_range(t)) return bad("time", text, "is outside the years 1400 to 9999 in UTC");
  return t;
}

Result<Local> parse_local(std::string_view text) {
  Scanner in{text};
  const auto parts = scan_date_and_clock(in, "time", text, local_form);
  if (!parts) return parts.error();
  if (!in.done()) return bad("time", text, "has text after the time of day; expected " + std::string{local_form} + " without an offset");
  return Local{parts->date.time_since_epoch() + parts->clock};
}

std::string format_date(Date d) {
  if (!in_range(d)) {
    throw Exception{Error{Errc::out_of_domain,
                          "date " + to_text(d.time_since_epoch().count()) + " (days since 1970-01-01) is outside the years 1400 to 9999"}};
  }
  const chrono::year_month_day ymd{d};
  return padded(static_cast<int>(ymd.year()), 4) + "-" + padded(static_cast<unsigned>(ymd.month()), 2) + "-" +
         padded(static_cast<unsigned>(ymd.day()), 2);
}

std::string format_instant(Instant t) { return format_date_and_clock(t.time_since_epoch().count()) + "Z"; }

std::string format_local(Local t) { return format_date_and_clock(t.time_since_epoch().count()); }

}  // namespace perdure::inline PERDURE_ABI::time
