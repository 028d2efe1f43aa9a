#include "bundle.hpp"

#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/prices.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

/// Days before the end at which prices are set: they rise steeply in the last weeks.
constexpr std::array knot_days{1, 2, 4, 7, 11, 17, 26, 40, 60, 90, 125, 180, 260, 365, 520, 730, 1095, 1460, 2190, 2920, 3660};

}  // namespace

PriceCurve::PriceCurve(const Timeline& timeline, double price) {
  if (!(price >= 0.0 && std::isfinite(price)))
    throw Exception{{Errc::out_of_domain, "a price to begin with must be finite and not negative, got " + to_text(price)}};
  std::vector<double> knots;
  for (const int day : knot_days) {
    knots.push_back(std::log(static_cast<double>(day)));
    if (day >= timeline.end) break;
  }
  at_knots_.assign(knots.size(), price);
  for (const std::int32_t day : timeline.askable) {
    const double left = std::log(static_cast<double>(timeline.end - day));
    const auto after = std::ranges::upper_bound(knots, left);
    const std::size_t knot = std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - knots.begin() - 1, 0)), knots.size() - 1);
    const double width = knot + 1 < knots.size() ? knots[knot + 1] - knots[knot] : 1.0;
    places_.push_back({knot, knot + 1 < knots.size() ? (left - knots[knot]) / width : 0.0});
  }
}

std::vector<double> PriceCurve::prices() const {
  std::vector<double> price;
  for (const auto [knot, share] : places_)
    price.push_back((1.0 - share) * at_knots_[knot] + (share > 0.0 ? share * at_knots_[knot + 1] : 0.0));
  return price;
}

std::vector<double> PriceCurve::by_knot(std::span<const double> x) const {
  std::vector<double> sum(at_knots_.size());
  for (std::size_t t = 0; t < places_.size(); ++t) {
    const auto [knot, share] = places_[t];
    sum[knot] += (1.0 - share) * x[t];
    if (share > 0.0) sum[knot + 1] += share * x[t];
  }
  return sum;
}

namespace {

std::vector<double> scaled(std::vector<double> x, double by) {
  for (double& v : x) v *= by;
  return x;
}

/// The dual of a group at some prices: its value, and its slope by the price of each knot.
struct Dual {
  double value;
  std::vector<double> slope;
};

Dual dual_of(const GroupProblem& group, const PriceCurve& curve) {
  const auto& askable = group.parts.front().values->timeline().askable;
  const double room = group.questions_per_session;
  const auto price = curve.prices();
  std::vector<double> usage(askable.size());
  double value = 0.0;
  for (const QuestionPart& part : group.parts) {
    const auto table = part.values->solve(price);
    for (const auto& q : part.questions) value += q.weight * static_cast<double>(part.values->grid().at(table.row(q.row), q.place));
    part.values->add_usage(table, price, part.questions, usage);
  }
  std::vector<double> worth(askable.size());
  for (std::size_t t = 0; t < worth.size(); ++t) worth[t] = room * price[t] - (group.session_cost.empty() ? 0.0 : group.session_cost[t]);
  const SessionDays sessions = best_session_days(askable, worth, group.limits);
  std::vector<double> spare(askable.size());
  for (const std::size_t t : sessions.chosen) spare[t] = room;
  for (std::size_t t = 0; t < spare.size(); ++t) spare[t] -= usage[t];
  return {value + sessions.worth, curve.by_knot(spare)};
}

}  // namespace

PricedGroup find_prices(const GroupProblem& group, PriceCurve start, const PriceSearch& search) {
  if (group.parts.empty()) throw Exception{{Errc::out_of_domain, "a group has at least one part"}};
  const auto& askable = group.parts.front().values->timeline().askable;
  for (const QuestionPart& part : group.parts) {
    if (part.values->timeline().askable != askable) throw Exception{{Errc::shape_mismatch, "parts of a group have the same askable days"}};
  }
  if (!group.session_cost.empty() && group.session_cost.size() != askable.size())
    throw Exception{{Errc::shape_mismatch, "costs of sessions must be one an askable day, " + to_text(askable.size()) + ", got " +
                                               to_text(group.session_cost.size())}};

  PricedGroup best{std::move(start), {}, 0.0, 1};
  Dual here = dual_of(group, best.curve);
  Bundle bundle;
  bundle.add(here.value, here.slope, best.curve.at_knots());
  // a knot's price moves the further the fewer days it has; the first step is of the size of prices
  auto width = best.curve.by_knot(std::vector<double>(askable.size(), 1.0));
  for (double& w : width) w = 1.0 / std::max(w, 0.2);
  double steepest = 0.0;
  for (std::size_t q = 0; q < width.size(); ++q) steepest = std::max(steepest, std::abs(here.slope[q]) * width[q]);
  const double price = std::ranges::max(best.curve.at_knots());
  double reach = steepest > 0.0 ? std::max(price, 0.01) / steepest : 0.0;
  while (best.evaluations < search.evaluations && reach > 0.0) {
    PriceCurve next = best.curve;
    next.set_knots(bundle.least(best.curve.at_knots(), scaled(width, reach)));
    const double promised = here.value - bundle.at(next.at_knots());
    if (promised <= search.tolerance * here.value) break;
    Dual there = dual_of(group, next);
    ++best.evaluations;
    bundle.add(there.value, there.slope, next.at_knots());
    if (there.value <= here.value - 0.1 * promised) {
      reach *= there.value <= here.value - 0.5 * promised ? 2.0 : 1.0;
      here = std::move(there);
      best.curve = std::move(next);
    } else {
      reach *= 0.7;
    }
  }
  best.value = here.value;
  best.price = best.curve.prices();
  return best;
}

}  // namespace perdure::inline PERDURE_ABI::plan
