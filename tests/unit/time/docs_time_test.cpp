#include <perdure/core/quantity.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/elapsed.hpp>
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
  EXPECT_GE(quoted, 11);
}

}  // namespace
