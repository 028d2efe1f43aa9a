#include "bundle.hpp"

#include <perdure/core/parallel.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/prices.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
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

std::vector<double> PricedGroup::asking() const {
  std::vector<double> price = question.prices();
  for (double& p : price) p += budget;
  return price;
}

PricedGroup first_prices(const Timeline& timeline, double question) { return {PriceCurve{timeline, question}, PriceCurve{timeline, 0.0}}; }

namespace {

/// The dual of a group at some prices: its value, and its slope by everything that is looked for.
struct Dual {
  double value;
  std::vector<double> slope;
};

/// What is looked for, as one vector: knots of the price of questions; when capacity is limited, knots of the price of sessions; and the price of
/// the budget when there is one. Where sessions have a price, that of a question stands for what is left of it when a session is paid:
/// the two prices rise together, and each has a slope of its own.
class Search {
 public:
  Search(const GroupProblem& group, unsigned threads) : group_{group}, askable_{checked(group)}, threads_{threads} {
    for (const Attendance& a : group.attendance) room_ += a.share * a.questions_per_session;
    room_ = std::max(room_, 1.0);
  }

  [[nodiscard]] std::vector<double> point(const PricedGroup& p) const {
    std::vector<double> x(p.question.at_knots().begin(), p.question.at_knots().end());
    if (capacity()) {
      const auto session = p.session.at_knots();
      for (std::size_t k = 0; k < session.size(); ++k) x[k] = std::max(0.0, x[k] - session[k] / room_);
      x.insert(x.end(), session.begin(), session.end());
    }
    if (budget()) x.push_back(p.budget);
    return x;
  }
  void move(PricedGroup& p, const std::vector<double>& x) const {
    const auto knots = static_cast<std::ptrdiff_t>(p.question.at_knots().size());
    std::vector<double> question{x.begin(), x.begin() + knots};
    if (capacity()) {
      p.session.set_knots({x.begin() + knots, x.begin() + 2 * knots});
      for (std::size_t k = 0; k < question.size(); ++k) question[k] += p.session.at_knots()[k] / room_;
    }
    p.question.set_knots(std::move(question));
    if (budget()) p.budget = x.back();
  }
  /// How far each number moves for a slope of 1: the farther, the fewer days it has. A session is worth as much as its questions.
  [[nodiscard]] std::vector<double> widths(const PricedGroup& p) const {
    const auto days = p.question.by_knot(std::vector<double>(askable_.size(), 1.0));
    std::vector<double> width;
    for (const double d : days) width.push_back(1.0 / std::max(d, 0.2));
    if (capacity()) {
      for (const double d : days) width.push_back(room_ * room_ / std::max(d, 0.2));
    }
    if (budget()) width.push_back(1.0 / static_cast<double>(std::max<std::size_t>(askable_.size(), 1)));
    return width;
  }

  [[nodiscard]] Dual dual(const PricedGroup& p) const {
    const auto place = p.question.prices();
    const auto asking = p.asking();
    const auto session = capacity() ? p.session.prices() : std::vector<double>(askable_.size());
    std::vector<double> usage(askable_.size());
    double value = questions(asking, usage);
    std::vector<double> spare(askable_.size());
    std::vector<double> held(askable_.size());
    for (const Attendance& a : group_.attendance) value += a.share * sessions(a, place, session, spare, held);
    double asked = 0.0;
    for (std::size_t t = 0; t < spare.size(); ++t) {
      spare[t] -= usage[t];
      asked += usage[t];
    }
    Dual found{value, p.question.by_knot(spare)};
    if (capacity()) {
      for (std::size_t t = 0; t < held.size(); ++t) {
        found.value += session[t] * group_.capacity[t];
        held[t] = group_.capacity[t] - held[t] + spare[t] / room_;
      }
      const auto slope = p.session.by_knot(held);
      found.slope.insert(found.slope.end(), slope.begin(), slope.end());
    }
    if (budget()) {
      found.value += p.budget * group_.budget;
      found.slope.push_back(group_.budget - asked);
    }
    return found;
  }

 private:
  [[nodiscard]] bool capacity() const { return !group_.capacity.empty(); }
  [[nodiscard]] bool budget() const { return std::isfinite(group_.budget); }

  /// Of all questions under prices of asking; adds how often each day is asked for.
  [[nodiscard]] double questions(const std::vector<double>& asking, std::vector<double>& usage) const {
    std::vector<double> value(group_.parts.size());
    std::vector<std::vector<double>> used(group_.parts.size(), std::vector<double>(askable_.size()));
    parallel_for(group_.parts.size(), threads_, [&](std::size_t i) {
      const QuestionPart& part = group_.parts[i];
      const auto table = part.values->solve(asking);
      for (const auto& q : part.questions) value[i] += q.weight * static_cast<double>(part.values->grid().at(table.row(q.row), q.place));
      part.values->add_usage(table, asking, part.questions, used[i]);
    });
    double sum = 0.0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      sum += value[i];
      for (std::size_t t = 0; t < usage.size(); ++t) usage[t] += used[i][t];
    }
    return sum;
  }

  /// What the best days for sessions of some learners earn; adds the places in them, and the sessions.
  [[nodiscard]] double sessions(const Attendance& a, const std::vector<double>& place, const std::vector<double>& session,
                                std::vector<double>& spare, std::vector<double>& held) const {
    const double room = a.questions_per_session;
    std::vector<double> worth(askable_.size());
    double earned = 0.0;
    for (std::size_t t = 0; t < worth.size(); ++t) {
      const double cost = session[t] + (group_.session_cost.empty() ? 0.0 : group_.session_cost[t]);
      worth[t] = a.open.empty() || a.open[t] != 0 ? room * place[t] - cost : 0.0;
      if (a.given.empty() || a.given[t] == 0.0) continue;
      earned += a.given[t] * place[t];
      spare[t] += a.share * a.given[t];
    }
    const SessionDays best = best_session_days(askable_, worth, a.limits);
    for (const std::size_t t : best.chosen) {
      spare[t] += a.share * room;
      held[t] += a.share;
    }
    return earned + best.worth;
  }

  static const std::vector<std::int32_t>& checked(const GroupProblem& group) {
    if (group.parts.empty()) throw Exception{{Errc::out_of_domain, "a group has at least one part"}};
    if (group.attendance.empty()) throw Exception{{Errc::out_of_domain, "a group has at least one attendance"}};
    if (!(group.budget >= 0.0)) throw Exception{{Errc::out_of_domain, "a budget must not be negative, got " + to_text(group.budget)}};
    const auto& askable = group.parts.front().values->timeline().askable;
    for (const QuestionPart& part : group.parts) {
      if (part.values->timeline().askable != askable)
        throw Exception{{Errc::shape_mismatch, "parts of a group have the same askable days"}};
    }
    const auto one_a_day = [&askable](const auto& column, const char* what) {
      if (!column.empty() && column.size() != askable.size())
        throw Exception{{Errc::shape_mismatch, std::string{what} + " must be one an askable day, " + to_text(askable.size()) + ", got " +
                                                   to_text(column.size())}};
    };
    one_a_day(group.session_cost, "costs of sessions");
    one_a_day(group.capacity, "capacities");
    for (const Attendance& a : group.attendance) {
      one_a_day(a.open, "open days");
      one_a_day(a.given, "given questions");
    }
    return askable;
  }

  const GroupProblem& group_;
  const std::vector<std::int32_t>& askable_;
  unsigned threads_;
  double room_ = 0.0;  ///< questions of an average session
};

std::vector<double> scaled(std::vector<double> x, double by) {
  for (double& v : x) v *= by;
  return x;
}

}  // namespace

PricedGroup find_prices(const GroupProblem& group, PricedGroup start, const PriceSearch& search) {
  const Search looked_for{group, search.threads};
  PricedGroup best = std::move(start);
  best.evaluations = 1;
  std::vector<double> x = looked_for.point(best);
  Dual here = looked_for.dual(best);
  Bundle bundle;
  bundle.add(here.value, here.slope, x);
  const auto width = looked_for.widths(best);
  double steepest = 0.0;  // the first step is of the size of prices
  for (std::size_t q = 0; q < width.size(); ++q) steepest = std::max(steepest, std::abs(here.slope[q]) * width[q]);
  double reach = steepest > 0.0 ? std::max(std::ranges::max(x), 0.01) / steepest : 0.0;
  while (best.evaluations < search.evaluations && reach > 0.0) {
    const std::vector<double> at = bundle.least(x, scaled(width, reach));
    const double promised = here.value - bundle.at(at);
    if (promised <= search.tolerance * here.value) break;
    PricedGroup next = best;
    looked_for.move(next, at);
    Dual there = looked_for.dual(next);
    ++best.evaluations;
    bundle.add(there.value, there.slope, at);
    if (there.value <= here.value - 0.1 * promised) {
      reach *= there.value <= here.value - 0.5 * promised ? 2.0 : 1.0;
      here = std::move(there);
      looked_for.move(best, at);
      x = at;
    } else {
      reach *= 0.7;
    }
  }
  best.value = here.value;
  return best;
}

}  // namespace perdure::inline PERDURE_ABI::plan
