#include "support.hpp"

#include <perdure/time/anchor.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/zone.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

/// Steps at J+n: by example, and by law on random calendars against trying every day.
namespace {

using perdure::time::anchor;
using perdure::time::Anchored;
using perdure::time::AnchorRule;
using perdure::time::Calendar;
using perdure::time::Date;
using perdure::time::Roll;
using perdure_test::date;
using perdure_test::instant;
using std::chrono::days;

const Calendar working{perdure::time::weekdays({std::chrono::Saturday, std::chrono::Sunday})};

TEST(Anchor, CountsCalendarDaysAndRolls) {
  // J+30 of Thursday 2 July 2026 is Saturday 1 August.
  const Date end = date("2026-07-02");
  EXPECT_EQ(anchor(end, {.after = days{30}}, working).nominal, date("2026-08-01"));
  EXPECT_EQ(anchor(end, {.after = days{30}}, working).day, date("2026-08-03"));
  EXPECT_EQ(anchor(end, {.after = days{30}, .roll = Roll::preceding}, working).day, date("2026-07-31"));
  EXPECT_EQ(anchor(end, {.after = days{30}, .roll = Roll::nearest}, working).day, date("2026-07-31"));
  EXPECT_EQ(anchor(end, {.after = days{30}, .roll = Roll::none}, working).day, date("2026-08-01"));
  EXPECT_EQ(anchor(end, {.after = days{60}}, working).day, date("2026-08-31"));  // a Monday
}

TEST(Anchor, StartsFromTheLocalDayOfTheTrainingsEnd) {
  const auto end = instant("2026-07-01T22:30:00Z");  // half past midnight in Paris
  EXPECT_EQ(anchor(local_date(perdure_test::zone("Europe/Paris"), end), {.after = days{1}}, working).nominal, date("2026-07-03"));
  EXPECT_EQ(anchor(local_date(perdure_test::zone("America/New_York"), end), {.after = days{1}}, working).nominal, date("2026-07-02"));
}

TEST(Anchor, NeverPassesTheDeadline) {
  const Date end = date("2026-07-02");
  const AnchorRule rule{.after = days{30}};  // Saturday 1 August, and so Monday the 3rd
  EXPECT_EQ(anchor(end, rule, working, date("2026-08-03")).day, date("2026-08-03"));
  EXPECT_EQ(anchor(end, rule, working, date("2026-08-02")).day, date("2026-07-31"));  // then preceding
  EXPECT_EQ(anchor(end, rule, working, date("2026-07-26")).day, date("2026-07-24"));  // also when J+n itself is past it
  EXPECT_EQ(anchor(end, {.after = days{30}, .roll = Roll::none}, working, date("2026-07-26")).day, date("2026-07-24"));
}

TEST(Anchor, SaysWhenNoStudyDayIsAllowed) {
  const Date end = date("2026-07-02");
  const Calendar leave = working.with_leave(date("2026-07-27"), date("2026-08-07"));
  const Anchored found = anchor(end, {.after = days{30}, .tolerance = days{5}}, leave);
  EXPECT_EQ(found, (Anchored{date("2026-08-01"), date("2026-07-27"), date("2026-08-06"), std::nullopt}));
  EXPECT_EQ(anchor(end, {.after = days{30}, .tolerance = days{9}}, leave).day, date("2026-08-10"));
  // A day before counts when the roll finds none after.
  EXPECT_EQ(anchor(end, {.after = days{30}, .tolerance = days{8}}, leave).day, date("2026-07-24"));
  // A deadline long before, and a step that would come before the training ends.
  EXPECT_EQ(anchor(end, {.after = days{30}, .tolerance = days{5}}, working, date("2026-07-20")).day, std::nullopt);
  EXPECT_EQ(anchor(date("2026-07-04"), {.after = days{1}, .roll = Roll::preceding}, working).day, date("2026-07-06"));
}

TEST(Anchor, RefusesNegativeNumbers) {
  EXPECT_THROW((void)anchor(date("2026-07-02"), {.after = days{-1}}, working), perdure::Exception);
  EXPECT_THROW((void)anchor(date("2026-07-02"), {.tolerance = days{-1}}, working), perdure::Exception);
  EXPECT_THROW((void)anchor(date("9999-12-30"), {.after = days{2}}, working), perdure::Exception);
  EXPECT_THROW((void)anchor(date("2026-07-02"), {.after = days::max()}, working), perdure::Exception);
  EXPECT_EQ(anchor(date("9999-12-30"), {.after = days{1}}, Calendar{}).day, date("9999-12-31"));
}

TEST(AnchorLaws, ADayIsFoundWheneverOneIsAllowedAndTheRollIsFollowedWhereItCanBe) {
  std::mt19937_64 bits{90};
  const auto number = [&](std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(most - least + 1));
  };
  int empty = 0;
  int off_the_roll = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Date end = date("2026-01-01") + days{number(0, 300)};
    const AnchorRule rule{days{number(0, 120)}, perdure::time::rolls[static_cast<std::size_t>(number(1, 4))], days{number(0, 12)}};
    Calendar calendar{perdure::time::Weekdays{static_cast<unsigned long long>(number(0, 127))}};
    const Date away = end + rule.after + days{number(-20, 10)};
    calendar = calendar.with_leave(away, away + days{number(0, 25)});
    const auto deadline = number(0, 1) == 0 ? std::nullopt : std::optional{end + rule.after + days{number(-15, 15)}};
    const Anchored found = anchor(end, rule, calendar, deadline);

    ASSERT_EQ(found.nominal, end + rule.after);
    std::vector<Date> choices;  // every study day allowed
    for (Date d = found.nominal - rule.tolerance; d <= found.nominal + rule.tolerance; d += days{1}) {
      if (d >= end && (!deadline || d <= *deadline) && calendar.studies(d)) choices.push_back(d);
    }
    ASSERT_EQ(found.day.has_value(), !choices.empty());
    empty += choices.empty() ? 1 : 0;
    if (choices.empty()) continue;
    ASSERT_TRUE(std::ranges::binary_search(choices, *found.day));
    ASSERT_GE(*found.day, found.first);
    ASSERT_LE(*found.day, found.last);
    const Date rolled = calendar.roll(found.nominal, rule.roll, rule.tolerance);
    if (std::ranges::binary_search(choices, rolled)) {
      ASSERT_EQ(*found.day, rolled);
    } else {
      ++off_the_roll;
      for (const Date d : choices) ASSERT_LE(std::chrono::abs(*found.day - found.nominal), std::chrono::abs(d - found.nominal));
    }
  }
  EXPECT_GT(empty, 500);  // the draws reach both ends of the contract
  EXPECT_GT(off_the_roll, 500);
}

}  // namespace
