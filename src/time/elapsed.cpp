#include "quote.hpp"
#include "scanner.hpp"

#include <perdure/core/text.hpp>
#include <perdure/time/elapsed.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace perdure::inline PERDURE_ABI::time {

namespace {

constexpr std::string_view exact_id = "exact";
constexpr std::string_view whole_days_id = "whole-days";
constexpr std::string_view calendar_days_id = "calendar-days:";
constexpr std::string_view study_days_id = "study-days:";

void require_rollover(int hour) {
  if (hour < 0 || hour > 23) throw Exception{Error{Errc::out_of_domain, "rollover hour must be 0 to 23, got " + to_text(hour)}};
}

void require_in_range(Instant t) {
  if (!in_range(t)) {
    throw Exception{Error{Errc::out_of_domain,
                          "instant " + to_text(t.time_since_epoch().count()) + " (ms since 1970-01-01) is outside the years 1400 to 9999"}};
  }
}

/// The text before the next colon; `rest` loses it and the colon.
std::string_view next_part(std::string_view& rest) {
  const std::size_t at = rest.find(':');
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return part;
}

std::optional<int> parse_rollover(std::string_view text) {
  detail::Scanner in{text};
  const auto hour = in.digits(1, 2);
  const bool canonical = text.size() == 1 || !text.starts_with('0');
  return hour && in.done() && canonical && *hour <= 23 ? hour : std::nullopt;
}

}  // namespace

ElapsedRule ElapsedRule::whole_days() { return ElapsedRule{Kind{std::in_place_type<WholeDays>}}; }

ElapsedRule ElapsedRule::calendar_days(Zone zone, int rollover_hour) {
  require_rollover(rollover_hour);
  return ElapsedRule{CalendarDays{std::move(zone), rollover_hour}};
}

ElapsedRule ElapsedRule::study_days(Calendar calendar, Zone zone, int rollover_hour) {
  require_rollover(rollover_hour);
  return ElapsedRule{StudyDays{std::move(calendar), std::move(zone), rollover_hour}};
}

Result<ElapsedRule> ElapsedRule::parse(std::string_view id, std::span<const std::string> paths) {
  if (id == exact_id) return exact();
  if (id == whole_days_id) return whole_days();
  const bool calendar_kind = id.starts_with(calendar_days_id);
  if (!calendar_kind && !id.starts_with(study_days_id)) {
    return Error{Errc::unknown_name,
                 "elapsed rule " + detail::quote(id) +
                     " is unknown; expected exact, whole-days, calendar-days:ZONE:HOUR or study-days:ZONE:HOUR:CALENDAR"};
  }
  std::string_view rest = id.substr(calendar_kind ? calendar_days_id.size() : study_days_id.size());
  auto zone = Zone::load(next_part(rest), paths);
  if (!zone) return zone.error();
  const auto hour = parse_rollover(calendar_kind ? std::exchange(rest, {}) : next_part(rest));
  if (!hour) {
    return Error{Errc::bad_record,
                 "elapsed rule " + detail::quote(id) + " has no rollover hour after the zone; expected 0 to 23, as in " +
                     std::string{calendar_kind ? "calendar-days:Europe/Paris:4" : "study-days:Europe/Paris:4:rest=sat,sun"}};
  }
  if (calendar_kind) return calendar_days(*std::move(zone), *hour);
  auto calendar = parse_calendar(rest);
  if (!calendar) return calendar.error();
  return study_days(*std::move(calendar), *std::move(zone), *hour);
}

Result<ElapsedRule> ElapsedRule::parse(std::string_view id) { return parse(id, default_zone_paths()); }

std::string ElapsedRule::id() const {
  return std::visit(
      []<class Rule>(const Rule& rule) {
        if constexpr (std::is_same_v<Rule, Exact>) {
          return std::string{exact_id};
        } else if constexpr (std::is_same_v<Rule, WholeDays>) {
          return std::string{whole_days_id};
        } else if constexpr (std::is_same_v<Rule, CalendarDays>) {
          return std::string{calendar_days_id} + rule.zone.name() + ":" + to_text(rule.rollover_hour);
        } else {
          return std::string{study_days_id} + rule.zone.name() + ":" + to_text(rule.rollover_hour) + ":" + format_calendar(rule.calendar);
        }
      },
      kind_);
}

Days ElapsedRule::elapsed(Instant from, Instant to) const {
  require_in_range(from);
  require_in_range(to);
  if (to <= from) return Days{0.0};
  using DoubleDays = std::chrono::duration<double, std::chrono::days::period>;
  return std::visit(
      [&]<class Rule>(const Rule& rule) {
        if constexpr (std::is_same_v<Rule, Exact>) {
          return Days{DoubleDays{to - from}.count()};
        } else if constexpr (std::is_same_v<Rule, WholeDays>) {
          return Days{static_cast<double>(std::chrono::floor<std::chrono::days>(to - from).count())};
        } else {
          const Date first = local_date(rule.zone, from, rule.rollover_hour);
          const Date last = local_date(rule.zone, to, rule.rollover_hour);
          if (last <= first) return Days{0.0};  // a zone that crosses the date line can set the calendar back
          if constexpr (std::is_same_v<Rule, CalendarDays>) {
            return Days{static_cast<double>((last - first).count())};
          } else {
            return Days{static_cast<double>(rule.calendar.study_days(first, last))};
          }
        }
      },
      kind_);
}

}  // namespace perdure::inline PERDURE_ABI::time
