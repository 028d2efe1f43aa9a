#include "posix_rule.hpp"

#include "quote.hpp"
#include "scanner.hpp"

#include <perdure/time/boost_interop.hpp>

#include <boost/date_time/gregorian/gregorian_types.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace perdure::inline PERDURE_ABI::time::detail {

namespace {

namespace greg = boost::gregorian;

/// A day that Boost computed; never special.
Date chrono_date(const greg::date& d) { return *from_boost(d); }

bool is_letter(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_name_character(char c) noexcept { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-'; }

/// "CEST" or "<+03>"; at least three characters.
bool scan_name(Scanner& in) {
  if (!in.take('<')) return in.run(is_letter).size() >= 3;
  return in.run(is_name_character).size() >= 3 && in.take('>');
}

/// `[+-]h[hh][:mm[:ss]]` in seconds, of at most `most_hours` hours (and 59:59).
std::optional<std::int32_t> scan_time(Scanner& in, int most_hours) {
  const bool negative = in.take('-');
  if (!negative) (void)in.take('+');
  const auto hours = in.digits(1, 3);
  if (!hours || *hours > most_hours) return std::nullopt;
  std::int32_t seconds = *hours * 3600;
  if (in.take(':')) {
    const auto minutes = in.digits(2, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    seconds += *minutes * 60;
    if (in.take(':')) {
      const auto rest = in.digits(2, 2);
      if (!rest || *rest > 59) return std::nullopt;
      seconds += *rest;
    }
  }
  return negative ? -seconds : seconds;
}

std::optional<int> scan_number(Scanner& in, int least, int most) {
  const auto number = in.digits(1, 3);
  return number && *number >= least && *number <= most ? number : std::nullopt;
}

/// `,M3.5.0/2`, `,J60/2` or `,59/2`
std::optional<YearlySwitch> scan_switch(Scanner& in) {
  if (!in.take(',')) return std::nullopt;
  YearlySwitch out;
  if (in.take('M')) {
    const auto month = scan_number(in, 1, 12);
    if (!month || !in.take('.')) return std::nullopt;
    const auto week = scan_number(in, 1, 5);
    if (!week || !in.take('.')) return std::nullopt;
    const auto day = scan_number(in, 0, 6);
    if (!day) return std::nullopt;
    out = {.form = YearlySwitch::Form::month_week_day, .month = *month, .week = *week, .day = *day};
  } else {
    const bool without_leap = in.take('J');
    const auto day = scan_number(in, without_leap ? 1 : 0, 365);
    if (!day) return std::nullopt;
    out.form = without_leap ? YearlySwitch::Form::day_without_leap : YearlySwitch::Form::day_with_leap;
    out.day = *day;
  }
  if (in.take('/')) {
    const auto time = scan_time(in, 167);
    if (!time) return std::nullopt;
    out.time = *time;
  }
  return out;
}

std::optional<PosixRule> scan_rule(Scanner& in) {
  if (!scan_name(in)) return std::nullopt;
  const auto standard = scan_time(in, 24);
  if (!standard) return std::nullopt;
  PosixRule rule{.standard_offset = -*standard};
  if (in.done()) return rule;
  if (!scan_name(in)) return std::nullopt;
  PosixRule::Daylight daylight{.offset = rule.standard_offset + 3600, .start = {}, .end = {}};
  if (!in.sees(',')) {
    const auto offset = scan_time(in, 24);
    if (!offset) return std::nullopt;
    daylight.offset = -*offset;
  }
  const auto start = scan_switch(in);
  const auto end = start ? scan_switch(in) : std::nullopt;
  if (!end || !in.done()) return std::nullopt;
  daylight.start = *start;
  daylight.end = *end;
  rule.daylight = daylight;
  return rule;
}

}  // namespace

Date YearlySwitch::day_in(int year) const {
  const auto greg_year = static_cast<greg::greg_year>(static_cast<unsigned short>(year));
  if (form == Form::month_week_day) {
    const greg::greg_month greg_month{static_cast<unsigned short>(month)};
    const greg::greg_weekday weekday{static_cast<unsigned short>(day)};
    if (week == 5) return chrono_date(greg::last_day_of_the_week_in_month{weekday, greg_month}.get_date(greg_year));
    const auto nth = static_cast<greg::nth_kday_of_month::week_num>(week);  // first == 1
    return chrono_date(greg::nth_day_of_the_week_in_month{nth, weekday, greg_month}.get_date(greg_year));
  }
  const Date new_year = chrono_date(greg::date{greg_year, 1, 1});
  if (form == Form::day_with_leap) return new_year + std::chrono::days{day};
  const bool after_leap_day = std::chrono::year{year}.is_leap() && day >= 60;  // day 60 is 1 March in every year
  return new_year + std::chrono::days{day - 1 + (after_leap_day ? 1 : 0)};
}

std::array<PosixRule::Switch, 2> PosixRule::switches(int year) const {
  const auto at = [&](const YearlySwitch& yearly, std::int32_t offset_before) {
    return std::int64_t{yearly.day_in(year).time_since_epoch().count()} * 86'400 + yearly.time - offset_before;
  };
  const Switch on{at(daylight->start, standard_offset), daylight->offset};
  const Switch off{at(daylight->end, daylight->offset), standard_offset};
  return on.at <= off.at ? std::array{on, off} : std::array{off, on};
}

Result<PosixRule> parse_posix_rule(std::string_view text) {
  Scanner in{text};
  const auto rule = scan_rule(in);
  if (!rule) {
    return Error{Errc::bad_record, "time zone rule " + quote(text) + " is not a POSIX TZ rule such as CET-1CEST,M3.5.0,M10.5.0/3"};
  }
  return *rule;
}

}  // namespace perdure::inline PERDURE_ABI::time::detail
