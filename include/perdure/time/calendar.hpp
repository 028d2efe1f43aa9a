#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/roll.hpp>

#include <algorithm>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

/// A set of weekdays; bit k is `std::chrono::weekday{k}`, so Sunday is bit 0.
using Weekdays = std::bitset<7>;

[[nodiscard]] inline Weekdays weekdays(std::initializer_list<std::chrono::weekday> days) {
  Weekdays set;
  for (const std::chrono::weekday day : days) set.set(day.c_encoding());
  return set;
}

/// Which days a learner studies: every day but the rest weekdays and the days off, and besides the extra study days.
/// A day off wins over an extra study day. A plain value: a copy shares nothing, and two calendars are equal exactly when they study the
/// same days (days off that fall on a rest weekday, and extra days that are study days anyway, are not kept).
class Calendar {
 public:
  /// Studies every day.
  Calendar() = default;

  /// Dates may come in any order and repeat.
  explicit Calendar(Weekdays rest_weekdays, std::vector<Date> days_off = {}, std::vector<Date> extra_study_days = {})
      : rest_{rest_weekdays}, off_{sorted(std::move(days_off))}, extra_{sorted(std::move(extra_study_days))} {
    std::erase_if(extra_, [&](Date d) { return !rests_weekly(d) || std::ranges::binary_search(off_, d); });
    std::erase_if(off_, [&](Date d) { return rests_weekly(d); });
  }

  [[nodiscard]] Weekdays rest_weekdays() const noexcept { return rest_; }
  [[nodiscard]] const std::vector<Date>& days_off() const noexcept { return off_; }            ///< ascending; none on a rest weekday
  [[nodiscard]] const std::vector<Date>& extra_study_days() const noexcept { return extra_; }  ///< ascending; all on rest weekdays

  [[nodiscard]] bool studies(Date d) const noexcept {
    return rests_weekly(d) ? std::ranges::binary_search(extra_, d) : !std::ranges::binary_search(off_, d);
  }

  /// The day that `d` moves to. Laws: a study day stays; the result is at most `limit` from `d`; it is a rest day (`d` itself) only when
  /// the roll allows no study day within `limit`. `modified_following` that finds no study day in the month and none before goes on into
  /// the next month. Throws Exception (out_of_domain) when `limit` is negative.
  [[nodiscard]] Date roll(Date d, Roll how, std::chrono::days limit = std::chrono::days{31}) const {
    if (limit < std::chrono::days{0})
      throw Exception{Error{Errc::out_of_domain, "roll limit must not be negative, got " + to_text(limit.count())}};
    if (how == Roll::none || studies(d)) return d;
    const std::chrono::days after = distance(d, std::chrono::days{1}, limit);
    if (how == Roll::following) return d + after;
    if (how == Roll::modified_following && after != std::chrono::days{0} && month_of(d + after) == month_of(d)) return d + after;
    const std::chrono::days before = distance(d, std::chrono::days{-1}, limit);
    if (how == Roll::preceding) return d + before;
    if (before == std::chrono::days{0}) return d + after;
    if (after == std::chrono::days{0} || how == Roll::modified_following) return d + before;
    return after <= -before ? d + after : d + before;
  }

  /// How many study days lie after `from`, up to and with `to`; negative of the swapped count when `to` is before `from`.
  /// Law: study_days(a, b) + study_days(b, c) == study_days(a, c). Time: logarithmic in the number of dates kept.
  [[nodiscard]] std::int64_t study_days(Date from, Date to) const noexcept {
    if (to < from) return -study_days(to, from);
    const std::int64_t days = (to - from).count();
    std::int64_t count = days / 7 * static_cast<std::int64_t>(7 - rest_.count());
    for (Date d = to - std::chrono::days{days % 7}; d < to;) count += rests_weekly(d += std::chrono::days{1}) ? 0 : 1;
    return count - between(off_, from, to) + between(extra_, from, to);
  }

  /// The n-th study day after `d` (before it, when n is negative); `d` itself, study day or not, when n is 0.
  /// Law: study_days(d, *advance(d, n)) == n for n >= 0. An Error (out_of_domain) when there is none between first_date and last_date.
  [[nodiscard]] Result<Date> advance(Date d, std::int64_t n) const {
    if (n == 0) return d;
    const bool back = n < 0;
    const Date end = back ? first_date : last_date;
    const std::int64_t most = std::max<std::int64_t>(0, (back ? d - end : end - d).count());
    const std::int64_t wanted = n == std::numeric_limits<std::int64_t>::min() ? std::numeric_limits<std::int64_t>::max() : (back ? -n : n);
    if (counted(d, most, back) < wanted) {
      return Error{Errc::out_of_domain, "the calendar has no " + to_text(n) + " study days from day " +
                                            to_text(d.time_since_epoch().count()) + " (since 1970-01-01) on within the years 1400 to 9999"};
    }
    // The n-th study day is the first day whose count reaches n. Bracket it, then halve: count(low) < wanted <= count(high).
    std::int64_t low = 0;
    std::int64_t high = most;
    for (std::int64_t span = wanted; span < high; span *= 2) (counted(d, span, back) >= wanted ? high : low) = span;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (counted(d, middle, back) >= wanted ? high : low) = middle;
    }
    return d + std::chrono::days{back ? -high : high};
  }

  /// This calendar without the days `first` to `last`, both included. Throws Exception (out_of_domain) when `last` is before `first`, or a
  /// day is outside the years 1400 to 9999.
  [[nodiscard]] Calendar with_leave(Date first, Date last) const {
    if (last < first)
      throw Exception{Error{Errc::out_of_domain, "leave ends " + to_text((first - last).count()) + " days before it begins"}};
    if (!in_range(first) || !in_range(last)) throw Exception{Error{Errc::out_of_domain, "leave is outside the years 1400 to 9999"}};
    std::vector<Date> off = off_;
    for (Date d = first; d <= last; d += std::chrono::days{1}) off.push_back(d);
    return Calendar{rest_, std::move(off), extra_};
  }

  /// The calendar that studies where both study.
  [[nodiscard]] friend Calendar joint(const Calendar& a, const Calendar& b) {
    std::vector<Date> off = a.off_;
    off.insert(off.end(), b.off_.begin(), b.off_.end());
    std::vector<Date> extra;
    for (const auto* days : {&a.extra_, &b.extra_}) {
      std::ranges::copy_if(*days, std::back_inserter(extra), [&](Date d) { return a.studies(d) && b.studies(d); });
    }
    return Calendar{a.rest_ | b.rest_, std::move(off), std::move(extra)};
  }

  friend bool operator==(const Calendar&, const Calendar&) = default;

 private:
  static std::vector<Date> sorted(std::vector<Date> days) {
    std::ranges::sort(days);
    days.erase(std::unique(days.begin(), days.end()), days.end());  // std::ranges::unique does not compile with clang 14 and libstdc++ 12
    return days;
  }
  static std::chrono::year_month month_of(Date d) noexcept {
    const std::chrono::year_month_day ymd{d};
    return ymd.year() / ymd.month();
  }
  /// How many of `days` lie in (from, to].
  static std::int64_t between(const std::vector<Date>& days, Date from, Date to) noexcept {
    return std::ranges::upper_bound(days, to) - std::ranges::upper_bound(days, from);
  }
  /// Study days among the `span` days that follow d, or that come before it.
  [[nodiscard]] std::int64_t counted(Date d, std::int64_t span, bool back) const noexcept {
    const std::chrono::days days{span};
    return back ? study_days(d - days - std::chrono::days{1}, d - std::chrono::days{1}) : study_days(d, d + days);
  }
  /// From d to the closest study day in the direction of `step`; 0 when there is none within `limit`.
  [[nodiscard]] std::chrono::days distance(Date d, std::chrono::days step, std::chrono::days limit) const noexcept {
    for (std::chrono::days k{1}; k <= limit; ++k) {
      if (studies(d + k * step.count())) return k * step.count();
    }
    return std::chrono::days{0};
  }
  [[nodiscard]] bool rests_weekly(Date d) const noexcept { return rest_[std::chrono::weekday{d}.c_encoding()]; }

  Weekdays rest_{};
  std::vector<Date> off_{};
  std::vector<Date> extra_{};
};

/// The rules of a calendar as one line, for files: `rest=sat,sun;off=2026-11-11,2026-12-24..2027-01-01;extra=2026-11-14`. A part that is
/// empty is left out; the calendar without rules is `every-day`. Equal calendars have equal texts.
[[nodiscard]] std::string format_calendar(const Calendar& calendar);

/// Reads what `format_calendar` writes; weekdays in any order. An Error quotes the part that does not fit and says what was expected.
[[nodiscard]] Result<Calendar> parse_calendar(std::string_view text);

}  // namespace perdure::inline PERDURE_ABI::time
