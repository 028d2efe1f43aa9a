#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/session_days.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

/// Which of the six days before a day had something: bit k is k + 1 days before.
using Mask = std::uint32_t;
constexpr std::size_t masks = 64;
constexpr double never = -std::numeric_limits<double>::infinity();

constexpr Mask shifted(Mask mask, bool today, std::int32_t by) {
  return by > 6 ? 0 : (mask << 1U | (today ? 1U : 0U)) << static_cast<unsigned>(by - 1) & Mask{masks - 1};
}

/// Whether fixed contacts leave room for sessions, week by week.
class Contacts {
 public:
  explicit Contacts(const SessionLimits& limits) : limits_{limits} {}

  /// Whether a session on `day`, after sessions as `mask` says, keeps within the limits of every week that ends by then.
  [[nodiscard]] bool allow(std::int32_t day, Mask mask) const {
    if (limits_.sessions_per_week != 0 && static_cast<std::uint32_t>(std::popcount(mask)) + 1 > limits_.sessions_per_week) return false;
    return limits_.contacts_per_week == 0 || fits(day, mask, true);
  }

  /// Whether the week that ends with `day`, which has no session, keeps within the limit of contacts.
  [[nodiscard]] bool holds(std::int32_t day, Mask mask) const {
    return limits_.contacts_per_week == 0 || mask == 0 || !is_fixed(day) || fits(day, mask, false);
  }

 private:
  [[nodiscard]] bool is_fixed(std::int32_t day) const {
    return std::ranges::binary_search(limits_.fixed_contacts, day) || std::ranges::binary_search(limits_.held, day);
  }

  [[nodiscard]] bool fits(std::int32_t day, Mask mask, bool today) const {
    Mask fixed = 0;
    for (std::int32_t k = 1; k <= 6; ++k) fixed |= is_fixed(day - k) ? 1U << static_cast<unsigned>(k - 1) : 0U;
    const auto count = [](Mask m, bool last) { return static_cast<std::uint32_t>(std::popcount(m)) + (last ? 1U : 0U); };
    const bool fixed_today = is_fixed(day);
    const std::uint32_t all = count(mask | fixed, today || fixed_today);
    return all <= limits_.contacts_per_week || all == count(fixed, fixed_today);  // sessions on fixed days cost no contact
  }

  const SessionLimits& limits_;
};

}  // namespace

SessionDays best_session_days(std::span<const std::int32_t> days, std::span<const double> worth, const SessionLimits& limits) {
  if (worth.size() != days.size())
    throw Exception{{Errc::shape_mismatch, "worths must be one a day, " + to_text(days.size()) + ", got " + to_text(worth.size())}};
  const auto climbs = [](std::span<const std::int32_t> d) { return std::ranges::adjacent_find(d, std::greater_equal{}) == d.end(); };
  if (!climbs(days) || !climbs(limits.fixed_contacts) || !climbs(limits.held)) throw Exception{{Errc::out_of_domain, "days must ascend"}};
  if (!std::ranges::all_of(worth, [](double w) { return std::isfinite(w); }))
    throw Exception{{Errc::out_of_domain, "worths must be finite"}};
  if (!days.empty() && !limits.held.empty() && limits.held.back() >= days.front())
    throw Exception{{Errc::out_of_domain, "sessions held must be before the days offered"}};

  SessionDays found;
  if (limits.sessions_per_week == 0 && limits.contacts_per_week == 0) {
    for (std::size_t i = 0; i < days.size(); ++i) {
      if (!(worth[i] > 0.0)) continue;
      found.worth += worth[i];
      found.chosen.push_back(i);
    }
    return found;
  }
  // Steps are offered days and fixed contacts. value[mask]: the best of all days from a step on.
  struct Step {
    std::int32_t day;
    std::size_t offer;  // position among the days offered; their number for none
  };
  std::vector<Step> steps;
  for (std::size_t i = 0; i < days.size(); ++i) steps.push_back({days[i], i});
  for (const std::int32_t day : limits.fixed_contacts) {
    if (!days.empty() && day > days.front() && !std::ranges::binary_search(days, day)) steps.push_back({day, days.size()});
  }
  std::ranges::sort(steps, {}, &Step::day);
  const Contacts contacts{limits};
  std::array<double, masks> value{};
  std::vector<std::uint64_t> asks(steps.size());  // by mask
  for (std::size_t s = steps.size(); s-- > 0;) {
    const auto [day, offer] = steps[s];
    const std::int32_t by = s + 1 < steps.size() ? steps[s + 1].day - day : 7;
    std::array<double, masks> now{};
    for (Mask mask = 0; mask < masks; ++mask) {
      now[mask] = contacts.holds(day, mask) ? value[shifted(mask, false, by)] : never;
      if (offer == days.size() || !(worth[offer] > 0.0) || !contacts.allow(day, mask)) continue;
      const double with = worth[offer] + value[shifted(mask, true, by)];
      if (with > now[mask]) {
        now[mask] = with;
        asks[s] |= std::uint64_t{1} << mask;
      }
    }
    value = now;
  }
  Mask mask = 0;
  for (const std::int32_t day : limits.held) {
    const std::int32_t before = steps.empty() ? 7 : steps.front().day - day;
    if (before >= 1 && before <= 6) mask |= 1U << static_cast<unsigned>(before - 1);
  }
  found.worth = value[mask];
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const bool today = (asks[s] >> mask & 1U) != 0;
    if (today) found.chosen.push_back(steps[s].offer);
    mask = shifted(mask, today, s + 1 < steps.size() ? steps[s + 1].day - steps[s].day : 7);
  }
  return found;
}

}  // namespace perdure::inline PERDURE_ABI::plan
