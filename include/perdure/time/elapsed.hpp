#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/zone.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace perdure::inline PERDURE_ABI::time {

/// How the time between two answers becomes the elapsed days that a model sees. Systems differ silently here and it changes a fit, so the
/// rule has a name (`id`) that is stored with fitted parameters. A plain value.
class ElapsedRule {
 public:
  /// Fractional days: milliseconds / 86 400 000.
  struct Exact {
    friend bool operator==(const Exact&, const Exact&) = default;
  };
  /// Whole periods of 24 hours, rounded down; what py-fsrs takes (`timedelta.days`).
  struct WholeDays {
    friend bool operator==(const WholeDays&, const WholeDays&) = default;
  };
  /// Difference of local days that begin at `rollover_hour`; what Anki takes, with its default of 4.
  struct CalendarDays {
    Zone zone;
    int rollover_hour{0};
    friend bool operator==(const CalendarDays&, const CalendarDays&) = default;
  };
  /// Study days after the local day of the first answer, up to and with that of the second.
  struct StudyDays {
    Calendar calendar;
    Zone zone;
    int rollover_hour{0};
    friend bool operator==(const StudyDays&, const StudyDays&) = default;
  };
  using Kind = std::variant<Exact, WholeDays, CalendarDays, StudyDays>;

  /// `exact`.
  ElapsedRule() = default;
  [[nodiscard]] static ElapsedRule exact() { return {}; }
  [[nodiscard]] static ElapsedRule whole_days();
  /// \param rollover_hour  0 to 23; Exception (out_of_domain) otherwise, here and below
  [[nodiscard]] static ElapsedRule calendar_days(Zone zone, int rollover_hour = 0);
  [[nodiscard]] static ElapsedRule study_days(Calendar calendar, Zone zone, int rollover_hour = 0);

  /// The rule of an id. The zone is loaded from `paths`. An Error quotes the part that does not fit, or says what is wrong with the zone.
  [[nodiscard]] static Result<ElapsedRule> parse(std::string_view id, std::span<const std::string> paths);
  [[nodiscard]] static Result<ElapsedRule> parse(std::string_view id);

  /// `exact`, `whole-days`, `calendar-days:Europe/Paris:4` or `study-days:Europe/Paris:4:rest=sat,sun;off=2026-11-11`.
  /// Law: parse(id()) == *this, with the same database.
  [[nodiscard]] std::string id() const;

  /// Days from `from` to `to`; 0 when `to` is earlier. Never negative, never NaN. Throws Exception (out_of_domain) when an instant is not
  /// `in_range`.
  [[nodiscard]] Days elapsed(Instant from, Instant to) const;

  [[nodiscard]] const Kind& kind() const noexcept { return kind_; }

  friend bool operator==(const ElapsedRule&, const ElapsedRule&) = default;

 private:
  explicit ElapsedRule(Kind kind) : kind_{std::move(kind)} {}

  Kind kind_{Exact{}};
};

}  // namespace perdure::inline PERDURE_ABI::time
