#include <perdure/core/quantity.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/anchor.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/delivery.hpp>
#include <perdure/time/elapsed.hpp>
#include <perdure/time/leave.hpp>
#include <perdure/time/public_holidays.hpp>
#include <perdure/time/roll.hpp>
#include <perdure/time/zone.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <string>

/// The C++ lines of docs/concepts/time.md, compiled and checked. The last test compares the page with this file.
namespace {

using namespace perdure;
using namespace perdure::time;
using namespace std::chrono_literals;

TEST(DocsTime, DatesAndInstants) {
  const Result<Date> leap = parse_date("2026-02-30");
  EXPECT_EQ(leap.error().what, "date \"2026-02-30\" names a day that does not exist; expected a month 01 to 12 and a day of that month");
  const Instant t = parse_instant("2026-09-01T10:30:00+02:00").value();
  EXPECT_EQ(format_instant(t), "2026-09-01T08:30:00Z");
}

TEST(DocsTime, Calendars) {
  const Calendar calendar{weekdays({std::chrono::Saturday, std::chrono::Sunday}), {parse_date("2026-11-11").value()}};
  const Calendar on_leave = calendar.with_leave(parse_date("2026-10-19").value(), parse_date("2026-10-30").value());
  const Calendar both = joint(calendar, on_leave);  // studies where both study
  EXPECT_EQ(both, on_leave);
  EXPECT_EQ(format_calendar(calendar), "rest=sat,sun;off=2026-11-11");
  const Date due = calendar.roll(parse_date("2026-10-31").value(), Roll::modified_following);  // 2026-10-30
  EXPECT_EQ(format_date(due), "2026-10-30");
  const Date saturday = parse_date("2026-10-31").value();
  EXPECT_EQ(format_date(calendar.roll(saturday, Roll::none)), "2026-10-31");
  EXPECT_EQ(format_date(calendar.roll(saturday, Roll::following)), "2026-11-02");
  EXPECT_EQ(format_date(calendar.roll(saturday, Roll::preceding)), "2026-10-30");
  EXPECT_EQ(format_date(calendar.roll(saturday, Roll::nearest)), "2026-10-30");
}

TEST(DocsTime, Zones) {
  const Instant t = parse_instant("2026-09-01T10:30:00+02:00").value();
  const Zone paris = Zone::load("Europe/Paris").value();
  const Local wall = paris.to_local(t);  // 2026-09-01T10:30:00
  EXPECT_EQ(format_local(wall), "2026-09-01T10:30:00");
  const Resolved gap = paris.to_instant(parse_local("2026-03-29T02:30").value());
  EXPECT_EQ(gap.kind, ClockKind::gap);
  EXPECT_EQ(format_instant(gap.instant), "2026-03-29T01:00:00Z");
  const Resolved overlap = paris.to_instant(parse_local("2026-10-25T02:30").value());
  EXPECT_EQ(overlap.kind, ClockKind::overlap);
  EXPECT_EQ(format_instant(overlap.instant), "2026-10-25T00:30:00Z");
  EXPECT_EQ(format_instant(overlap.last), "2026-10-25T01:30:00Z");
}

TEST(DocsTime, PublicHolidays) {
  const auto spring = french_public_holidays(parse_date("2008-05-01").value(), parse_date("2008-05-12").value()).value();
  ASSERT_EQ(spring.size(), 3U);
  EXPECT_EQ(format_date(spring[0].date) + spring[0].name, "2008-05-01Fête du Travail et Ascension");
  EXPECT_EQ(format_date(spring[1].date) + spring[1].name, "2008-05-08Victoire 1945");
  EXPECT_EQ(format_date(spring[2].date) + spring[2].name, "2008-05-12Lundi de Pentecôte");
}

TEST(DocsTime, LeaveAndSteps) {
  const Leave leave{{{parse_date("2026-08-03").value(), parse_date("2026-08-16").value()}}};
  const auto shifted = leave.move(parse_date("2026-08-10").value(), LeaveRule::shift);  // 2026-08-24
  EXPECT_EQ(format_date(shifted.value()), "2026-08-24");
  const Calendar week{weekdays({std::chrono::Saturday, std::chrono::Sunday})};
  const Date end = parse_date("2026-07-02").value();
  const Anchored step = anchor(end, {.after = std::chrono::days{30}}, week, parse_date("2026-08-02").value());
  EXPECT_EQ(format_date(step.nominal), "2026-08-01");
  EXPECT_EQ(format_date(step.day.value()), "2026-07-31");
}

TEST(DocsTime, DeliveryWindows) {
  const Zone paris = Zone::load("Europe/Paris").value();
  const DeliveryWindow window = DeliveryWindow::make({6h, 20h}, ClockSpan{22h, 7h}).value();  // 07:00 to 20:00
  const auto sent = window.first(paris, parse_date("2026-07-01").value(), 6h + 30min);
  EXPECT_EQ(format_instant(sent.value().at), "2026-07-01T05:00:00Z");
  EXPECT_EQ(format_local(sent.value().local), "2026-07-01T07:00:00");
}

TEST(DocsTime, ElapsedRules) {
  const Instant t = parse_instant("2026-09-01T10:30:00+02:00").value();
  const ElapsedRule rule = ElapsedRule::parse("calendar-days:Europe/Paris:4").value();
  const Days days = rule.elapsed(t, t + std::chrono::hours{18});  // 10:30 to 04:30 on the next day: 1 day
  EXPECT_EQ(days, Days{1.0});
  EXPECT_EQ(rule.id(), "calendar-days:Europe/Paris:4");
}

TEST(DocsTime, ThePageQuotesThisFile) {
  const auto trimmed = [](const std::string& line) { return line.substr(std::min(line.size(), line.find_first_not_of(' '))); };
  const std::string folder = PERDURE_TEST_DATA;
  std::set<std::string> here;
  std::string line;
  for (std::ifstream in{folder + "/unit/time/docs_time_test.cpp"}; std::getline(in, line);) here.insert(trimmed(line));
  bool code = false;
  int quoted = 0;
  for (std::ifstream in{folder + "/../docs/concepts/time.md"}; std::getline(in, line);) {
    if (line.starts_with("```")) {
      code = line == "```cpp";
    } else if (code && !line.starts_with("//")) {  // comment lines say what the tests above expect
      EXPECT_TRUE(here.contains(line)) << line;
      ++quoted;
    }
  }
  EXPECT_GE(quoted, 19);
}

}  // namespace
