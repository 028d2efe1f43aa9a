#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/roll.hpp>

#include <chrono>
#include <optional>

namespace perdure::inline PERDURE_ABI::time {

/// A step on a fixed day after a training, such as a cold evaluation at J+90.
struct AnchorRule {
  std::chrono::days after{0};       ///< n of J+n, in calendar days; not negative
  Roll roll{Roll::following};       ///< where the step moves when J+n is no study day
  std::chrono::days tolerance{31};  ///< how far it may move, either way; not negative
};

/// Where a step falls.
struct Anchored {
  Date nominal;             ///< J+n
  Date first;               ///< the earliest day allowed
  Date last;                ///< the latest; before `first` when the deadline leaves none
  std::optional<Date> day;  ///< the day of the step; nothing when no study day lies from `first` to `last`
  friend bool operator==(const Anchored&, const Anchored&) = default;
};

/// The day of a step. Allowed is what lies within the tolerance of J+n, not before the training ends and not after the deadline. The roll
/// chooses among the study days allowed; where it leads out of them (past the deadline, most often), the step falls on the closest of them.
/// So `day` is empty exactly when no allowed day is a study day: a fact that a plan has to tell. With Roll::none the step stays on J+n, study
/// day or not, unless the deadline comes before.
/// \param training_end  the learner's local date: `local_date(zone, end)`
/// Throws Exception (out_of_domain) when `after` or `tolerance` is negative, or a day is outside the years 1400 to 9999.
/// Source: roll conventions as in Calendar::roll.
[[nodiscard]] Anchored anchor(Date training_end, const AnchorRule& rule, const Calendar& calendar,
                              std::optional<Date> deadline = std::nullopt);

}  // namespace perdure::inline PERDURE_ABI::time
