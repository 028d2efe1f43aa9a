#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/date.hpp>

#include <boost/date_time/gregorian/gregorian_types.hpp>
#include <boost/date_time/posix_time/posix_time_types.hpp>

#include <chrono>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::time {

/// Conversions for callers that use Boost.Date_Time; the only public header that includes it. Both libraries know the years 1400 to 9999.

/// Throws Exception (out_of_domain) when `in_range(d)` is false.
[[nodiscard]] inline boost::gregorian::date to_boost(Date d) {
  if (!in_range(d)) throw Exception{Error{Errc::out_of_domain, "date is outside the years 1400 to 9999"}};
  const std::chrono::year_month_day ymd{d};
  return {static_cast<unsigned short>(static_cast<int>(ymd.year())), static_cast<unsigned short>(static_cast<unsigned>(ymd.month())),
          static_cast<unsigned short>(static_cast<unsigned>(ymd.day()))};
}

/// An Error (out_of_domain) for not_a_date_time and the infinities.
[[nodiscard]] inline Result<Date> from_boost(const boost::gregorian::date& d) {
  if (d.is_special())
    return Error{Errc::out_of_domain, "boost::gregorian::date is special (not_a_date_time or an infinity); expected a day"};
  const auto ymd = d.year_month_day();
  return Date{std::chrono::year{ymd.year} / static_cast<int>(ymd.month.as_number()) / static_cast<int>(ymd.day)};
}

/// UTC. Throws Exception (out_of_domain) when `in_range(t)` is false.
[[nodiscard]] inline boost::posix_time::ptime to_boost(Instant t) {
  if (!in_range(t)) throw Exception{Error{Errc::out_of_domain, "instant is outside the years 1400 to 9999"}};
  const Date day = std::chrono::floor<std::chrono::days>(t);
  return {to_boost(day), boost::posix_time::milliseconds((t - day).count())};
}

/// `t` is taken as UTC; what is below a millisecond is cut off. An Error (out_of_domain) for not_a_date_time and the infinities.
[[nodiscard]] inline Result<Instant> from_boost(const boost::posix_time::ptime& t) {
  if (t.is_special())
    return Error{Errc::out_of_domain, "boost::posix_time::ptime is special (not_a_date_time or an infinity); expected a time"};
  const auto day = from_boost(t.date());
  if (!day) return day.error();
  return Instant{*day + std::chrono::milliseconds{static_cast<std::int64_t>(t.time_of_day().total_milliseconds())}};
}

}  // namespace perdure::inline PERDURE_ABI::time
