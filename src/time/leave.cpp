#include "quote.hpp"

#include <perdure/core/text.hpp>
#include <perdure/time/leave.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

namespace {

using std::chrono::days;

void require_known(Date d, std::string_view what) {
  if (!in_range(d)) throw Exception{Error{Errc::out_of_domain, std::string{what} + " is outside the years 1400 to 9999"}};
}

}  // namespace

Result<LeaveRule> parse_leave_rule(std::string_view name) {
  for (const LeaveRule rule : leave_rules) {
    if (to_string(rule) == name) return rule;
  }
  return Error{Errc::unknown_name, "leave rule " + detail::quote(name) + " is unknown; expected shift, skip or keep"};
}

Leave::Leave(std::vector<Period> periods) {
  for (const Period& one : periods) {
    require_known(one.first, "leave");
    require_known(one.last, "leave");
    if (one.last < one.first) {
      throw Exception{
          Error{Errc::out_of_domain, "leave from " + format_date(one.first) + " ends before it begins, on " + format_date(one.last)}};
    }
  }
  std::ranges::sort(periods, {}, &Period::first);
  for (const Period& one : periods) {
    if (!periods_.empty() && one.first <= periods_.back().last + days{1}) {
      periods_.back().last = std::max(periods_.back().last, one.last);
    } else {
      periods_.push_back(one);
    }
  }
}

bool Leave::covers(Date d) const noexcept {
  const auto after = std::ranges::upper_bound(periods_, d, {}, &Period::first);
  return after != periods_.begin() && d <= std::prev(after)->last;
}

std::optional<Date> Leave::move(Date due, LeaveRule rule) const {
  require_known(due, "a due date");
  if (rule == LeaveRule::keep) return due;
  if (rule == LeaveRule::skip) return covers(due) ? std::nullopt : std::optional{due};
  Date shifted = due;
  for (const Period& one : periods_) {
    if (shifted < one.first) break;
    shifted += one.last - one.first + days{1};  // so it lies after this leave, and meets the next one as it stands now
  }
  require_known(shifted, "the day that leave shifts " + format_date(due) + " to");
  return shifted;
}

std::vector<Date> Leave::move(std::span<const Date> due, LeaveRule rule) const {
  std::vector<Date> moved;
  for (const Date one : due) {
    if (const auto to = move(one, rule)) moved.push_back(*to);
  }
  return moved;
}

}  // namespace perdure::inline PERDURE_ABI::time
