#include <perdure/schedule/on_calendar.hpp>
#include <perdure/schedule/target_retention.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace {

using namespace perdure;
using namespace std::chrono;
using schedule::OnCalendar;
using schedule::Situation;
using schedule::TargetRetention;

constexpr time::Date monday{2026y / March / 2};

TEST(TargetRetention, RoundsDownAndNeverLooksBack) {
  const TargetRetention policy;
  EXPECT_EQ(policy.decide({monday, monday - days{1}, Days{4.9}}).due, monday + days{3});
  EXPECT_EQ(policy.decide({monday, monday - days{30}, Days{4.9}}).due, monday);
  EXPECT_EQ(policy.decide({monday, monday - days{1}, Days{0.2}}).due, monday);
  EXPECT_EQ(policy.decide({monday, monday, Days{1e300}}).due, monday + days{36500});
}

TEST(OnCalendar, MovesToAStudyDayAndNeverBeforeToday) {
  const time::Calendar working{time::weekdays({Saturday, Sunday}), {monday}};
  const OnCalendar<TargetRetention> policy{.inner = {}, .calendar = working};
  EXPECT_EQ(policy.decide({monday - days{5}, monday - days{7}, Days{5.0}}).due,
            monday - days{3});                                                             // Saturday: Friday is nearer than Tuesday
  EXPECT_EQ(policy.decide({monday, monday - days{30}, Days{2.0}}).due, monday + days{1});  // today is off: not last Friday
}

TEST(Laws, DecoratorKeepsThemForRandomCalendars) {
  std::mt19937_64 random{5};
  for (int round = 0; round < 2000; ++round) {
    std::vector<time::Date> off;
    for (int k = 0; k < 20; ++k) off.push_back(monday + days{static_cast<int>(random() % 60) - 20});
    const time::Calendar calendar{time::Weekdays{random() % 127}, off};  // never all seven
    const OnCalendar<TargetRetention> policy{.inner = {}, .calendar = calendar};
    const Situation s{monday, monday - days{static_cast<int>(random() % 20)}, Days{static_cast<double>(random() % 4000) / 100.0}};
    const time::Date due = policy.decide(s).due;
    EXPECT_GE(due, s.today);
    EXPECT_TRUE(calendar.studies(due));
    EXPECT_EQ(due, policy.decide(s).due);
  }
}

}  // namespace
