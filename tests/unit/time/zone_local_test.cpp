#include "support.hpp"

#include <perdure/time/zone.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string_view>

/// From the wall clock to the instant: gaps, overlaps, and laws on random times.
namespace {

using namespace std::chrono_literals;
using perdure::time::ClockKind;
using perdure::time::format_instant;
using perdure::time::Instant;
using perdure::time::Local;
using perdure::time::Resolved;
using perdure::time::Zone;
using perdure_test::instant;
using perdure_test::local;
using perdure_test::zone;

struct Case {
  std::string_view zone, local;
  ClockKind kind;
  std::string_view instant, last;
};

constexpr Case cases[] = {
    // An hour is skipped: the whole of it leads to the first instant after.
    {"Europe/Paris", "2026-03-29T01:59:59", ClockKind::unique, "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"},
    {"Europe/Paris", "2026-03-29T02:00:00", ClockKind::gap, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Paris", "2026-03-29T02:30:00", ClockKind::gap, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Paris", "2026-03-29T02:59:59.999", ClockKind::gap, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Paris", "2026-03-29T03:00:00", ClockKind::unique, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    // An hour occurs twice.
    {"Europe/Paris", "2026-10-25T01:59:59", ClockKind::unique, "2026-10-24T23:59:59Z", "2026-10-24T23:59:59Z"},
    {"Europe/Paris", "2026-10-25T02:00:00", ClockKind::overlap, "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
    {"Europe/Paris", "2026-10-25T02:59:59", ClockKind::overlap, "2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"},
    {"Europe/Paris", "2026-10-25T03:00:00", ClockKind::unique, "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z"},
    {"Europe/Kyiv", "2026-03-29T03:30:00", ClockKind::gap, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Kyiv", "2026-10-25T03:30:00", ClockKind::overlap, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
    {"America/New_York", "2026-03-08T02:30:00", ClockKind::gap, "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z"},
    {"America/New_York", "2026-11-01T01:30:00", ClockKind::overlap, "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"},
    // Midnight does not exist, and the hour before midnight occurs twice.
    {"America/Sao_Paulo", "2018-11-04T00:00:00", ClockKind::gap, "2018-11-04T03:00:00Z", "2018-11-04T03:00:00Z"},
    {"America/Sao_Paulo", "2019-02-16T23:15:00", ClockKind::overlap, "2019-02-17T01:15:00Z", "2019-02-17T02:15:00Z"},
    // Daylight time of half an hour.
    {"Australia/Lord_Howe", "2026-10-04T02:15:00", ClockKind::gap, "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"},
    {"Australia/Lord_Howe", "2026-10-04T02:30:00", ClockKind::unique, "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"},
    {"Australia/Lord_Howe", "2026-04-05T01:45:00", ClockKind::overlap, "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
    // A day is skipped.
    {"Pacific/Apia", "2011-12-29T23:59:59", ClockKind::unique, "2011-12-30T09:59:59Z", "2011-12-30T09:59:59Z"},
    {"Pacific/Apia", "2011-12-30T00:00:00", ClockKind::gap, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "2011-12-30T23:59:59", ClockKind::gap, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "2011-12-31T00:00:00", ClockKind::unique, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
    // The switch is on Saturday evening, written as a negative time on Sunday.
    {"America/Nuuk", "2026-03-28T23:30:00", ClockKind::gap, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"America/Nuuk", "2026-10-24T23:30:00", ClockKind::overlap, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
    // The clock goes back for Ramadan and forward after it.
    {"Africa/Casablanca", "2024-03-10T02:30:00", ClockKind::overlap, "2024-03-10T01:30:00Z", "2024-03-10T02:30:00Z"},
    {"Africa/Casablanca", "2024-04-14T02:30:00", ClockKind::gap, "2024-04-14T02:00:00Z", "2024-04-14T02:00:00Z"},
    // Daylight time is negative, in winter.
    {"Europe/Dublin", "2026-03-29T01:30:00", ClockKind::gap, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Dublin", "2026-10-25T01:30:00", ClockKind::overlap, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
    {"Asia/Kolkata", "2026-03-29T02:30:00", ClockKind::unique, "2026-03-28T21:00:00Z", "2026-03-28T21:00:00Z"},
    // By the rule of the footer: 28 March and 31 October 2500 are the last Sundays.
    {"Europe/Paris", "2500-03-28T02:30:00", ClockKind::gap, "2500-03-28T01:00:00Z", "2500-03-28T01:00:00Z"},
    {"Europe/Paris", "2500-10-31T02:30:00", ClockKind::overlap, "2500-10-31T00:30:00Z", "2500-10-31T01:30:00Z"},
};

TEST(ZoneLocal, GapsAndOverlaps) {
  for (const Case& one : cases) {
    const Resolved resolved = zone(one.zone).to_instant(local(one.local));
    EXPECT_EQ(resolved.kind, one.kind) << one.zone << " " << one.local;
    EXPECT_EQ(format_instant(resolved.instant), one.instant) << one.zone << " " << one.local;
    EXPECT_EQ(format_instant(resolved.last), one.last) << one.zone << " " << one.local;
  }
}

TEST(ZoneLocal, EveryInstantIsFoundAgain) {
  std::mt19937_64 bits{7};
  for (const std::string_view name : {"Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "America/Nuuk",
                                      "Africa/Casablanca", "Europe/Dublin", "Pacific/Kwajalein", "Antarctica/Troll", "UTC"}) {
    const Zone z = zone(name);
    for (int i = 0; i < 20'000; ++i) {
      const Instant t = instant("1850-01-01T00:00:00Z") + std::chrono::seconds{static_cast<std::int64_t>(bits() % 20'600'000'000U)};
      const Local wall = z.to_local(t);
      const Resolved resolved = z.to_instant(wall);
      ASSERT_NE(resolved.kind, ClockKind::gap);
      ASSERT_TRUE(resolved.instant == t || resolved.last == t);
      ASSERT_LE(resolved.instant, resolved.last);
      ASSERT_EQ(resolved.kind == ClockKind::unique, resolved.instant == resolved.last);
      ASSERT_EQ(z.to_local(resolved.instant), wall);
      ASSERT_EQ(z.to_local(resolved.last), wall);
    }
  }
}

TEST(ZoneLocal, AGapLeadsToTheFirstInstantAfter) {
  for (const std::string_view name : {"Europe/Paris", "Pacific/Apia", "Australia/Lord_Howe", "America/Nuuk"}) {
    const Zone z = zone(name);
    int gaps = 0;
    for (Local wall = local("1990-01-01T00:15:00"); wall < local("2045-01-01T00:00:00"); wall += 30min) {
      const Resolved resolved = z.to_instant(wall);
      if (resolved.kind != ClockKind::gap) continue;
      ++gaps;
      ASSERT_GT(z.to_local(resolved.instant), wall);
      ASSERT_LT(z.to_local(resolved.instant - 1ms), wall);
    }
    EXPECT_GT(gaps, 10) << name;
  }
}

TEST(ZoneLocal, SwitchesCloserThanTheirJumpsAreSortedOut) {
  // Ten minutes of daylight time with a jump of two hours: three intervals meet in one stretch of the wall clock.
  const Zone z = Zone::from_posix("Odd", "AAA0BBB-2,J100/0,J100/2:10").value();
  // Standard time up to 10 April 00:00 UTC, two hours ahead to 00:10 UTC, standard again.
  const Resolved jumped = z.to_instant(local("2025-04-10T02:05:00"));
  EXPECT_EQ(jumped.kind, ClockKind::overlap);
  EXPECT_EQ(format_instant(jumped.instant), "2025-04-10T00:05:00Z");
  EXPECT_EQ(format_instant(jumped.last), "2025-04-10T02:05:00Z");
  const Resolved skipped = z.to_instant(local("2025-04-10T00:05:00"));
  EXPECT_EQ(skipped.kind, ClockKind::gap);
  const Resolved later = z.to_instant(local("2025-04-10T01:00:00"));
  EXPECT_EQ(later.kind, ClockKind::unique);
  EXPECT_EQ(format_instant(later.instant), "2025-04-10T01:00:00Z");
}

}  // namespace
