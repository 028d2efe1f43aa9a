#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/zone.hpp>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

/// A time of day on the wall clock, since its midnight: 0 to 24 hours.
using ClockTime = std::chrono::minutes;

/// From `from`, included, to `to`, not included.
struct ClockSpan {
  ClockTime from{0};
  ClockTime to{std::chrono::hours{24}};
  friend bool operator==(const ClockSpan&, const ClockSpan&) = default;
};

/// When a message goes out: the instant, and what the learner's wall clock then shows.
struct Delivery {
  Instant at;
  Local local;
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// The times of day at which messages may go out: a window without quiet hours, on the wall clock of whoever gets them. A plain value.
class DeliveryWindow {
 public:
  /// The whole day.
  DeliveryWindow() = default;

  /// \param window  within one day: `from` before `to`
  /// \param quiet   from one time to another; over midnight when `to` is not after `from`, as 22:00 to 07:00
  /// \return an Error (out_of_domain) that quotes the times: one outside its day, an empty window, quiet hours from a time to itself, or
  ///         quiet hours that leave nothing of the window
  [[nodiscard]] static Result<DeliveryWindow> make(ClockSpan window, std::optional<ClockSpan> quiet = std::nullopt);

  /// What may be used of each day: one or two spans, ascending.
  [[nodiscard]] const std::vector<ClockSpan>& spans() const noexcept { return spans_; }

  /// The first instant of the local day at which the clock shows `wished` or later, and a time that is allowed; nothing when the day has
  /// none left. Where clocks skip that time, it is the first instant after the gap that is allowed; where they show it twice, the first of
  /// both. A day that the zone skipped as a whole (Pacific/Apia, 2011-12-30) has none.
  /// Throws Exception (out_of_domain) when `wished` is not 00:00 to 24:00, or the day is outside the years 1400 to 9999.
  [[nodiscard]] std::optional<Delivery> first(const Zone& zone, Date day, ClockTime wished = ClockTime{0}) const;

  friend bool operator==(const DeliveryWindow&, const DeliveryWindow&) = default;

 private:
  explicit DeliveryWindow(std::vector<ClockSpan> spans) : spans_{std::move(spans)} {}

  std::vector<ClockSpan> spans_{ClockSpan{}};
};

}  // namespace perdure::inline PERDURE_ABI::time
