#include "support.hpp"

#include <perdure/time/delivery.hpp>
#include <perdure/time/zone.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Delivery windows and quiet hours: by example on days when clocks change, and against trying every minute.
namespace {

using namespace std::chrono_literals;
using perdure::time::ClockSpan;
using perdure::time::ClockTime;
using perdure::time::Date;
using perdure::time::Delivery;
using perdure::time::DeliveryWindow;
using perdure::time::format_date;
using perdure::time::format_instant;
using perdure::time::format_local;
using perdure::time::Instant;
using perdure::time::Local;
using perdure::time::Zone;
using perdure_test::date;
using perdure_test::zone;

const DeliveryWindow office = DeliveryWindow::make({9h, 17h + 30min}).value();
const DeliveryWindow not_at_night = DeliveryWindow::make({}, ClockSpan{22h, 7h}).value();
const DeliveryWindow always;

std::string sent(const DeliveryWindow& window, std::string_view zone_name, std::string_view day, ClockTime wished = 0min) {
  const auto found = window.first(zone(zone_name), date(day), wished);
  return found ? format_instant(found->at) + " " + format_local(found->local) : "never";
}

TEST(Delivery, FirstTimeOfTheWindowAtOrAfterTheWish) {
  EXPECT_EQ(sent(office, "Europe/Paris", "2026-07-01"), "2026-07-01T07:00:00Z 2026-07-01T09:00:00");
  EXPECT_EQ(sent(office, "Europe/Paris", "2026-07-01", 12h + 15min), "2026-07-01T10:15:00Z 2026-07-01T12:15:00");
  EXPECT_EQ(sent(office, "Europe/Paris", "2026-07-01", 17h + 29min), "2026-07-01T15:29:00Z 2026-07-01T17:29:00");
  EXPECT_EQ(sent(office, "Europe/Paris", "2026-07-01", 17h + 30min), "never");  // the end is not included
  EXPECT_EQ(sent(office, "Asia/Kolkata", "2026-07-01"), "2026-07-01T03:30:00Z 2026-07-01T09:00:00");
  EXPECT_EQ(sent(office, "America/New_York", "2026-07-01"), "2026-07-01T13:00:00Z 2026-07-01T09:00:00");
}

TEST(Delivery, QuietHoursCrossMidnight) {
  EXPECT_EQ(not_at_night.spans(), (std::vector<ClockSpan>{{7h, 22h}}));
  EXPECT_EQ(sent(not_at_night, "Europe/Paris", "2026-07-01"), "2026-07-01T05:00:00Z 2026-07-01T07:00:00");
  EXPECT_EQ(sent(not_at_night, "Europe/Paris", "2026-07-01", 21h + 59min), "2026-07-01T19:59:00Z 2026-07-01T21:59:00");
  EXPECT_EQ(sent(not_at_night, "Europe/Paris", "2026-07-01", 22h), "never");
  EXPECT_EQ(DeliveryWindow::make({}, ClockSpan{22h, 0h}).value().spans(), (std::vector<ClockSpan>{{0h, 22h}}));
}

TEST(Delivery, QuietHoursInTheMiddleLeaveTwoSpans) {
  const auto lunch = DeliveryWindow::make({9h, 17h}, ClockSpan{12h, 14h}).value();
  EXPECT_EQ(lunch.spans(), (std::vector<ClockSpan>{{9h, 12h}, {14h, 17h}}));
  EXPECT_EQ(sent(lunch, "UTC", "2026-07-01", 11h + 59min), "2026-07-01T11:59:00Z 2026-07-01T11:59:00");
  EXPECT_EQ(sent(lunch, "UTC", "2026-07-01", 12h), "2026-07-01T14:00:00Z 2026-07-01T14:00:00");
  EXPECT_EQ(DeliveryWindow::make({6h, 23h}, ClockSpan{22h, 7h}).value().spans(), (std::vector<ClockSpan>{{7h, 22h}}));
}

TEST(Delivery, AnHourThatClocksSkip) {
  EXPECT_EQ(sent(always, "Europe/Paris", "2026-03-29", 2h + 30min), "2026-03-29T01:00:00Z 2026-03-29T03:00:00");
  EXPECT_EQ(sent(office, "Europe/Paris", "2026-03-29"), "2026-03-29T07:00:00Z 2026-03-29T09:00:00");
  EXPECT_EQ(sent(always, "America/New_York", "2026-03-08", 2h), "2026-03-08T07:00:00Z 2026-03-08T03:00:00");
  EXPECT_EQ(sent(always, "Australia/Lord_Howe", "2026-10-04", 2h + 15min), "2026-10-03T15:30:00Z 2026-10-04T02:30:00");
  EXPECT_EQ(sent(always, "America/Sao_Paulo", "2018-11-04"), "2018-11-04T03:00:00Z 2018-11-04T01:00:00");  // midnight
}

TEST(Delivery, AWindowInTheSkippedHour) {
  // All of it is skipped: nothing on this day, and nothing at a time outside the window.
  EXPECT_EQ(sent(DeliveryWindow::make({2h, 3h}).value(), "Europe/Paris", "2026-03-29"), "never");
  EXPECT_EQ(sent(DeliveryWindow::make({2h, 3h}).value(), "Europe/Paris", "2026-03-30"), "2026-03-30T00:00:00Z 2026-03-30T02:00:00");
  // The first span is skipped, the second is not; and the gap ends in quiet hours.
  const auto split = DeliveryWindow::make({2h, 8h}, ClockSpan{2h + 45min, 5h}).value();
  EXPECT_EQ(sent(split, "Europe/Paris", "2026-03-29"), "2026-03-29T03:00:00Z 2026-03-29T05:00:00");
}

TEST(Delivery, AnHourThatClocksShowTwice) {
  EXPECT_EQ(sent(always, "Europe/Paris", "2026-10-25", 2h + 30min), "2026-10-25T00:30:00Z 2026-10-25T02:30:00");
  EXPECT_EQ(sent(office, "Europe/Paris", "2026-10-25"), "2026-10-25T08:00:00Z 2026-10-25T09:00:00");
  EXPECT_EQ(sent(always, "America/New_York", "2026-11-01", 1h + 30min), "2026-11-01T05:30:00Z 2026-11-01T01:30:00");
  EXPECT_EQ(sent(always, "Australia/Lord_Howe", "2026-04-05", 1h + 45min), "2026-04-04T14:45:00Z 2026-04-05T01:45:00");
}

TEST(Delivery, ADayThatAZoneSkipped) {
  EXPECT_EQ(sent(always, "Pacific/Apia", "2011-12-29", 23h + 59min), "2011-12-30T09:59:00Z 2011-12-29T23:59:00");
  EXPECT_EQ(sent(always, "Pacific/Apia", "2011-12-30"), "never");
  EXPECT_EQ(sent(office, "Pacific/Apia", "2011-12-30"), "never");
  EXPECT_EQ(sent(always, "Pacific/Apia", "2011-12-31"), "2011-12-30T10:00:00Z 2011-12-31T00:00:00");
}

/// The first minute of the local day that is allowed, by looking at all instants around it.
std::optional<Delivery> by_trying(const DeliveryWindow& window, const Zone& in, Date day, ClockTime wished) {
  for (Instant at = Instant{day} - 30h; at < Instant{day} + 54h; at += 1min) {
    const Local shown = in.to_local(at);
    const auto time = shown.time_since_epoch() - day.time_since_epoch();
    if (time < 0h || time >= 24h || time < wished) continue;
    if (std::ranges::any_of(window.spans(), [&](const ClockSpan& one) { return time >= one.from && time < one.to; }))
      return Delivery{at, shown};
  }
  return std::nullopt;
}

TEST(DeliveryLaws, AgreesWithTryingEveryMinuteAroundChangesOfTheClock) {
  const std::vector<DeliveryWindow> windows{always,
                                            office,
                                            not_at_night,
                                            DeliveryWindow::make({1h, 4h}, ClockSpan{1h + 40min, 2h + 50min}).value(),
                                            DeliveryWindow::make({2h, 3h}).value(),
                                            DeliveryWindow::make({23h, 24h}).value(),
                                            DeliveryWindow::make({0h, 1h}).value()};
  constexpr struct {
    std::string_view zone, day;
  } changes[] = {{"Europe/Paris", "2026-03-29"},      {"Europe/Paris", "2026-10-25"},        {"America/New_York", "2026-03-08"},
                 {"America/New_York", "2026-11-01"},  {"Australia/Lord_Howe", "2026-04-05"}, {"Australia/Lord_Howe", "2026-10-04"},
                 {"America/Sao_Paulo", "2018-11-04"}, {"America/Sao_Paulo", "2019-02-16"},   {"America/Nuuk", "2026-03-28"},
                 {"America/Nuuk", "2026-10-24"},      {"Pacific/Apia", "2011-12-30"},        {"Africa/Casablanca", "2024-03-10"},
                 {"Africa/Casablanca", "2024-04-14"}};
  for (const auto& change : changes) {
    const Zone in = zone(change.zone);
    for (int offset = -1; offset <= 1; ++offset) {
      const Date day = date(change.day) + std::chrono::days{offset};
      for (const DeliveryWindow& window : windows) {
        for (ClockTime wished{0}; wished <= 24h; wished += 25min) {
          ASSERT_EQ(window.first(in, day, wished), by_trying(window, in, day, wished))
              << change.zone << " " << format_date(day) << " " << wished.count();
        }
      }
    }
  }
}

TEST(Delivery, RefusesWhatLeavesNothing) {
  const auto refusal = [](ClockSpan window, std::optional<ClockSpan> quiet = std::nullopt) {
    return DeliveryWindow::make(window, quiet).error().what;
  };
  EXPECT_EQ(
      refusal({22h, 23h}, ClockSpan{21h + 30min, 7h}),
      "quiet hours 21:30 to 07:00 leave nothing of the delivery window 22:00 to 23:00; expected some time of the window outside them");
  EXPECT_EQ(refusal({9h, 17h}, ClockSpan{0h, 24h}).substr(0, 40), "quiet hours 00:00 to 24:00 leave nothing");
  EXPECT_EQ(refusal({9h, 9h}),
            "delivery window 09:00 to 09:00 does not fit; expected two times of one day from 00:00 to 24:00, the earlier first");
  EXPECT_EQ(refusal({22h, 7h}).substr(0, 40), "delivery window 22:00 to 07:00 does not ");
  EXPECT_EQ(refusal({-1min, 7h}).substr(0, 31), "delivery window -1 minutes to 0");
  EXPECT_EQ(refusal({9h, 17h}, ClockSpan{22h, 22h}),
            "quiet hours 22:00 to 22:00 do not fit; expected two different times from 00:00 to 24:00");
  EXPECT_THROW((void)always.first(Zone::utc(), date("2026-01-01"), 24h + 1min), perdure::Exception);
  EXPECT_THROW((void)always.first(Zone::utc(), date("2026-01-01"), -1min), perdure::Exception);
}

}  // namespace
