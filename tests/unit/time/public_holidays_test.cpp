#include "support.hpp"

#include <perdure/time/calendar.hpp>
#include <perdure/time/public_holidays.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Easter against published dates and a second computus; the French days against the text of the law.
namespace {

using perdure::time::Date;
using perdure::time::easter_sunday;
using perdure::time::first_french_year;
using perdure::time::french_public_holidays;
using perdure::time::FrenchRegion;
using perdure::time::last_french_year;
using perdure::time::PublicHoliday;
using perdure_test::date;
using std::chrono::days;
using std::chrono::year;

TEST(Easter, PublishedDatesOverCenturies) {
  // The earliest and latest dates there are (1761, 1818, 2285; 1666, 1734, 1886, 1943, 2038), the exceptions of the epact table (1954, 1981,
  // 2049, 2076), and years around centuries.
  for (const std::string_view text :
       {"1583-04-10", "1600-04-02", "1666-04-25", "1700-04-11", "1734-04-25", "1761-03-22", "1800-04-13", "1818-03-22",
        "1886-04-25", "1900-04-15", "1913-03-23", "1943-04-25", "1954-04-18", "1981-04-19", "1999-04-04", "2000-04-23",
        "2008-03-23", "2016-03-27", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25",
        "2049-04-18", "2076-04-19", "2100-03-28", "2160-03-23", "2200-04-06", "2285-03-22", "2299-04-16"}) {
    EXPECT_EQ(easter_sunday(std::chrono::year_month_day{date(text)}.year()), date(text)) << text;
  }
}

/// By its definition: the Sunday after the 14th day of the paschal moon, which J.-M. Oudin's form of the epact gives as days after 21 March.
Date easter_by_the_moon(year y) {
  const int number = static_cast<int>(y);
  const int golden = number % 19;
  const int century = number / 100;
  const int h = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
  const int moon = h - (h / 28) * (1 - (h / 28) * (29 / (h + 1)) * ((21 - golden) / 11));
  const Date full_moon = Date{y / std::chrono::March / 21} + days{moon};
  const std::chrono::weekday weekday{full_moon};
  return full_moon + (weekday == std::chrono::Sunday ? days{7} : std::chrono::Sunday - weekday);
}

TEST(Easter, IsTheSundayAfterThePaschalMoonInEveryYear) {
  for (year y{1583}; y <= year{9999}; ++y) {
    ASSERT_EQ(easter_sunday(y), easter_by_the_moon(y)) << static_cast<int>(y);
    if (y == year{9999}) break;
  }
  EXPECT_THROW((void)easter_sunday(year{1582}), perdure::Exception);
  EXPECT_THROW((void)easter_sunday(year{10'000}), perdure::Exception);
}

std::vector<PublicHoliday> of_year(int number, FrenchRegion region = FrenchRegion::general) {
  return french_public_holidays(Date{year{number} / 1 / 1}, Date{year{number} / 12 / 31}, region).value();
}

TEST(FrenchHolidays, ElevenDaysOf2026) {
  const std::vector<PublicHoliday> expected{{date("2026-01-01"), "Jour de l'An"},
                                            {date("2026-04-06"), "Lundi de Pâques"},
                                            {date("2026-05-01"), "Fête du Travail"},
                                            {date("2026-05-08"), "Victoire 1945"},
                                            {date("2026-05-14"), "Ascension"},
                                            {date("2026-05-25"), "Lundi de Pentecôte"},
                                            {date("2026-07-14"), "Fête nationale"},
                                            {date("2026-08-15"), "Assomption"},
                                            {date("2026-11-01"), "Toussaint"},
                                            {date("2026-11-11"), "Armistice 1918"},
                                            {date("2026-12-25"), "Noël"}};
  EXPECT_EQ(of_year(2026), expected);
}

TEST(FrenchHolidays, AlsaceMoselleHasTwoMore) {
  std::vector<PublicHoliday> expected = of_year(2026);
  expected.insert(expected.begin() + 1, {date("2026-04-03"), "Vendredi saint"});
  expected.push_back({date("2026-12-26"), "Deuxième jour de Noël"});
  EXPECT_EQ(of_year(2026, FrenchRegion::alsace_moselle), expected);
}

/// One entry a date, ascending; a date less in the years in which Ascension is on 1 or 8 May.
TEST(FrenchHolidays, ElevenOrThirteenAYearAndCoincidencesOnce) {
  std::set<int> coincidences;
  for (year y = first_french_year; y <= last_french_year; ++y) {
    const Date ascension = easter_sunday(y) + days{39};
    const bool together = ascension == Date{y / 5 / 1} || ascension == Date{y / 5 / 8};
    if (together) coincidences.insert(static_cast<int>(y));
    for (const auto& [region, count] : {std::pair{FrenchRegion::general, 11U}, std::pair{FrenchRegion::alsace_moselle, 13U}}) {
      const auto all = of_year(static_cast<int>(y), region);
      ASSERT_EQ(all.size(), count - (together ? 1U : 0U)) << static_cast<int>(y);
      ASSERT_TRUE(std::ranges::is_sorted(all, std::ranges::less{}, &PublicHoliday::date));
      ASSERT_EQ(std::ranges::adjacent_find(all, {}, &PublicHoliday::date), all.end());
    }
  }
  EXPECT_TRUE(coincidences.contains(2008));  // Easter on 23 March
  EXPECT_TRUE(coincidences.contains(2059));  // Easter on 30 March
  const auto of_2008 = of_year(2008);
  const auto may = std::ranges::find(of_2008, date("2008-05-01"), &PublicHoliday::date);
  ASSERT_NE(may, of_2008.end());
  EXPECT_EQ(may->name, "Fête du Travail et Ascension");
}

bool is_holiday(std::string_view day, FrenchRegion region = FrenchRegion::general) {
  return !french_public_holidays(date(day), date(day), region).value().empty();
}

TEST(FrenchHolidays, WeekendsDoNotMove) {
  EXPECT_TRUE(is_holiday("2026-08-15"));  // a Saturday
  EXPECT_TRUE(is_holiday("2026-11-01"));  // a Sunday
  EXPECT_FALSE(is_holiday("2026-08-14"));
  EXPECT_FALSE(is_holiday("2026-08-17"));
  EXPECT_FALSE(is_holiday("2026-11-02"));
  EXPECT_FALSE(is_holiday("2023-01-02"));
}

TEST(FrenchHolidays, WhatIsNone) {
  EXPECT_FALSE(is_holiday("2026-06-04", FrenchRegion::alsace_moselle));  // Corpus Christi
  EXPECT_FALSE(is_holiday("2026-04-03"));                                // Good Friday outside Alsace-Moselle
  EXPECT_FALSE(is_holiday("2026-12-26"));
  EXPECT_FALSE(is_holiday("2026-04-05"));  // the Sundays of Easter and Whitsun are days of rest anyway
  EXPECT_FALSE(is_holiday("2026-05-24"));
}

TEST(FrenchHolidays, SpansIncludeBothEndsAndCrossYears) {
  const auto winter = french_public_holidays(date("2026-12-25"), date("2027-01-01")).value();
  EXPECT_EQ(winter, (std::vector<PublicHoliday>{{date("2026-12-25"), "Noël"}, {date("2027-01-01"), "Jour de l'An"}}));
  EXPECT_TRUE(french_public_holidays(date("2026-12-26"), date("2026-12-31")).value().empty());
}

TEST(FrenchHolidays, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(french_public_holidays(date("2007-12-31"), date("2008-12-31")).error().what,
            "public holidays of France are known for the years 2008 to 2199, asked for 2007 to 2008");
  EXPECT_FALSE(french_public_holidays(date("2199-12-31"), date("2200-01-01")));
  EXPECT_TRUE(french_public_holidays(date("2008-01-01"), date("2199-12-31")));
  EXPECT_EQ(french_public_holidays(date("2026-05-02"), date("2026-05-01")).error().what,
            "the last day 2026-05-01 is before the first 2026-05-02");
}

}  // namespace
