#include "support.hpp"

#include <perdure/time/calendar.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace {

using perdure::time::Calendar;
using perdure::time::Date;
using perdure::time::parse_calendar;
using perdure::time::parse_roll;
using perdure::time::Roll;
using perdure_test::date;
using std::chrono::days;
using testing::HasSubstr;

const perdure::time::Weekdays weekend = perdure::time::weekdays({std::chrono::Saturday, std::chrono::Sunday});

TEST(Roll, NamesRoundTrip) {
  for (const Roll roll : perdure::time::rolls) EXPECT_EQ(parse_roll(to_string(roll)).value(), roll);
  EXPECT_THAT(parse_roll("Following").error().what, HasSubstr("roll \"Following\" is unknown; expected one of none following"));
}

TEST(Calendar, KnowsRestDaysDaysOffAndExtraDays) {
  const Calendar c{weekend, {date("2026-11-11")}, {date("2026-11-14")}};
  EXPECT_TRUE(c.studies(date("2026-11-10")));
  EXPECT_FALSE(c.studies(date("2026-11-11")));
  EXPECT_TRUE(c.studies(date("2026-11-14")));  // a Saturday
  EXPECT_FALSE(c.studies(date("2026-11-15")));
  EXPECT_TRUE(Calendar{}.studies(date("2026-11-15")));
}

TEST(Calendar, ADayOffWinsOverAnExtraDay) {
  const Calendar c{weekend, {date("2026-11-14")}, {date("2026-11-14")}};
  EXPECT_FALSE(c.studies(date("2026-11-14")));
  EXPECT_EQ(c, Calendar{weekend});
}

TEST(Calendar, ACopyIsIndependentAndEqualityLooksAtContents) {
  const Calendar a{weekend, {date("2026-12-25"), date("2026-11-11"), date("2026-12-25"), date("2026-11-14")}};
  const Calendar b{weekend, {date("2026-11-11"), date("2026-12-25")}};
  EXPECT_EQ(a, b);  // order, repetition and a day off on a Saturday make no difference
  Calendar c = b;
  c = c.with_leave(date("2026-12-28"), date("2026-12-31"));
  EXPECT_NE(c, b);
  EXPECT_TRUE(b.studies(date("2026-12-28")));
}

TEST(Calendar, RollsEachWay) {
  // Saturday 31 October 2026 and Sunday 1 November; Monday 2 November is off.
  const Calendar c{weekend, {date("2026-11-02")}};
  const Date saturday = date("2026-10-31");
  EXPECT_EQ(c.roll(saturday, Roll::none), saturday);
  EXPECT_EQ(c.roll(saturday, Roll::following), date("2026-11-03"));
  EXPECT_EQ(c.roll(saturday, Roll::preceding), date("2026-10-30"));
  EXPECT_EQ(c.roll(saturday, Roll::modified_following), date("2026-10-30"));
  EXPECT_EQ(c.roll(saturday, Roll::nearest), date("2026-10-30"));
  EXPECT_EQ(c.roll(date("2026-11-01"), Roll::modified_following), date("2026-11-03"));
  EXPECT_EQ(c.roll(date("2026-11-01"), Roll::nearest), date("2026-11-03"));  // two days either way: the later
  EXPECT_EQ(c.roll(date("2026-10-29"), Roll::preceding), date("2026-10-29"));
}

TEST(Calendar, RollStopsAtTheLimit) {
  const Calendar c{{}, {date("2026-11-02"), date("2026-11-03"), date("2026-11-04")}};
  EXPECT_EQ(c.roll(date("2026-11-02"), Roll::following, days{2}), date("2026-11-02"));
  EXPECT_EQ(c.roll(date("2026-11-02"), Roll::following, days{3}), date("2026-11-05"));
  EXPECT_EQ(c.roll(date("2026-11-03"), Roll::nearest, days{0}), date("2026-11-03"));
  EXPECT_EQ(c.roll(date("2026-11-30"), Roll::nearest, days{0}), date("2026-11-30"));
  EXPECT_THROW((void)c.roll(date("2026-11-02"), Roll::nearest, days{-1}), perdure::Exception);
}

TEST(Calendar, ModifiedFollowingGoesOnWhenNothingLiesBefore) {
  const Calendar c = Calendar{}.with_leave(date("2026-09-01"), date("2026-10-31"));
  EXPECT_EQ(c.roll(date("2026-10-20"), Roll::modified_following), date("2026-11-01"));
}

TEST(Calendar, AdvanceCountsStudyDays) {
  const Calendar c{weekend, {date("2026-11-11")}};
  EXPECT_EQ(c.advance(date("2026-11-10"), 1).value(), date("2026-11-12"));
  EXPECT_EQ(c.advance(date("2026-11-13"), 1).value(), date("2026-11-16"));
  EXPECT_EQ(c.advance(date("2026-11-14"), 0).value(), date("2026-11-14"));
  EXPECT_EQ(c.advance(date("2026-11-16"), -3).value(), date("2026-11-10"));
  EXPECT_EQ(c.advance(date("2026-11-02"), 1'000'000).value(), date("2026-11-02") + days{1'400'001});  // 200 000 weeks, and 11 November
  EXPECT_EQ(c.study_days(date("2026-11-06"), date("2026-11-16")), 5);
  EXPECT_EQ(c.study_days(date("2026-11-16"), date("2026-11-06")), -5);
}

TEST(Calendar, AdvanceSaysWhenThereIsNoSuchDay) {
  const Calendar never{perdure::time::Weekdays{}.set()};
  for (const std::int64_t n :
       {std::int64_t{1}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_THAT(never.advance(date("2026-11-10"), n).error().what, HasSubstr("study days"));
    EXPECT_EQ(never.advance(date("2026-11-10"), 0).value(), date("2026-11-10"));
  }
  EXPECT_EQ(Calendar{}.advance(date("9999-12-30"), 1).value(), date("9999-12-31"));
  EXPECT_FALSE(Calendar{}.advance(date("9999-12-30"), 2));
  EXPECT_EQ(Calendar{}.advance(date("1400-01-02"), -1).value(), date("1400-01-01"));
  EXPECT_FALSE(Calendar{}.advance(date("1400-01-02"), -2));
}

TEST(Calendar, LeaveMustEndAfterItBegins) {
  EXPECT_THROW((void)Calendar{}.with_leave(date("2026-01-02"), date("2026-01-01")), perdure::Exception);
  EXPECT_THROW((void)Calendar{}.with_leave(date("2026-01-02"), perdure::time::last_date + days{1}), perdure::Exception);
}

TEST(CalendarText, RoundTrips) {
  const Calendar c =
      Calendar{weekend, {date("2026-11-11"), date("2026-11-12")}, {date("2026-11-14")}}.with_leave(date("2026-12-24"), date("2027-01-01"));
  EXPECT_EQ(format_calendar(c), "rest=sat,sun;off=2026-11-11,2026-11-12,2026-12-24,2026-12-25,2026-12-28..2027-01-01;extra=2026-11-14");
  EXPECT_EQ(parse_calendar(format_calendar(c)).value(), c);
  EXPECT_EQ(format_calendar(Calendar{}), "every-day");
  EXPECT_EQ(parse_calendar("every-day").value(), Calendar{});
  EXPECT_EQ(parse_calendar("rest=sun,sat").value(), Calendar{weekend});
}

TEST(CalendarText, RefusesWhatItDoesNotKnow) {
  for (const std::string_view text :
       {"", "rest", "rest=", "work=mon", "rest=sat;rest=sun", "rest=sat;;off=2026-01-01", "off=2026-01-01;x"}) {
    EXPECT_THAT(parse_calendar(text).error().what, HasSubstr("calendar part")) << text;
  }
  EXPECT_THAT(parse_calendar("rest=Sat").error().what, HasSubstr("weekday \"Sat\" is unknown"));
  EXPECT_THAT(parse_calendar("rest=sat,,sun").error().what, HasSubstr("weekday \"\" is unknown"));
  EXPECT_THAT(parse_calendar("off=2026-02-30").error().what, HasSubstr("does not exist"));
  EXPECT_THAT(parse_calendar("off=2026-01-02..2026-01-01").error().what, HasSubstr("ends before it begins"));
}

}  // namespace
