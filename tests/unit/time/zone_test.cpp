#include "support.hpp"

#include <perdure/time/zone.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using perdure::time::format_local;
using perdure::time::Instant;
using perdure::time::Zone;
using perdure_test::instant;
using perdure_test::zone;
using testing::HasSubstr;

struct Golden {
  std::string_view zone, utc, local;
};

/// Wall clocks as Python's zoneinfo gives them on the tz database 2025b: around switches, and before and after the tables of the files.
constexpr Golden goldens[] = {
    {"Europe/Paris", "1905-06-01T00:00:00Z", "1905-06-01T00:09:21"},
    {"Europe/Paris", "1940-06-14T22:00:00Z", "1940-06-15T00:00:00"},
    {"Europe/Paris", "1976-07-01T12:00:00Z", "1976-07-01T14:00:00"},
    {"Europe/Paris", "2026-01-15T12:00:00Z", "2026-01-15T13:00:00"},
    {"Europe/Paris", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59"},
    {"Europe/Paris", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00"},
    {"Europe/Paris", "2026-10-25T00:59:59Z", "2026-10-25T02:59:59"},
    {"Europe/Paris", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00"},
    {"Europe/Paris", "2500-07-01T00:00:00Z", "2500-07-01T02:00:00"},
    {"Europe/Paris", "2500-12-31T23:59:59Z", "2501-01-01T00:59:59"},
    {"Europe/Kyiv", "1990-08-01T00:00:00Z", "1990-08-01T03:00:00"},
    {"Europe/Kyiv", "1991-08-24T18:00:00Z", "1991-08-24T21:00:00"},
    {"Europe/Kyiv", "2026-03-29T00:59:59Z", "2026-03-29T02:59:59"},
    {"Europe/Kyiv", "2026-03-29T01:00:00Z", "2026-03-29T04:00:00"},
    {"Europe/Kyiv", "2026-10-25T01:00:00Z", "2026-10-25T03:00:00"},
    {"America/New_York", "1883-11-18T17:00:00Z", "1883-11-18T12:00:00"},
    {"America/New_York", "1918-07-01T12:00:00Z", "1918-07-01T08:00:00"},
    {"America/New_York", "1974-01-06T07:00:00Z", "1974-01-06T03:00:00"},
    {"America/New_York", "2006-03-20T12:00:00Z", "2006-03-20T07:00:00"},
    {"America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59"},
    {"America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00"},
    {"America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T01:59:59"},
    {"America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T01:00:00"},
    {"America/New_York", "2500-07-01T00:00:00Z", "2500-06-30T20:00:00"},
    {"America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-03T23:59:59"},
    {"America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04T01:00:00"},
    {"America/Sao_Paulo", "2019-02-17T01:59:59Z", "2019-02-16T23:59:59"},
    {"America/Sao_Paulo", "2019-02-17T02:00:00Z", "2019-02-16T23:00:00"},
    {"America/Sao_Paulo", "2026-01-01T00:00:00Z", "2025-12-31T21:00:00"},
    {"America/Sao_Paulo", "2500-01-01T00:00:00Z", "2499-12-31T21:00:00"},
    {"Asia/Kolkata", "1943-01-01T00:00:00Z", "1943-01-01T06:30:00"},
    {"Asia/Kolkata", "2026-07-01T00:00:00Z", "2026-07-01T05:30:00"},
    {"Asia/Kolkata", "2500-07-01T00:00:00Z", "2500-07-01T05:30:00"},
    {"Australia/Lord_Howe", "1984-01-01T00:00:00Z", "1984-01-01T11:30:00"},
    {"Australia/Lord_Howe", "2026-04-04T14:59:59Z", "2026-04-05T01:59:59"},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05T01:30:00"},
    {"Australia/Lord_Howe", "2026-10-03T15:29:59Z", "2026-10-04T01:59:59"},
    {"Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-04T02:30:00"},
    {"Australia/Lord_Howe", "2500-01-01T00:00:00Z", "2500-01-01T11:00:00"},
    {"Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T23:59:59"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00"},
    {"Pacific/Apia", "2012-07-01T00:00:00Z", "2012-07-01T13:00:00"},
    {"Pacific/Apia", "2026-07-01T00:00:00Z", "2026-07-01T13:00:00"},
    {"America/Nuuk", "2022-07-01T00:00:00Z", "2022-06-30T22:00:00"},
    {"America/Nuuk", "2023-07-01T00:00:00Z", "2023-06-30T22:00:00"},
    {"America/Nuuk", "2026-03-29T00:59:59Z", "2026-03-28T22:59:59"},
    {"America/Nuuk", "2026-03-29T01:00:00Z", "2026-03-29T00:00:00"},
    {"America/Nuuk", "2026-10-25T00:59:59Z", "2026-10-24T23:59:59"},
    {"America/Nuuk", "2026-10-25T01:00:00Z", "2026-10-24T23:00:00"},
    {"America/Nuuk", "2500-07-01T00:00:00Z", "2500-06-30T23:00:00"},
    {"America/Nuuk", "2500-01-01T00:00:00Z", "2499-12-31T22:00:00"},
    {"Africa/Casablanca", "2018-10-28T02:00:00Z", "2018-10-28T03:00:00"},
    {"Africa/Casablanca", "2024-03-10T01:59:59Z", "2024-03-10T02:59:59"},
    {"Africa/Casablanca", "2024-03-10T02:00:00Z", "2024-03-10T02:00:00"},
    {"Africa/Casablanca", "2024-04-14T01:59:59Z", "2024-04-14T01:59:59"},
    {"Africa/Casablanca", "2024-04-14T02:00:00Z", "2024-04-14T03:00:00"},
    {"Africa/Casablanca", "2024-07-01T00:00:00Z", "2024-07-01T01:00:00"},
    {"Europe/Dublin", "1916-07-01T00:00:00Z", "1916-07-01T00:34:39"},
    {"Europe/Dublin", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00"},
    {"Europe/Dublin", "2026-01-15T12:00:00Z", "2026-01-15T12:00:00"},
    {"Europe/Dublin", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59"},
    {"Europe/Dublin", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00"},
    {"Europe/Dublin", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59"},
    {"Europe/Dublin", "2026-10-25T01:00:00Z", "2026-10-25T01:00:00"},
    {"Europe/Dublin", "2500-07-01T00:00:00Z", "2500-07-01T01:00:00"},
};

TEST(Zone, GoldenWallClocks) {
  for (const Golden& golden : goldens) {
    const Zone z = zone(golden.zone);
    const Instant t = instant(golden.utc);
    EXPECT_EQ(format_local(z.to_local(t)), golden.local) << golden.zone << " " << golden.utc;
    EXPECT_EQ(z.to_local(t).time_since_epoch() - t.time_since_epoch(), z.offset(t));
  }
}

TEST(Zone, BeforeTheFirstTransitionTheFirstTypeHolds) {
  EXPECT_EQ(zone("Europe/Paris").offset(instant("1400-01-01T00:00:00Z")), 9min + 21s);  // local mean time
  EXPECT_EQ(zone("Asia/Kolkata").offset(instant("1500-01-01T00:00:00Z")), 5h + 53min + 28s);
}

TEST(Zone, TheRuleHoldsToTheEndOfTheRange) {
  const Zone paris = zone("Europe/Paris");
  // The Gregorian calendar repeats every 400 years.
  for (const std::string_view year : {"2101", "2500", "2501", "6501", "9701"}) {
    EXPECT_EQ(paris.offset(instant(std::string{year} + "-01-15T12:00:00Z")), 1h) << year;
    EXPECT_EQ(paris.offset(instant(std::string{year} + "-07-15T12:00:00Z")), 2h) << year;
  }
  EXPECT_EQ(paris.offset(perdure::time::last_instant), 1h);
  for (Instant t = instant("2040-01-01T00:30:00Z"); t < instant("2120-01-01T00:00:00Z"); t += 24h * 5) {
    const std::chrono::days cycle{146'097};
    for (int k = 1; k < 19; ++k) ASSERT_EQ(paris.offset(t), paris.offset(t + k * cycle));
    const auto far = paris.to_instant(paris.to_local(t) + 19 * cycle);
    ASSERT_EQ(far.instant, t + 19 * cycle);
  }
}

TEST(Zone, UtcNeedsNoDatabase) {
  const std::vector<std::string> nowhere;
  for (const std::string_view name : {"UTC", "Etc/UTC"}) {
    const Zone z = Zone::load(name, nowhere).value();
    EXPECT_EQ(z.name(), name);
    EXPECT_EQ(z.offset(instant("2026-07-01T00:00:00Z")), 0s);
  }
  EXPECT_EQ(Zone{}, Zone::utc());
  EXPECT_EQ(Zone::utc().name(), "UTC");
}

TEST(Zone, AnUnknownNameIsNamedWithTheFoldersSearched) {
  const std::vector<std::string> folders{"/nowhere/one", "/nowhere/two"};
  const auto z = Zone::load("Mars/Phobos", folders);
  ASSERT_FALSE(z);
  EXPECT_EQ(z.error().code, perdure::Errc::not_found);
  EXPECT_THAT(z.error().what,
              HasSubstr("time zone \"Mars/Phobos\" is not in the time zone database (searched /nowhere/one, /nowhere/two)"));
}

TEST(Zone, ANameCannotLeaveTheFolder) {
  for (const std::string_view name : {"", "/", "..", "../zoneinfo/Europe/Paris", "Europe/../Europe/Paris", "Europe//Paris", "/Europe/Paris",
                                      "Europe/Paris/", "./UTC", "Europe\\Paris", "zone.tab", "Europe/Paris\n", "C:Paris", "Européen"}) {
    const auto z = Zone::load(name);
    ASSERT_FALSE(z) << name;
    EXPECT_EQ(z.error().code, perdure::Errc::unknown_name) << name;
    EXPECT_THAT(z.error().what, HasSubstr("Europe/Paris"));
  }
  EXPECT_FALSE(Zone::load(std::string_view{"Europe/Paris\0x", 14}));
  EXPECT_FALSE(Zone::load(std::string(5000, 'x')));
  for (const char* no_place : {"localtime", "posixrules", "Factory", "posix/posixrules"}) EXPECT_FALSE(Zone::load(no_place)) << no_place;
  EXPECT_FALSE(Zone::load("Europe"));  // a folder
}

TEST(Zone, TimesOutOfRangeThrow) {
  EXPECT_THROW((void)Zone::utc().offset(perdure::time::last_instant + 1ms), perdure::Exception);
  EXPECT_THROW((void)Zone::utc().to_local(perdure::time::first_instant - 1ms), perdure::Exception);
  EXPECT_THROW((void)Zone::utc().to_instant(perdure::time::Local::max()), perdure::Exception);
}

TEST(Zone, ComparesNameAndOffsets) {
  const Zone paris = zone("Europe/Paris");
  const Zone copy = paris;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  EXPECT_EQ(copy, paris);
  EXPECT_EQ(zone("Europe/Paris"), paris);
  EXPECT_FALSE(zone("Europe/Berlin") == paris);
  EXPECT_FALSE(Zone::from_posix("Europe/Paris", "CET-1").value() == paris);
}

TEST(Zone, TheFolderOfTheVariableComesFirst) {
  const char* before = std::getenv("PERDURE_TZDIR");
  const std::string restored = before == nullptr ? "" : before;
  ::setenv("PERDURE_TZDIR", "/nowhere/of/ours", 1);
  EXPECT_EQ(perdure::time::default_zone_paths().front(), "/nowhere/of/ours");
  ::setenv("PERDURE_TZDIR", "", 1);
  EXPECT_NE(perdure::time::default_zone_paths().front(), "");
  ::setenv("PERDURE_TZDIR", restored.c_str(), 1);
}

TEST(Zone, TheZoneOfTheProcessPlaysNoPart) {
  const Instant t = instant("2026-07-01T12:00:00Z");
  for (const char* process_zone : {"Europe/Kyiv", "UTC", "America/New_York"}) {
    ::setenv("TZ", process_zone, 1);
    ::tzset();
    EXPECT_EQ(format_local(zone("Europe/Paris").to_local(t)), "2026-07-01T14:00:00");
  }
  ::unsetenv("TZ");
  ::tzset();
}

TEST(Zone, TheVersionOfTheDatabaseIsKnown) {
  const std::vector<std::string> nowhere{"/nowhere"};
  EXPECT_EQ(perdure::time::zone_database_version(nowhere).error().code, perdure::Errc::not_found);
  const auto version = perdure::time::zone_database_version(perdure::time::default_zone_paths());
  if (version) {
    EXPECT_THAT(*version, testing::StartsWith("20"));
  }
}

TEST(LocalDate, BeginsAtTheRolloverHour) {
  const Zone paris = zone("Europe/Paris");
  const auto day = [&](std::string_view utc, int hour) { return perdure::time::format_date(local_date(paris, instant(utc), hour)); };
  EXPECT_EQ(day("2026-06-30T21:59:59Z", 0), "2026-06-30");
  EXPECT_EQ(day("2026-06-30T22:00:00Z", 0), "2026-07-01");
  EXPECT_EQ(day("2026-07-01T01:59:59Z", 4), "2026-06-30");
  EXPECT_EQ(day("2026-07-01T02:00:00Z", 4), "2026-07-01");
  EXPECT_EQ(day("1969-12-31T22:59:59Z", 0), "1969-12-31");
  EXPECT_THROW((void)local_date(paris, instant("2026-07-01T02:00:00Z"), 24), perdure::Exception);
  EXPECT_THROW((void)local_date(paris, instant("2026-07-01T02:00:00Z"), -1), perdure::Exception);
}

}  // namespace
