#include <perdure/core/random.hpp>
#include <perdure/core/result.hpp>
#include <perdure/plan/session_days.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::plan;
using Days = std::vector<std::int32_t>;

/// Days of `all` in the week that ends with `day`.
std::uint32_t in_week(const Days& all, std::int32_t day) {
  return static_cast<std::uint32_t>(std::ranges::count_if(all, [day](std::int32_t d) { return d > day - 7 && d <= day; }));
}

/// Whether sessions keep within the limits of every week. A week that fixed contacts overfill may have sessions on their days.
bool fits(const Days& sessions, const SessionLimits& limits) {
  Days contacts = limits.fixed_contacts;
  contacts.insert(contacts.end(), sessions.begin(), sessions.end());
  std::ranges::sort(contacts);
  contacts.erase(std::unique(contacts.begin(), contacts.end()), contacts.end());
  for (const std::int32_t day : contacts) {
    if (limits.sessions_per_week != 0 && in_week(sessions, day) > limits.sessions_per_week) return false;
    const std::uint32_t all = in_week(contacts, day);
    if (limits.contacts_per_week != 0 && all > limits.contacts_per_week && all > in_week(limits.fixed_contacts, day)) return false;
  }
  return true;
}

struct Case {
  Days days;
  std::vector<double> worth;
  SessionLimits limits;
};

Case drawn(std::uint64_t seed) {
  random::Stream draw{{.seed = seed}};
  Case c;
  std::int32_t day = 0;
  for (int k = 0; k < 11; ++k) {
    c.days.push_back(day += 1 + static_cast<std::int32_t>(draw.below(4)));
    c.worth.push_back(draw.next() - 0.15);
  }
  c.limits.sessions_per_week = draw.below(4);
  c.limits.contacts_per_week = draw.below(5);
  for (std::int32_t d = 0; d < day; ++d) {
    if (draw.next() < 0.12) c.limits.fixed_contacts.push_back(d);
  }
  return c;
}

TEST(SessionDays, AreTheBestOfAllSets) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Case c = drawn(seed);
    double best = 0.0;
    for (std::uint32_t set = 0; set < 1U << c.days.size(); ++set) {
      Days sessions;
      double worth = 0.0;
      for (std::size_t i = 0; i < c.days.size(); ++i) {
        if ((set >> i & 1U) == 0) continue;
        sessions.push_back(c.days[i]);
        worth += c.worth[i];
      }
      if (worth > best && fits(sessions, c.limits)) best = worth;
    }
    const SessionDays found = best_session_days(c.days, c.worth, c.limits);
    EXPECT_NEAR(found.worth, best, 1e-12) << seed;
    Days sessions;
    double worth = 0.0;
    for (const std::size_t i : found.chosen) {
      sessions.push_back(c.days[i]);
      worth += c.worth[i];
    }
    EXPECT_NEAR(worth, found.worth, 1e-12) << seed;
    EXPECT_TRUE(fits(sessions, c.limits)) << seed;
  }
}

TEST(SessionDays, WithoutLimitsAllThatAreWorthSomething) {
  const SessionDays found = best_session_days(Days{0, 1, 2, 5}, std::vector{0.5, 0.0, -1.0, 0.25}, {});
  EXPECT_EQ(found.chosen, (std::vector<std::size_t>{0, 3}));
  EXPECT_EQ(found.worth, 0.75);
  EXPECT_EQ(best_session_days({}, {}, {.sessions_per_week = 2}).worth, 0.0);
}

TEST(SessionDays, AFullWeekHasRoomOnTheDaysOfItsContactsAlone) {
  const SessionLimits limits{.contacts_per_week = 1, .fixed_contacts = {10}};
  const SessionDays found = best_session_days(Days{8, 10, 12}, std::vector{1.0, 0.1, 1.0}, limits);
  EXPECT_EQ(found.chosen, std::vector<std::size_t>{1});
}

TEST(SessionDays, SessionsHeldBeforeCount) {
  SessionLimits limits{.sessions_per_week = 2, .held = {-5, -1}};
  const std::vector worth{1.0, 1.0, 1.0};
  EXPECT_EQ(best_session_days(Days{0, 2, 4}, std::vector{9.0, 2.0, 1.0}, limits).chosen, std::vector<std::size_t>{1});
  limits = {.contacts_per_week = 1, .held = {-3}};
  EXPECT_EQ(best_session_days(Days{0, 3, 4}, std::vector{1.0, 1.0, 3.0}, limits).chosen, std::vector<std::size_t>{2});
  EXPECT_THROW((void)best_session_days(Days{0, 2, 4}, worth, {.held = {0}}), Exception);
}

TEST(SessionDays, RefusesWhatIsNoOffer) {
  const std::vector one{1.0};
  EXPECT_THROW((void)best_session_days(Days{1, 2}, one, {}), Exception);
  EXPECT_THROW((void)best_session_days(Days{2, 2}, std::vector{1.0, 1.0}, {}), Exception);
  EXPECT_THROW((void)best_session_days(Days{1}, std::vector{std::numeric_limits<double>::infinity()}, {}), Exception);
  EXPECT_THROW((void)best_session_days(Days{1}, one, {.fixed_contacts = {3, 2}}), Exception);
}

}  // namespace
