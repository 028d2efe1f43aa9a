#include <perdure/core/text.hpp>
#include <perdure/time/public_holidays.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

namespace {

using std::chrono::days;

struct FixedDay {
  std::chrono::month_day day;
  std::string_view name;
};

struct EasterDay {
  days after;
  std::string_view name;
};

constexpr FixedDay fixed_days[] = {{std::chrono::January / 1, "Jour de l'An"},     {std::chrono::May / 1, "Fête du Travail"},
                                   {std::chrono::May / 8, "Victoire 1945"},        {std::chrono::July / 14, "Fête nationale"},
                                   {std::chrono::August / 15, "Assomption"},       {std::chrono::November / 1, "Toussaint"},
                                   {std::chrono::November / 11, "Armistice 1918"}, {std::chrono::December / 25, "Noël"}};
constexpr EasterDay easter_days[] = {{days{1}, "Lundi de Pâques"}, {days{39}, "Ascension"}, {days{50}, "Lundi de Pentecôte"}};
constexpr FixedDay second_christmas_day{std::chrono::December / 26, "Deuxième jour de Noël"};
constexpr EasterDay good_friday{days{-2}, "Vendredi saint"};

std::vector<PublicHoliday> holidays_of(std::chrono::year year, FrenchRegion region) {
  const Date easter = easter_sunday(year);
  std::vector<PublicHoliday> found;
  const auto add_fixed = [&](const FixedDay& one) { found.push_back({Date{year / one.day}, std::string{one.name}}); };
  const auto add_easter = [&](const EasterDay& one) { found.push_back({easter + one.after, std::string{one.name}}); };
  for (const FixedDay& one : fixed_days) add_fixed(one);
  for (const EasterDay& one : easter_days) add_easter(one);
  if (region == FrenchRegion::alsace_moselle) {
    add_easter(good_friday);
    add_fixed(second_christmas_day);
  }
  std::ranges::stable_sort(found, {}, &PublicHoliday::date);
  return found;
}

}  // namespace

Date easter_sunday(std::chrono::year year) {
  const int y = static_cast<int>(year);
  if (y < 1583 || y > 9999) throw Exception{Error{Errc::out_of_domain, "Easter of the year " + to_text(y) + " is outside 1583 to 9999"}};
  const int century = y / 100;
  const int golden = y % 19;
  const int moon_correction = (century - (century + 8) / 25 + 1) / 3;
  const int moon = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
  const int weekday = (32 + 2 * (century % 4) + 2 * (y % 100 / 4) - moon - y % 100 % 4) % 7;
  const int late = (golden + 11 * moon + 22 * weekday) / 451;
  return Date{year / std::chrono::March / 22} + days{moon + weekday - 7 * late};
}

Result<std::vector<PublicHoliday>> french_public_holidays(Date first, Date last, FrenchRegion region) {
  const std::chrono::year_month_day from{first};
  const std::chrono::year_month_day to{last};
  if (from.year() < first_french_year || to.year() > last_french_year) {
    return Error{Errc::out_of_domain, "public holidays of France are known for the years " + to_text(static_cast<int>(first_french_year)) +
                                          " to " + to_text(static_cast<int>(last_french_year)) + ", asked for " +
                                          to_text(static_cast<int>(from.year())) + " to " + to_text(static_cast<int>(to.year()))};
  }
  if (last < first) return Error{Errc::out_of_domain, "the last day " + format_date(last) + " is before the first " + format_date(first)};
  std::vector<PublicHoliday> all;
  for (std::chrono::year year = from.year(); year <= to.year(); ++year) {
    for (PublicHoliday& one : holidays_of(year, region)) {
      if (one.date < first || one.date > last) continue;
      if (!all.empty() && all.back().date == one.date) {
        all.back().name += " et " + one.name;
      } else {
        all.push_back(std::move(one));
      }
    }
  }
  return all;
}

}  // namespace perdure::inline PERDURE_ABI::time
