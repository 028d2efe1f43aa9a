#include "support.hpp"

#include <perdure/time/calendar.hpp>
#include <perdure/time/leave.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

/// Dates that are due when leave begins: by example, and by law on random leaves.
namespace {

using perdure::time::Calendar;
using perdure::time::Date;
using perdure::time::Leave;
using perdure::time::LeaveRule;
using perdure::time::Roll;
using perdure_test::date;
using std::chrono::days;
using Dates = std::vector<Date>;

const Leave august{{{date("2026-08-03"), date("2026-08-16")}}};  // two weeks

TEST(Leave, ShiftMovesAllLaterDatesByItsLength) {
  const Dates due{date("2026-08-02"), date("2026-08-03"), date("2026-08-16"), date("2026-08-17"), date("2026-12-01")};
  const Dates moved{date("2026-08-02"), date("2026-08-17"), date("2026-08-30"), date("2026-08-31"), date("2026-12-15")};
  EXPECT_EQ(august.move(due, LeaveRule::shift), moved);
}

TEST(Leave, SkipDropsAndKeepKeeps) {
  const Dates due{date("2026-08-02"), date("2026-08-03"), date("2026-08-16"), date("2026-08-17")};
  EXPECT_EQ(august.move(due, LeaveRule::skip), (Dates{date("2026-08-02"), date("2026-08-17")}));
  EXPECT_EQ(august.move(due, LeaveRule::keep), due);
  // What is kept is the roll's to move.
  const Calendar on_leave = Calendar{}.with_leave(august.periods()[0].first, august.periods()[0].last);
  EXPECT_EQ(on_leave.roll(*august.move(due[1], LeaveRule::keep), Roll::nearest), date("2026-08-02"));
}

TEST(Leave, SeveralAccumulateInOrder) {
  // The first leave moves 10 August to 17 August, into the second, which moves it on. It would have missed the second otherwise.
  const Leave two{{{date("2026-08-17"), date("2026-08-19")}, {date("2026-08-03"), date("2026-08-09")}}};
  EXPECT_EQ(two.move(date("2026-08-10"), LeaveRule::shift), date("2026-08-20"));
  EXPECT_EQ(two.move(date("2026-08-09"), LeaveRule::shift), date("2026-08-16"));
  EXPECT_EQ(two.move(date("2026-08-02"), LeaveRule::shift), date("2026-08-02"));
}

TEST(Leave, DaysOfTwoLeavesCountOnce) {
  const Leave joined{
      {{date("2026-08-01"), date("2026-08-10")}, {date("2026-08-05"), date("2026-08-07")}, {date("2026-08-11"), date("2026-08-12")}}};
  EXPECT_EQ(joined, (Leave{{{date("2026-08-01"), date("2026-08-12")}}}));
  EXPECT_EQ(joined.move(date("2026-08-20"), LeaveRule::shift), date("2026-09-01"));
}

TEST(Leave, RefusesWhatCannotBe) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const perdure::Exception& mistake) {
      return mistake.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(message([] {
              (void)Leave{{{date("2026-08-02"), date("2026-08-01")}}};
            }),
            "leave from 2026-08-02 ends before it begins, on 2026-08-01");
  EXPECT_EQ(message([] { (void)august.move(date("9999-12-20"), LeaveRule::shift); }),
            "the day that leave shifts 9999-12-20 to is outside the years 1400 to 9999");
  EXPECT_EQ(perdure::time::parse_leave_rule("hold").error().what, "leave rule \"hold\" is unknown; expected shift, skip or keep");
  for (const LeaveRule rule : perdure::time::leave_rules) EXPECT_EQ(perdure::time::parse_leave_rule(to_string(rule)).value(), rule);
}

class Draw {
 public:
  std::int64_t number(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(bits_() % static_cast<std::uint64_t>(most - least + 1));
  }
  Date day() { return date("2026-01-01") + days{number(0, 200)}; }
  std::vector<Leave::Period> periods() {
    std::vector<Leave::Period> all;
    for (std::int64_t i = number(0, 6); i > 0; --i) {
      const Date first = day();
      all.push_back({first, first + days{number(0, 25)}});
    }
    return all;
  }

 private:
  std::mt19937_64 bits_{20'260'803};
};

bool in_any(const std::vector<Leave::Period>& periods, Date d) {
  return std::ranges::any_of(periods, [&](const Leave::Period& one) { return one.first <= d && d <= one.last; });
}

TEST(LeaveLaws, ShiftSpendsTheLeaveAndKeepsEverythingElse) {
  const Date origin = date("2025-12-01");  // before every leave
  Draw draw;
  for (int i = 0; i < 400; ++i) {
    const auto periods = draw.periods();
    const Leave leave{periods};
    std::optional<Date> before;
    for (Date due = origin; due < origin + days{300}; due += days{1}) {
      const Date moved = leave.move(due, LeaveRule::shift).value();
      ASSERT_FALSE(in_any(periods, moved));
      if (before) {
        ASSERT_LT(*before, moved);
      }
      before = moved;
      // As many days without leave lie before the new date as days before the old one.
      std::int64_t free = 0;
      for (Date d = origin; d < moved; d += days{1}) free += in_any(periods, d) ? 0 : 1;
      ASSERT_EQ(free, (due - origin).count());
    }
  }
}

TEST(LeaveLaws, SkipAndKeepChangeNothingTwice) {
  Draw draw;
  for (int i = 0; i < 400; ++i) {
    const auto periods = draw.periods();
    const Leave leave{periods};
    Dates due;
    for (int k = 0; k < 30; ++k) due.push_back(draw.day());
    Dates outside;
    std::ranges::copy_if(due, std::back_inserter(outside), [&](Date d) { return !in_any(periods, d); });
    ASSERT_EQ(leave.move(due, LeaveRule::skip), outside);
    ASSERT_EQ(leave.move(outside, LeaveRule::skip), outside);
    ASSERT_EQ(leave.move(due, LeaveRule::keep), due);
    for (const Date d : due) ASSERT_EQ(leave.covers(d), in_any(periods, d));
  }
}

TEST(LeaveLaws, TheOrderOfPeriodsDoesNotMatter) {
  Draw draw;
  for (int i = 0; i < 200; ++i) {
    auto periods = draw.periods();
    const Leave leave{periods};
    std::ranges::reverse(periods);
    ASSERT_EQ(Leave{periods}, leave);
    ASSERT_EQ(Leave{leave.periods()}, leave);
  }
}

}  // namespace
