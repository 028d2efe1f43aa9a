#include "support.hpp"

#include <perdure/time/date.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using perdure::time::format_date;
using perdure::time::format_instant;
using perdure::time::format_local;
using perdure::time::Instant;
using perdure::time::parse_date;
using perdure::time::parse_instant;
using perdure::time::parse_local;
using testing::HasSubstr;

TEST(Date, EveryDayRoundTrips) {
  std::string before;
  for (auto d = perdure::time::first_date; d <= perdure::time::last_date; d += std::chrono::days{1}) {
    const std::string text = format_date(d);
    ASSERT_LT(before, text);
    ASSERT_EQ(parse_date(text).value(), d);
    before = text;
  }
  EXPECT_EQ(before, "9999-12-31");
}

TEST(Date, KnownDays) {
  EXPECT_EQ(parse_date("1970-01-01").value().time_since_epoch().count(), 0);
  EXPECT_EQ(parse_date("2026-09-01").value().time_since_epoch().count(), 20'697);  // 56 years, 14 leap days, 243 days
  EXPECT_EQ(parse_date("1400-01-01").value(), perdure::time::first_date);
}

TEST(Date, RefusesWhatIsNoDayAndSaysWhy) {
  for (const std::string_view text : {"2026-02-30", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00"}) {
    const auto parsed = parse_date(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().what, HasSubstr("\"" + std::string{text} + "\" names a day that does not exist"));
  }
  for (const std::string_view text : {"1399-12-31", "0001-01-01", "0000-01-01"}) {
    const auto parsed = parse_date(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().what, HasSubstr("outside the years 1400 to 9999"));
  }
  for (const std::string_view text : {"", "2026", "2026-9-1", "20260901", "01/09/2026", "26-09-01", "-2026-09-01", "10000-01-01",
                                      " 2026-09-01", "2026-09-011", "2026-0a-01", "2026-09-"}) {
    const auto parsed = parse_date(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().what, HasSubstr("\"" + std::string{text} + "\" is not of the form YYYY-MM-DD"));
  }
  EXPECT_THAT(parse_date("2026-09-01T00:00").error().what, HasSubstr("has text after the day"));
}

TEST(Date, AMessageStaysOneShortLine) {
  const auto parsed = parse_date(std::string(1'000'000, 'x') + "\n");
  ASSERT_FALSE(parsed);
  EXPECT_LT(parsed.error().what.size(), 150U);
  EXPECT_THAT(parse_date("a\nb").error().what, HasSubstr("\"a?b\""));
}

TEST(Instant, ReadsOffsetsAndFractions) {
  const Instant expected{parse_date("2026-09-01").value() + 8h + 30min};
  for (const std::string_view text :
       {"2026-09-01T08:30:00Z", "2026-09-01 08:30:00z", "2026-09-01T08:30Z", "2026-09-01T10:30:00+02:00", "2026-09-01T04:00:00.000-04:30",
        "2026-08-31T18:30:00-14:00", "2026-09-02T08:29:00+23:59", "2026-09-01T08:30:00.000999999Z"}) {
    const auto parsed = parse_instant(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().what;
    EXPECT_EQ(*parsed, expected) << text;
  }
  EXPECT_EQ(parse_instant("2026-09-01T08:30:00.5Z").value(), expected + 500ms);
  EXPECT_EQ(parse_instant("1969-12-31T23:59:59.999Z").value().time_since_epoch().count(), -1);
}

TEST(Instant, RefusesNaiveAndImpossibleTimes) {
  EXPECT_THAT(parse_instant("2026-09-01T08:30:00").error().what, HasSubstr("has no offset from UTC"));
  EXPECT_THAT(parse_instant("2026-02-30T08:30:00Z").error().what, HasSubstr("does not exist"));
  EXPECT_THAT(parse_instant("2026-09-01").error().what, HasSubstr("has no time of day"));
  EXPECT_THAT(parse_instant("9999-12-31T23:59:59-01:00").error().what, HasSubstr("1400 to 9999 in UTC"));
  EXPECT_THAT(parse_instant("1400-01-01T00:00:00+01:00").error().what, HasSubstr("1400 to 9999 in UTC"));
  for (const std::string_view text : {"2026-09-01T24:00:00Z", "2026-09-01T23:60:00Z", "2026-09-01T23:59:60Z", "2026-09-01T8:30Z",
                                      "2026-09-01T08:30:00.Z", "2026-09-01T08:30:00.1234567890Z"}) {
    EXPECT_THAT(parse_instant(text).error().what, HasSubstr("not on the clock")) << text;
  }
  for (const std::string_view text : {"2026-09-01T08:30:00+2", "2026-09-01T08:30:00+0200", "2026-09-01T08:30:00+24:00",
                                      "2026-09-01T08:30:00Z ", "2026-09-01T08:30:00 UTC"}) {
    EXPECT_THAT(parse_instant(text).error().what, HasSubstr("does not end in Z or an offset")) << text;
  }
}

TEST(Instant, RoundTrips) {
  for (const std::int64_t ms :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{1'788'250'200'123}, std::int64_t{-17'987'443'200'000}}) {
    const Instant t{std::chrono::milliseconds{ms}};
    EXPECT_EQ(parse_instant(format_instant(t)).value(), t);
  }
  EXPECT_EQ(format_instant(perdure::time::first_instant), "1400-01-01T00:00:00Z");
  EXPECT_EQ(format_instant(perdure::time::last_instant), "9999-12-31T23:59:59.999Z");
  EXPECT_THROW((void)format_instant(perdure::time::last_instant + 1ms), perdure::Exception);
  EXPECT_THROW((void)format_date(perdure::time::first_date - std::chrono::days{1}), perdure::Exception);
}

TEST(Local, ReadsClocksWithoutOffset) {
  EXPECT_EQ(format_local(parse_local("2026-09-01 08:30").value()), "2026-09-01T08:30:00");
  EXPECT_THAT(parse_local("2026-09-01T08:30:00Z").error().what, HasSubstr("without an offset"));
}

}  // namespace
