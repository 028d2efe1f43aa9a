#include "support.hpp"

#include <perdure/time/calendar.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

/// Laws of Calendar on random calendars, against counting day by day.
namespace {

using perdure::time::Calendar;
using perdure::time::Date;
using perdure::time::Roll;
using std::chrono::days;

constexpr int calendars = 300;
constexpr int probes = 30;

class Draw {
 public:
  std::int64_t number(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(bits_() % static_cast<std::uint64_t>(most - least + 1));
  }
  Date day() { return perdure_test::date("2026-01-01") + days{number(-200, 600)}; }
  Calendar calendar() {
    std::vector<Date> off;
    std::vector<Date> extra;
    for (std::int64_t i = number(0, 40); i > 0; --i) off.push_back(day());
    for (std::int64_t i = number(0, 20); i > 0; --i) extra.push_back(day());
    Calendar c{perdure::time::Weekdays{static_cast<unsigned long long>(number(0, 127))}, off, extra};
    if (number(0, 2) == 0) {
      const Date first = day();
      c = c.with_leave(first, first + days{number(0, 60)});
    }
    return c;
  }

 private:
  std::mt19937_64 bits_{20'260'901};
};

bool same_days(const Calendar& a, const Calendar& b) {
  for (Date d = perdure_test::date("2025-01-01"); d < perdure_test::date("2028-12-31"); d += days{1}) {
    if (a.studies(d) != b.studies(d)) return false;
  }
  return true;
}

/// The closest study day in one direction, by trying each; d when there is none.
Date closest(const Calendar& c, Date d, int step, int limit) {
  for (int k = 1; k <= limit; ++k) {
    if (c.studies(d + days{k * step})) return d + days{k * step};
  }
  return d;
}

TEST(CalendarLaws, RollFindsAStudyDayWheneverOneIsAllowed) {
  Draw draw;
  for (int i = 0; i < calendars; ++i) {
    const Calendar c = draw.calendar();
    for (int k = 0; k < probes; ++k) {
      const Date d = draw.day();
      const int limit = static_cast<int>(draw.number(0, 40));
      const Date after = closest(c, d, 1, limit);
      const Date before = closest(c, d, -1, limit);
      for (const Roll roll : perdure::time::rolls) {
        const Date r = c.roll(d, roll, days{limit});
        ASSERT_LE(r - d, days{limit});
        ASSERT_LE(d - r, days{limit});
        if (c.studies(d) || roll == Roll::none) {
          ASSERT_EQ(r, d);
          continue;
        }
        const bool forward = roll != Roll::preceding && after != d;
        const bool backward = roll != Roll::following && before != d;
        ASSERT_EQ(c.studies(r), forward || backward);
        if (roll == Roll::following) {
          ASSERT_EQ(r, after);
        }
        if (roll == Roll::preceding) {
          ASSERT_EQ(r, before);
        }
        if (roll == Roll::nearest && forward && backward) {
          ASSERT_EQ(r, after - d <= d - before ? after : before);
        }
        if (roll == Roll::modified_following && r != d) {
          const std::chrono::year_month_day from{d}, to{r};
          const std::chrono::year_month_day next{after};
          const bool next_in_month = forward && next.month() == from.month() && next.year() == from.year();
          ASSERT_EQ(r, next_in_month ? after : (backward ? before : after));
          if (r > d && backward) {
            ASSERT_EQ(to.month(), from.month());
          }
        }
      }
    }
  }
}

TEST(CalendarLaws, CountingAgreesWithCountingDayByDay) {
  Draw draw;
  for (int i = 0; i < calendars; ++i) {
    const Calendar c = draw.calendar();
    for (int k = 0; k < probes; ++k) {
      const Date a = draw.day(), b = draw.day(), m = draw.day();
      std::int64_t count = 0;
      for (Date d = std::min(a, b) + days{1}; d <= std::max(a, b); d += days{1}) count += c.studies(d) ? 1 : 0;
      ASSERT_EQ(c.study_days(a, b), a <= b ? count : -count);
      ASSERT_EQ(c.study_days(a, m) + c.study_days(m, b), c.study_days(a, b));
    }
  }
}

TEST(CalendarLaws, AdvanceInvertsCounting) {
  Draw draw;
  for (int i = 0; i < calendars; ++i) {
    const Calendar c = draw.calendar();
    for (int k = 0; k < probes; ++k) {
      const Date d = draw.day();
      const std::int64_t n = draw.number(-200, 200);
      const auto to = c.advance(d, n);
      if (!to) {
        ASSERT_TRUE(c.rest_weekdays().all());  // otherwise there is always a next study day
        continue;
      }
      if (n == 0) {
        ASSERT_EQ(*to, d);
        continue;
      }
      ASSERT_TRUE(c.studies(*to));
      if (n > 0) {
        ASSERT_EQ(c.study_days(d, *to), n);
      }
      if (n < 0) {
        ASSERT_EQ(c.study_days(*to - days{1}, d - days{1}), -n);
      }
      if (c.studies(d)) {
        ASSERT_EQ(c.advance(*to, -n).value(), d);
      }
    }
  }
}

TEST(CalendarLaws, EqualExactlyWhenTheSameDaysAreStudied) {
  Draw draw;
  for (int i = 0; i < calendars; ++i) {
    const Calendar a = draw.calendar(), b = draw.calendar();
    ASSERT_EQ(a == b, same_days(a, b));
    ASSERT_EQ(perdure::time::parse_calendar(format_calendar(a)).value(), a);
  }
}

TEST(CalendarLaws, JointStudiesWhereBothStudy) {
  Draw draw;
  for (int i = 0; i < calendars; ++i) {
    const Calendar a = draw.calendar(), b = draw.calendar(), c = draw.calendar();
    const Calendar both = joint(a, b);
    for (Date d = perdure_test::date("2025-06-01"); d < perdure_test::date("2028-06-01"); d += days{1}) {
      ASSERT_EQ(both.studies(d), a.studies(d) && b.studies(d));
    }
    ASSERT_EQ(both, joint(b, a));
    ASSERT_EQ(joint(joint(a, b), c), joint(a, joint(b, c)));
    ASSERT_EQ(joint(a, a), a);
    ASSERT_EQ(joint(a, Calendar{}), a);
  }
}

TEST(CalendarLaws, LeaveTakesItsDaysAndNoOther) {
  Draw draw;
  for (int i = 0; i < calendars; ++i) {
    const Calendar a = draw.calendar();
    const Date first = draw.day();
    const Date last = first + days{draw.number(0, 50)};
    const Calendar b = a.with_leave(first, last);
    for (Date d = perdure_test::date("2025-06-01"); d < perdure_test::date("2028-06-01"); d += days{1}) {
      ASSERT_EQ(b.studies(d), a.studies(d) && (d < first || d > last));
    }
  }
}

}  // namespace
