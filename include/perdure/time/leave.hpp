#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/date.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

/// What happens to dates that are already due when their learner goes on leave.
enum class LeaveRule {
  shift,  ///< a date in leave, and every later one, moves by the calendar days of the leave; Qstream's vacation hold
  skip,   ///< a date in leave is dropped
  keep    ///< every date stays; the roll rule moves it off the leave (`Calendar::with_leave`)
};

inline constexpr std::array leave_rules{LeaveRule::shift, LeaveRule::skip, LeaveRule::keep};
inline constexpr std::array<std::string_view, leave_rules.size()> leave_rule_names{"shift", "skip", "keep"};

/// The name of a rule, as files write it.
[[nodiscard]] constexpr std::string_view to_string(LeaveRule rule) noexcept { return leave_rule_names[static_cast<std::size_t>(rule)]; }

/// The rule of a name, or an Error (unknown_name) that lists the names.
[[nodiscard]] Result<LeaveRule> parse_leave_rule(std::string_view name);

/// The absences of one learner. A plain value; absences that overlap or touch are one, so no day counts twice.
class Leave {
 public:
  struct Period {
    Date first;
    Date last;  ///< included
    friend bool operator==(const Period&, const Period&) = default;
  };

  /// No absence.
  Leave() = default;

  /// In any order. Throws Exception (out_of_domain) when a period ends before it begins, or a day is outside the years 1400 to 9999.
  explicit Leave(std::vector<Period> periods);

  [[nodiscard]] const std::vector<Period>& periods() const noexcept { return periods_; }  ///< ascending, with a day of work between
  [[nodiscard]] bool covers(Date d) const noexcept;

  /// Where a date that was due before the leave was known goes; nothing when it is dropped. Laws: shift keeps the order of dates and puts
  /// none into leave, and as many days without leave come before the new date as days came before the old one; skip and keep change
  /// nothing when they are applied again. Shift does: what it returns has had its leave, and must not be shifted by the same leave again.
  /// Throws Exception (out_of_domain) when `due`, or the day to which it shifts, is outside the years 1400 to 9999.
  [[nodiscard]] std::optional<Date> move(Date due, LeaveRule rule) const;

  /// `move` of each date, without those that are dropped; in their order.
  [[nodiscard]] std::vector<Date> move(std::span<const Date> due, LeaveRule rule) const;

  friend bool operator==(const Leave&, const Leave&) = default;

 private:
  std::vector<Period> periods_{};
};

}  // namespace perdure::inline PERDURE_ABI::time
