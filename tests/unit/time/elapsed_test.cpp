#include "support.hpp"

#include <perdure/time/elapsed.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using perdure::time::Calendar;
using perdure::time::ElapsedRule;
using perdure::time::Instant;
using perdure::time::Zone;
using perdure_test::date;
using perdure_test::instant;
using perdure_test::zone;
using testing::HasSubstr;

double days(const ElapsedRule& rule, std::string_view from, std::string_view to) {
  return rule.elapsed(instant(from), instant(to)).value();
}

const auto weekend = perdure::time::weekdays({std::chrono::Saturday, std::chrono::Sunday});

TEST(ElapsedRule, ExactIsFractional) {
  EXPECT_EQ(days(ElapsedRule::exact(), "2026-09-01T00:00:00Z", "2026-09-02T06:00:00Z"), 1.25);
  EXPECT_EQ(days(ElapsedRule::exact(), "2026-09-01T00:00:00Z", "2026-09-01T00:00:00.001Z"), 1.0 / 86'400'000);
  EXPECT_EQ(ElapsedRule{}, ElapsedRule::exact());
}

TEST(ElapsedRule, WholeDaysRoundDown) {
  EXPECT_EQ(days(ElapsedRule::whole_days(), "2026-09-01T10:00:00Z", "2026-09-02T09:59:59Z"), 0.0);
  EXPECT_EQ(days(ElapsedRule::whole_days(), "2026-09-01T10:00:00Z", "2026-09-02T10:00:00Z"), 1.0);
}

TEST(ElapsedRule, CalendarDaysCountNightsAtTheRollover) {
  const ElapsedRule rule = ElapsedRule::calendar_days(zone("Europe/Paris"), 4);
  EXPECT_EQ(days(rule, "2026-07-01T01:59:00Z", "2026-07-01T02:01:00Z"), 1.0);  // 03:59 and 04:01 in Paris
  EXPECT_EQ(days(rule, "2026-07-01T02:01:00Z", "2026-07-02T01:59:00Z"), 0.0);
  EXPECT_EQ(days(ElapsedRule::calendar_days(Zone::utc()), "2026-07-01T23:59:00Z", "2026-07-02T00:00:00Z"), 1.0);
  // The day of the switch has 23 hours and counts as one.
  EXPECT_EQ(days(ElapsedRule::calendar_days(zone("Europe/Paris")), "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 1.0);
  // Samoa skipped 30 December 2011: the calendar says two days where one passed.
  EXPECT_EQ(days(ElapsedRule::calendar_days(zone("Pacific/Apia")), "2011-12-30T00:00:00Z", "2011-12-31T00:00:00Z"), 2.0);
}

TEST(ElapsedRule, StudyDaysCountWhatTheCalendarStudies) {
  const ElapsedRule rule = ElapsedRule::study_days(Calendar{weekend, {date("2026-09-07")}}, zone("Europe/Paris"), 4);
  EXPECT_EQ(days(rule, "2026-09-04T10:00:00Z", "2026-09-06T10:00:00Z"), 0.0);  // Friday to Sunday
  EXPECT_EQ(days(rule, "2026-09-04T10:00:00Z", "2026-09-07T10:00:00Z"), 0.0);  // Monday is off
  EXPECT_EQ(days(rule, "2026-09-04T10:00:00Z", "2026-09-08T10:00:00Z"), 1.0);
  EXPECT_EQ(days(rule, "2026-09-05T10:00:00Z", "2026-09-11T10:00:00Z"), 4.0);
}

TEST(ElapsedRule, IsNeverNegative) {
  const std::vector<ElapsedRule> rules{ElapsedRule::exact(), ElapsedRule::whole_days(),
                                       ElapsedRule::calendar_days(zone("America/Juneau"), 0),
                                       ElapsedRule::study_days(Calendar{}, zone("America/Juneau"), 0)};
  for (const ElapsedRule& rule : rules) {
    EXPECT_EQ(days(rule, "2026-09-02T00:00:00Z", "2026-09-01T00:00:00Z"), 0.0);
    EXPECT_EQ(days(rule, "2026-09-02T00:00:00Z", "2026-09-02T00:00:00Z"), 0.0);
    // Alaska crossed the date line on 19 October 1867: the calendar went back.
    EXPECT_GE(days(rule, "1867-10-19T00:00:00Z", "1867-10-19T16:00:00Z"), 0.0);
  }
  EXPECT_THROW((void)ElapsedRule{}.elapsed(instant("2026-09-02T00:00:00Z"), perdure::time::last_instant + 1ms), perdure::Exception);
}

TEST(ElapsedRule, IdsRoundTrip) {
  for (const std::string_view id : {"exact", "whole-days", "calendar-days:Europe/Paris:4", "calendar-days:UTC:0",
                                    "calendar-days:Etc/GMT+5:23", "study-days:Europe/Kyiv:4:every-day",
                                    "study-days:Europe/Paris:0:rest=sat,sun;off=2026-11-11,2026-12-24..2026-12-31;extra=2026-11-14"}) {
    const auto rule = ElapsedRule::parse(id);
    ASSERT_TRUE(rule) << rule.error().what;
    EXPECT_EQ(ElapsedRule::parse(rule->id()).value(), *rule);
  }
  for (const std::string_view id : {"exact", "whole-days", "calendar-days:Europe/Paris:4", "study-days:Europe/Kyiv:4:rest=sat,sun"}) {
    EXPECT_EQ(ElapsedRule::parse(id).value().id(), id);
  }
}

TEST(ElapsedRule, RefusesWhatItDoesNotKnow) {
  for (const std::string_view id : {"", "Exact", "whole_days", "days", "calendar-days"}) {
    EXPECT_THAT(ElapsedRule::parse(id).error().what, HasSubstr("is unknown; expected exact, whole-days")) << id;
  }
  for (const std::string_view id : {"calendar-days:UTC", "calendar-days:UTC:", "calendar-days:UTC:24", "calendar-days:UTC:-1",
                                    "calendar-days:UTC:04", "calendar-days:UTC:4:", "study-days:UTC", "study-days:UTC:x:every-day"}) {
    EXPECT_THAT(ElapsedRule::parse(id).error().what, HasSubstr("has no rollover hour")) << id;
  }
  EXPECT_THAT(ElapsedRule::parse("calendar-days:Mars/Phobos:4").error().what, HasSubstr("time zone \"Mars/Phobos\""));
  EXPECT_THAT(ElapsedRule::parse("study-days:UTC:4:holidays").error().what, HasSubstr("calendar part"));
  EXPECT_THROW((void)ElapsedRule::calendar_days(Zone::utc(), 24), perdure::Exception);
  EXPECT_THROW((void)ElapsedRule::study_days(Calendar{}, Zone::utc(), -1), perdure::Exception);
}

}  // namespace
