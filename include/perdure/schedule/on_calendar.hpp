#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/schedule/policy.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/roll.hpp>

#include <chrono>
#include <string_view>

namespace perdure::inline PERDURE_ABI::schedule {

/// Moves the inner policy's date to a study day. Law: never a rest day when a study day lies within `limit` of the inner date, and never
/// before today.
template <Policy Inner>
struct OnCalendar {
  static constexpr std::string_view id = "on-calendar";
  Inner inner{};
  time::Calendar calendar{};
  time::Roll roll = time::Roll::nearest;
  std::chrono::days limit{366};

  [[nodiscard]] Decision decide(const Situation& s) const {
    const time::Date ideal = inner.decide(s).due;
    const time::Date moved = calendar.roll(ideal, roll, limit);
    return {moved >= s.today ? moved : calendar.roll(ideal, time::Roll::following, limit)};
  }
};

}  // namespace perdure::inline PERDURE_ABI::schedule
