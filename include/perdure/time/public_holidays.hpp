#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/date.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

/// Easter Sunday of the Gregorian calendar. Throws Exception (out_of_domain) outside the years 1583 to 9999.
/// Source: the anonymous computus of Nature 13 (1876), p. 487; J. Meeus, Astronomical Algorithms (1991), chapter 8.
[[nodiscard]] Date easter_sunday(std::chrono::year year);

/// Where in France. Alsace and Moselle have Good Friday and 26 December besides the eleven days of all (Code du travail, L. 3134-13; Good
/// Friday holds in towns with a Protestant or a shared church).
enum class FrenchRegion { general, alsace_moselle };

struct PublicHoliday {
  Date date;
  std::string name;  ///< in French
  friend bool operator==(const PublicHoliday&, const PublicHoliday&) = default;
};

/// The years whose public holidays are those of today's law: Code du travail, L. 3133-1 and L. 3134-13. The eleven days are the same since
/// 1982 (Loi 81-893), but Whit Monday was a working day by default from 2005 to 2007 (Loi 2004-626, until Loi 2008-351). No law is known
/// for the future; the last year is the last that a cohort file may name.
inline constexpr std::chrono::year first_french_year{2008};
inline constexpr std::chrono::year last_french_year{2199};

/// French public holidays from `first` to `last`, both included, by date. A holiday on a weekend stays where it is. Two on one date are one
/// entry with both names: Ascension falls on 1 or 8 May in some years.
/// \return an Error (out_of_domain) when `last` is before `first`, or a year is outside first_french_year to last_french_year
[[nodiscard]] Result<std::vector<PublicHoliday>> french_public_holidays(Date first, Date last, FrenchRegion region = FrenchRegion::general);

}  // namespace perdure::inline PERDURE_ABI::time
