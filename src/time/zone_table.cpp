#include "zone_table.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::time::detail {

namespace {

constexpr std::int64_t first_ms = first_instant.time_since_epoch().count();
constexpr std::int64_t last_ms = last_instant.time_since_epoch().count();
constexpr int first_year = 1400;
constexpr int last_year = 9999;

int year_of(std::int64_t ms) {
  const Instant t{std::chrono::milliseconds{ms}};
  return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(t)}.year());
}

std::int64_t new_year(int year) { return Instant{Date{std::chrono::year{year} / std::chrono::January / 1}}.time_since_epoch().count(); }

}  // namespace

ZoneTable::ZoneTable(std::int32_t first_offset, std::span<const Transition> transitions, const std::optional<PosixRule>& rule)
    : from_{lowest}, offset_{std::int64_t{first_offset} * 1000} {
  std::optional<std::int64_t> last;  // of the transitions in range
  bool goes_on = true;               // the rule begins within the range
  for (const Transition& transition : transitions) {
    if (transition.at > last_ms / 1000) {
      goes_on = false;
      break;
    }
    // What happened before the range only says which offset the range begins with.
    if (transition.at <= first_ms / 1000) {
      offset_.back() = std::int64_t{transition.offset} * 1000;
      continue;
    }
    last = transition.at * 1000;
    add(*last, std::int64_t{transition.offset} * 1000);
  }
  if (rule && goes_on) add_rule(*rule, last);
  from_.push_back(highest);
  prepare_local_columns();
  by_utc_ = IntervalIndex{from_};
  by_local_ = IntervalIndex{safe_from_};
}

void ZoneTable::add(std::int64_t at, std::int64_t offset) {
  if (from_.back() == at) {  // the later word counts
    offset_.back() = offset;
    if (offset_.size() > 1 && offset_[offset_.size() - 2] == offset) {
      from_.pop_back();
      offset_.pop_back();
    }
  } else if (offset_.back() != offset) {
    from_.push_back(at);
    offset_.push_back(offset);
  }
}

void ZoneTable::add_rule(const PosixRule& rule, std::optional<std::int64_t> after) {
  const std::int64_t begin = after.value_or(lowest);
  if (!rule.daylight) {
    add(begin, std::int64_t{rule.standard_offset} * 1000);
    return;
  }
  // The year before the rule begins tells the offset in force then. Whole cycles run between two January firsts with the rule on both
  // sides.
  const int begin_year = after ? year_of(*after) : first_year;
  const int end_year = std::min(last_year, begin_year + 403);
  std::vector<PosixRule::Switch> switches;
  for (int year = std::max(first_year, begin_year - 1); year <= end_year; ++year) {
    for (const PosixRule::Switch& one : rule.switches(year)) switches.push_back(one);
  }
  std::ranges::stable_sort(switches, {}, &PosixRule::Switch::at);
  std::int64_t in_force = std::int64_t{rule.switches(begin_year)[1].offset} * 1000;  // as at the end of any year
  std::size_t next = 0;
  for (; next < switches.size() && switches[next].at * 1000 <= begin; ++next) in_force = std::int64_t{switches[next].offset} * 1000;
  add(begin, in_force);
  for (; next < switches.size(); ++next) add(switches[next].at * 1000, std::int64_t{switches[next].offset} * 1000);
  if (end_year == begin_year + 403) cycle_end_ = new_year(begin_year + 402);
}

void ZoneTable::prepare_local_columns() {
  const std::size_t count = offset_.size();
  safe_from_.resize(count);
  safe_to_.resize(count);
  std::int64_t end_before = lowest;  // latest local time of any earlier interval
  for (std::size_t i = 0; i < count; ++i) {
    safe_from_[i] = i == 0 ? lowest : std::max(end_before, from_[i] + offset_[i]);
    end_before = std::max(end_before, from_[i + 1] + offset_[i]);
  }
  safe_from_.push_back(highest);
  std::int64_t start_after = highest;  // earliest local time of any later interval
  for (std::size_t i = count; i-- > 0;) {
    safe_to_[i] = i + 1 == count ? highest : std::min(start_after, from_[i + 1] + offset_[i]);
    start_after = std::min(start_after, from_[i] + offset_[i]);
  }
}

Resolved ZoneTable::resolve_slowly(std::int64_t folded, std::int64_t cycles, std::size_t first) const noexcept {
  const auto instant = [&](std::int64_t utc) { return Instant{std::chrono::milliseconds{utc + cycles}}; };
  constexpr std::int64_t farthest = 26 * 3'600'000;  // no offset is as large
  std::optional<std::int64_t> earliest;
  std::int64_t latest = 0;
  int occurrences = 0;
  for (std::size_t i = first; i < size() && from_[i] <= folded + farthest; ++i) {
    if (folded < from_[i] + offset_[i] || folded >= from_[i + 1] + offset_[i]) continue;
    latest = folded - offset_[i];
    if (occurrences++ == 0) earliest = latest;
  }
  if (earliest) return {instant(*earliest), occurrences == 1 ? ClockKind::unique : ClockKind::overlap, instant(latest)};
  // A gap: the first instant whose local time is later. The last interval has no end, so there is one.
  std::size_t after = first + 1;
  while (after + 1 < size() && from_[after] + offset_[after] <= folded) ++after;
  const std::int64_t utc = from_[std::min(after, size() - 1)];
  return {instant(utc), ClockKind::gap, instant(utc)};
}

}  // namespace perdure::inline PERDURE_ABI::time::detail
