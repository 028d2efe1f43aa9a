#include <perdure/core/text.hpp>
#include <perdure/time/anchor.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace perdure::inline PERDURE_ABI::time {

namespace {

using std::chrono::days;

void require_days(days value, const std::string& what) {
  constexpr days most = last_date - first_date;  // more would leave the dates that there are
  if (value < days{0} || value > most) {
    throw Exception{Error{Errc::out_of_domain, what + " must be 0 to " + to_text(most.count()) + " days, got " + to_text(value.count())}};
  }
}

}  // namespace

Anchored anchor(Date training_end, const AnchorRule& rule, const Calendar& calendar, std::optional<Date> deadline) {
  require_days(rule.after, "a step's distance from the training's end");
  require_days(rule.tolerance, "a step's tolerance");
  const Date nominal = training_end + rule.after;
  if (!in_range(training_end) || !in_range(nominal) || (deadline && !in_range(*deadline)))
    throw Exception{Error{Errc::out_of_domain, "a step, its training's end or its deadline is outside the years 1400 to 9999"}};

  Anchored found{nominal, std::max(training_end, nominal - rule.tolerance), std::min(last_date, nominal + rule.tolerance), std::nullopt};
  if (deadline) found.last = std::min(found.last, *deadline);
  const auto allowed = [&](Date d) { return d >= found.first && d <= found.last; };

  const Date rolled = calendar.roll(nominal, rule.roll, rule.tolerance);
  if (allowed(rolled) && (rule.roll == Roll::none || calendar.studies(rolled))) {
    found.day = rolled;
    return found;
  }
  for (days away{0}; away <= rule.tolerance; ++away) {
    for (const Date d : {nominal + away, nominal - away}) {
      if (!allowed(d) || !calendar.studies(d)) continue;
      found.day = d;
      return found;
    }
  }
  return found;
}

}  // namespace perdure::inline PERDURE_ABI::time
