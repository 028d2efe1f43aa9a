#include "zone_table.hpp"

#include <perdure/core/text.hpp>
#include <perdure/time/columns.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace perdure::inline PERDURE_ABI::time {

namespace {

constexpr std::int64_t first_ms = first_instant.time_since_epoch().count();
constexpr std::int64_t last_ms = last_instant.time_since_epoch().count();
constexpr std::int64_t ms_per_day = 86'400'000;
constexpr std::int64_t ms_per_hour = 3'600'000;

bool in_range_ms(std::int64_t ms) noexcept { return ms >= first_ms && ms <= last_ms; }

Error outside(std::string_view column, std::size_t row, std::int64_t ms) {
  return Error{
      Errc::out_of_domain,
      std::string{column} + " row " + to_text(row) + " is " + to_text(ms) + " ms since 1970-01-01; expected the years 1400 to 9999", row};
}

void require_same_length(std::size_t a, std::size_t b, std::string_view names) {
  if (a != b) throw Exception{Error{Errc::shape_mismatch, std::string{names} + " differ in length: " + to_text(a) + " and " + to_text(b)}};
}

std::int64_t floor_days(std::int64_t ms) noexcept { return ms / ms_per_day - (ms % ms_per_day < 0 ? 1 : 0); }

void require_rollover(int hour) {
  if (hour < 0 || hour > 23) throw Exception{Error{Errc::out_of_domain, "rollover hour must be 0 to 23, got " + to_text(hour)}};
}

/// The local day of an instant, and the interval of the row before.
class DayClock {
 public:
  DayClock(const Zone& zone, int rollover_hour) noexcept : table_{zone.table()}, shift_{rollover_hour * ms_per_hour} {}
  [[nodiscard]] std::int64_t day(std::int64_t utc) noexcept { return floor_days(utc + table_.offset_at(utc, hint_) - shift_); }

 private:
  const detail::ZoneTable& table_;
  std::int64_t shift_;
  std::size_t hint_{0};
};

/// Calls `days_between(from, to)` for each row with from < to.
template <class DaysBetween>
Result<std::size_t> each_row(std::span<const std::int64_t> from_ms, std::span<const std::int64_t> to_ms, std::span<double> days,
                             DaysBetween days_between) {
  for (std::size_t i = 0; i < days.size(); ++i) {
    const std::int64_t from = from_ms[i];
    const std::int64_t to = to_ms[i];
    if (!in_range_ms(from)) return outside("from_ms", i, from);
    if (!in_range_ms(to)) return outside("to_ms", i, to);
    days[i] = to <= from ? 0.0 : days_between(from, to);
  }
  return days.size();
}

}  // namespace

Result<ClockCounts> local_to_utc(const Zone& zone, std::span<const std::int64_t> local_ms, std::span<std::int64_t> utc_ms,
                                 std::span<std::uint8_t> status) {
  require_same_length(local_ms.size(), utc_ms.size(), "local_ms and utc_ms");
  require_same_length(local_ms.size(), status.size(), "local_ms and status");
  const detail::ZoneTable& table = zone.table();
  ClockCounts counts;
  std::size_t hint = 0;
  for (std::size_t i = 0; i < local_ms.size(); ++i) {
    const std::int64_t local = local_ms[i];
    if (!in_range_ms(local)) return outside("local_ms", i, local);
    const Resolved resolved = table.resolve(local, hint);
    utc_ms[i] = resolved.instant.time_since_epoch().count();
    status[i] = static_cast<std::uint8_t>(resolved.kind);
    counts.gaps += resolved.kind == ClockKind::gap ? 1U : 0U;
    counts.overlaps += resolved.kind == ClockKind::overlap ? 1U : 0U;
  }
  return counts;
}

Result<std::size_t> utc_to_local(const Zone& zone, std::span<const std::int64_t> utc_ms, std::span<std::int64_t> local_ms) {
  require_same_length(utc_ms.size(), local_ms.size(), "utc_ms and local_ms");
  const detail::ZoneTable& table = zone.table();
  std::size_t hint = 0;
  for (std::size_t i = 0; i < utc_ms.size(); ++i) {
    const std::int64_t utc = utc_ms[i];
    if (!in_range_ms(utc)) return outside("utc_ms", i, utc);
    local_ms[i] = utc + table.offset_at(utc, hint);
  }
  return utc_ms.size();
}

Result<std::size_t> local_dates(const Zone& zone, std::span<const std::int64_t> utc_ms, int rollover_hour, std::span<std::int32_t> days) {
  require_same_length(utc_ms.size(), days.size(), "utc_ms and days");
  require_rollover(rollover_hour);
  DayClock clock{zone, rollover_hour};
  for (std::size_t i = 0; i < utc_ms.size(); ++i) {
    if (!in_range_ms(utc_ms[i])) return outside("utc_ms", i, utc_ms[i]);
    days[i] = static_cast<std::int32_t>(clock.day(utc_ms[i]));
  }
  return utc_ms.size();
}

Result<std::size_t> elapsed_days(const ElapsedRule& rule, std::span<const std::int64_t> from_ms, std::span<const std::int64_t> to_ms,
                                 std::span<double> days) {
  require_same_length(from_ms.size(), to_ms.size(), "from_ms and to_ms");
  require_same_length(from_ms.size(), days.size(), "from_ms and days");
  return std::visit(
      [&]<class Rule>(const Rule& kind) {
        if constexpr (std::is_same_v<Rule, ElapsedRule::Exact>) {
          return each_row(from_ms, to_ms, days, [](std::int64_t from, std::int64_t to) {
            return static_cast<double>(to - from) / static_cast<double>(ms_per_day);
          });
        } else if constexpr (std::is_same_v<Rule, ElapsedRule::WholeDays>) {
          return each_row(from_ms, to_ms, days, [](std::int64_t from, std::int64_t to) {
            const std::int64_t whole = (to - from) / ms_per_day;
            return static_cast<double>(whole);
          });
        } else {
          DayClock first{kind.zone, kind.rollover_hour};
          DayClock last = first;
          return each_row(from_ms, to_ms, days, [&](std::int64_t from, std::int64_t to) {
            const std::int64_t a = first.day(from);
            const std::int64_t b = last.day(to);
            if (b <= a) return 0.0;  // a zone that crosses the date line can set the calendar back
            if constexpr (std::is_same_v<Rule, ElapsedRule::CalendarDays>) {
              return static_cast<double>(b - a);
            } else {
              return static_cast<double>(kind.calendar.study_days(Date{std::chrono::days{a}}, Date{std::chrono::days{b}}));
            }
          });
        }
      },
      rule.kind());
}

}  // namespace perdure::inline PERDURE_ABI::time
