#include "quote.hpp"

#include <perdure/time/calendar.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

namespace {

using std::chrono::days;

struct NamedWeekday {
  std::string_view name;
  std::chrono::weekday day;
};

/// In the order of ISO 8601, which is the order of the text form.
constexpr std::array named_weekdays{NamedWeekday{"mon", std::chrono::Monday},    NamedWeekday{"tue", std::chrono::Tuesday},
                                    NamedWeekday{"wed", std::chrono::Wednesday}, NamedWeekday{"thu", std::chrono::Thursday},
                                    NamedWeekday{"fri", std::chrono::Friday},    NamedWeekday{"sat", std::chrono::Saturday},
                                    NamedWeekday{"sun", std::chrono::Sunday}};
constexpr std::string_view every_day = "every-day";

/// Dates as `a,b..c`: three and more days in a row become a span.
std::string format_days(const std::vector<Date>& list) {
  std::string text;
  for (std::size_t i = 0; i < list.size();) {
    std::size_t last = i;
    while (last + 1 < list.size() && list[last + 1] - list[last] == days{1}) ++last;
    if (last - i < 2) last = i;
    text += (text.empty() ? "" : ",") + format_date(list[i]);
    if (last > i) text += ".." + format_date(list[last]);
    i = last + 1;
  }
  return text;
}

/// The text before the next `separator`; `rest` loses it and the separator.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return part;
}

Result<Weekdays> parse_weekdays(std::string_view list) {
  Weekdays set;
  while (!list.empty()) {
    const std::string_view name = next_part(list, ',');
    bool known = false;
    for (const NamedWeekday& weekday : named_weekdays) {
      if (weekday.name != name) continue;
      set.set(weekday.day.c_encoding());
      known = true;
    }
    if (!known)
      return Error{Errc::unknown_name, "weekday " + detail::quote(name) + " is unknown; expected mon, tue, wed, thu, fri, sat or sun"};
  }
  return set;
}

Result<std::vector<Date>> parse_days(std::string_view list) {
  std::vector<Date> dates;
  while (!list.empty()) {
    const std::string_view part = next_part(list, ',');
    const std::size_t dots = part.find("..");
    const auto first = parse_date(part.substr(0, dots));
    if (!first) return first.error();
    const auto last = dots == std::string_view::npos ? first : parse_date(part.substr(dots + 2));
    if (!last) return last.error();
    if (*last < *first) return Error{Errc::bad_record, "span of days " + detail::quote(part) + " ends before it begins"};
    for (Date d = *first; d <= *last; d += days{1}) dates.push_back(d);
  }
  return dates;
}

}  // namespace

std::string format_calendar(const Calendar& calendar) {
  std::string rest;
  for (const NamedWeekday& weekday : named_weekdays) {
    if (calendar.rest_weekdays()[weekday.day.c_encoding()]) rest += (rest.empty() ? "" : ",") + std::string{weekday.name};
  }
  std::string text;
  const std::array parts{std::pair{"rest=", rest}, std::pair{"off=", format_days(calendar.days_off())},
                         std::pair{"extra=", format_days(calendar.extra_study_days())}};
  for (const auto& [key, list] : parts) {
    if (!list.empty()) text += (text.empty() ? "" : ";") + (key + list);
  }
  return text.empty() ? std::string{every_day} : text;
}

Result<Calendar> parse_calendar(std::string_view text) {
  if (text == every_day) return Calendar{};
  Weekdays rest;
  std::vector<Date> off;
  std::vector<Date> extra;
  std::array<bool, 3> seen{};
  std::string_view remaining = text;
  do {
    const std::string_view part = next_part(remaining, ';');
    const std::size_t equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    const std::size_t kind = key == "rest" ? 0 : (key == "off" ? 1 : (key == "extra" ? 2 : 3));
    if (equals == std::string_view::npos || kind == 3 || seen[kind] || equals + 1 == part.size()) {
      return Error{Errc::bad_record,
                   "calendar part " + detail::quote(part) +
                       " does not fit; expected every-day, or rest=, off= and extra= at most once each, with a list, separated by ;"};
    }
    seen[kind] = true;
    const std::string_view list = part.substr(equals + 1);
    if (kind == 0) {
      const auto parsed = parse_weekdays(list);
      if (!parsed) return parsed.error();
      rest = *parsed;
    } else {
      auto parsed = parse_days(list);
      if (!parsed) return parsed.error();
      (kind == 1 ? off : extra) = *std::move(parsed);
    }
  } while (!remaining.empty());
  return Calendar{rest, std::move(off), std::move(extra)};
}

}  // namespace perdure::inline PERDURE_ABI::time
