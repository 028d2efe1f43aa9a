#include "support.hpp"

#include <perdure/time/zone.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// POSIX TZ rules: the three forms of a day, times beyond a day, and what is refused.
namespace {

using namespace std::chrono_literals;
using perdure::time::format_instant;
using perdure::time::Instant;
using perdure::time::Zone;
using perdure_test::instant;
using testing::ElementsAre;
using testing::HasSubstr;

/// The instants of a year at which the offset changes, to the minute.
std::vector<std::string> switches(std::string_view rule, std::string_view year) {
  const Zone z = Zone::from_posix("Test", rule).value();
  std::vector<std::string> found;
  Instant t = instant(std::string{year} + "-01-01T00:00:00Z");
  for (int minute = 0; minute < 366 * 24 * 60; ++minute, t += 1min) {
    if (z.offset(t) != z.offset(t - 1min)) found.push_back(format_instant(t));
  }
  return found;
}

TEST(PosixRule, FixedOffsetsCountWestOfGreenwich) {
  const Instant t = instant("2026-07-01T00:00:00Z");
  EXPECT_EQ(Zone::from_posix("Z", "CET-1").value().offset(t), 1h);
  EXPECT_EQ(Zone::from_posix("Z", "EST5").value().offset(t), -5h);
  EXPECT_EQ(Zone::from_posix("Z", "EST+5").value().offset(t), -5h);
  EXPECT_EQ(Zone::from_posix("Z", "IST-5:30").value().offset(t), 5h + 30min);
  EXPECT_EQ(Zone::from_posix("Z", "<-0040>0:40:17").value().offset(t), -(40min + 17s));
  EXPECT_EQ(Zone::from_posix("Z", "AAA-24:59:59").value().offset(t), 24h + 59min + 59s);
}

TEST(PosixRule, WeekdaysOfMonths) {
  EXPECT_THAT(switches("CET-1CEST,M3.5.0,M10.5.0/3", "2026"), ElementsAre("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"));
  EXPECT_THAT(switches("EST5EDT,M3.2.0,M11.1.0", "2026"), ElementsAre("2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"));
  EXPECT_THAT(switches("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026"), ElementsAre("2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"));
  EXPECT_THAT(switches("IST-1GMT0,M10.5.0,M3.5.0/1", "2026"), ElementsAre("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"));
}

TEST(PosixRule, TimesBeforeMidnightAndBeyondADay) {
  EXPECT_THAT(switches("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026"), ElementsAre("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"));
  // Thursday of the fourth week and 50 hours: Saturday 02:00.
  EXPECT_THAT(switches("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026"), ElementsAre("2026-03-28T00:00:00Z", "2026-10-23T23:00:00Z"));
  EXPECT_THAT(switches("AAA0BBB,M6.1.1/-167,M8.1.1/167:30", "2026"), ElementsAre("2026-05-25T01:00:00Z", "2026-08-09T22:30:00Z"));
}

TEST(PosixRule, DaysWithAndWithoutTheLeapDay) {
  EXPECT_THAT(switches("AAA0BBB,J59/0,J60/0", "2024"), ElementsAre("2024-02-28T00:00:00Z", "2024-02-29T23:00:00Z"));
  EXPECT_THAT(switches("AAA0BBB,J59/0,J60/0", "2025"), ElementsAre("2025-02-28T00:00:00Z", "2025-02-28T23:00:00Z"));
  EXPECT_THAT(switches("AAA0BBB,58/0,59/0", "2024"), ElementsAre("2024-02-28T00:00:00Z", "2024-02-28T23:00:00Z"));
  EXPECT_THAT(switches("AAA0BBB,59/0,60/0", "2024"), ElementsAre("2024-02-29T00:00:00Z", "2024-02-29T23:00:00Z"));
  EXPECT_THAT(switches("AAA0BBB,59/0,60/0", "2025"), ElementsAre("2025-03-01T00:00:00Z", "2025-03-01T23:00:00Z"));
}

TEST(PosixRule, DaylightTimeAllYearLong) {
  // As RFC 9636 writes it: from 1 January 00:00 to 31 December 25:00.
  const Zone z = Zone::from_posix("Z", "EST5EDT,0/0,J365/25").value();
  for (const std::string_view text :
       {"1500-06-01T00:00:00Z", "2026-01-01T04:59:59Z", "2026-01-01T05:00:00Z", "2026-07-01T00:00:00Z", "2027-01-01T05:00:00Z"}) {
    EXPECT_EQ(z.offset(instant(text)), -4h) << text;
  }
}

TEST(PosixRule, IsInForceFromTheFirstYear) {
  const Zone south = Zone::from_posix("Z", "AAA-10BBB,M10.1.0,M4.1.0/3").value();
  EXPECT_EQ(south.offset(instant("1400-01-01T00:00:00Z")), 11h);
  EXPECT_EQ(south.offset(instant("1400-07-01T00:00:00Z")), 10h);
}

TEST(PosixRule, RefusesWhatItCannotRead) {
  for (const std::string_view rule : {"",
                                      "CET",
                                      "CE-1",
                                      "-1",
                                      "<CET-1",
                                      "<C>-1",
                                      "CET-1CEST",
                                      "CET-1CEST,",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M3.5.0,M10.5.0/3x",
                                      "CET-25",
                                      "CET-1:60",
                                      "CET-1:5",
                                      "CET-1CEST,M13.1.0,M10.5.0",
                                      "CET-1CEST,M0.1.0,M10.5.0",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.0.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,J0,J100",
                                      "CET-1CEST,J366,J100",
                                      "CET-1CEST,366,100",
                                      "CET-1CEST,M3.5.0/168,M10.5.0",
                                      "CET-1CEST,M3.5.0/-168,M10.5.0",
                                      "CET-1CEST,M3.5.0/+-1,M10.5.0",
                                      ":Europe/Paris",
                                      "CET-1 ",
                                      "CET-1,M3.5.0,M10.5.0",
                                      "CET-9999999999"}) {
    const auto z = Zone::from_posix("Z", rule);
    ASSERT_FALSE(z) << rule;
    EXPECT_THAT(z.error().what, HasSubstr("time zone rule \"" + std::string{rule} + "\" is not a POSIX TZ rule"));
  }
}

}  // namespace
