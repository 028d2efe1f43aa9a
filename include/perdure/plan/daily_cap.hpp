#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/core/text.hpp>
#include <perdure/schedule/on_calendar.hpp>
#include <perdure/schedule/target_retention.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// Columns of cards to plan, one row per learner × item.
struct DueColumns {
  std::span<const std::uint32_t> learner;       ///< index into the learners' rules, ascending
  std::span<const std::int32_t> last_answered;  ///< local date of the last answer, days since 1970-01-01
  std::span<const double> interval;             ///< days after the last answer at which recall falls to the target
  std::span<const double> recall;               ///< recall on the first day of the plan; breaks ties, lowest first
};

/// What one learner's days allow.
struct LearnerRules {
  time::Calendar calendar{};
  std::uint32_t questions_per_day = 5;  ///< >= 1
};

/// The days of the plan, both included.
struct Horizon {
  time::Date first, last;
};

/// Why a card is asked when it is, or is not asked.
enum class Outcome : std::uint8_t {
  on_time,      ///< on the day that the target asks for
  soonest,      ///< on the day after the last answer: recall falls below the target within a day
  overdue,      ///< due before the plan began; asked on the first day with room
  rolled,       ///< moved to a study day
  delayed,      ///< moved past a day whose questions are all taken
  early,        ///< moved before the day, because no study day from then on has room
  not_due,      ///< recall stays above the target to the end of the plan
  no_capacity,  ///< due, but every study day of the plan is full
};

inline constexpr std::string_view outcome_names[] = {"on_time", "soonest", "overdue", "rolled",
                                                     "delayed", "early",   "not_due", "no_capacity"};

/// True for the outcomes that come with a date.
[[nodiscard]] constexpr bool is_planned(Outcome outcome) noexcept { return outcome < Outcome::not_due; }

/// One per card. `date` is only meaningful when the outcome is planned.
struct Assignment {
  time::Date date{};
  time::Date ideal{};  ///< the day that the target asks for, before the calendar and the cap
  Outcome outcome = Outcome::not_due;
  bool waited = false;  ///< past a day whose questions are all taken
};

namespace detail {

/// Questions taken on each day of the plan by one learner.
class Agenda {
 public:
  Agenda(const LearnerRules& rules, const Horizon& horizon)
      : rules_{rules}, horizon_{horizon}, taken_(static_cast<std::size_t>((horizon.last - horizon.first).count() + 1)) {}

  /// Takes a question on the first day with room from `day` on.
  [[nodiscard]] std::optional<time::Date> take_from(time::Date day) {
    for (day = std::max(day, horizon_.first); day <= horizon_.last; day += std::chrono::days{1}) {
      if (take(day)) return day;
    }
    return std::nullopt;
  }

  /// Takes a question on the last day with room before `day`. Days once found full are not looked at again.
  [[nodiscard]] std::optional<time::Date> take_before(time::Date day) {
    const time::Date upper = std::min(day - std::chrono::days{1}, horizon_.last);
    for (time::Date d = upper; d >= horizon_.first + full_; d -= std::chrono::days{1}) {
      if (take(d)) return d;
    }
    full_ = std::max(full_, upper + std::chrono::days{1} - horizon_.first);
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool take(time::Date day) {
    std::uint32_t& taken = taken_[static_cast<std::size_t>((day - horizon_.first).count())];
    if (taken >= rules_.questions_per_day || !rules_.calendar.studies(day)) return false;
    ++taken;
    return true;
  }

  const LearnerRules& rules_;
  Horizon horizon_;
  std::vector<std::uint32_t> taken_;
  std::chrono::days full_{0};  ///< this many first days have no room
};

/// Why a card is asked on the day it was given.
[[nodiscard]] inline Outcome outcome_of(const Assignment& a, const Horizon& horizon, double interval) {
  if (a.ideal < horizon.first) return Outcome::overdue;
  if (a.waited) return Outcome::delayed;
  if (a.date != a.ideal) return Outcome::rolled;
  return interval < 1.0 ? Outcome::soonest : Outcome::on_time;
}

/// Plans the rows [begin, end) of one learner: earliest due first, then lowest recall.
inline void plan_learner(const DueColumns& cards, const LearnerRules& rules, const Horizon& horizon, std::size_t begin, std::size_t end,
                         std::span<Assignment> out) {
  const schedule::TargetRetention target;
  const schedule::OnCalendar<schedule::TargetRetention> policy{.inner = target, .calendar = rules.calendar};
  struct Waiting {
    time::Date due;
    double recall;
    std::size_t row;
  };
  std::vector<Waiting> queue;
  for (std::size_t i = begin; i < end; ++i) {
    const time::Date last{std::chrono::days{cards.last_answered[i]}};
    const Days interval{cards.interval[i]};
    out[i].ideal = target.decide({last + std::chrono::days{1}, last, interval}).due;
    const time::Date due = policy.decide({horizon.first, last, interval}).due;
    if (std::max(out[i].ideal, horizon.first) > horizon.last) continue;
    queue.push_back({due, cards.recall[i], i});
  }
  std::sort(queue.begin(), queue.end(),
            [](const Waiting& a, const Waiting& b) { return std::tie(a.due, a.recall, a.row) < std::tie(b.due, b.recall, b.row); });

  Agenda agenda{rules, horizon};
  std::vector<Waiting> left;
  time::Date cursor = horizon.first;  // days from the last due date up to here are full
  for (const Waiting& card : queue) {
    const auto day = agenda.take_from(std::max(card.due, cursor));
    if (!day) {
      left.push_back(card);
      continue;
    }
    cursor = *day;
    Assignment& a = out[card.row];
    a.date = *day;
    a.waited = *day > card.due;
    a.outcome = outcome_of(a, horizon, cards.interval[card.row]);
  }
  for (const Waiting& card : left) {
    const auto day = agenda.take_before(card.due);
    out[card.row].outcome = day ? Outcome::early : Outcome::no_capacity;
    if (day) out[card.row].date = *day;
  }
}

}  // namespace detail

/// Next quiz of every card: on the day that target retention asks for, moved to a study day, under each learner's daily cap. Cards that are
/// due when the day is full go to the next study day (earliest due first, so that the longest delay is as short as it can be), and where none is
/// left to the last one before that has room. Throws std::invalid_argument for columns of different lengths, learners that are unknown or not in
/// ascending order, a cap of 0, or a horizon that ends before it begins. The result does not depend on `threads`.
[[nodiscard]] inline std::vector<Assignment> daily_cap(const DueColumns& cards, std::span<const LearnerRules> learners,
                                                       const Horizon& horizon, unsigned threads = 1) {
  const std::size_t n = cards.learner.size();
  if (cards.last_answered.size() != n || cards.interval.size() != n || cards.recall.size() != n) {
    throw std::invalid_argument{"columns of cards differ in length"};
  }
  if (horizon.last < horizon.first) throw std::invalid_argument{"the plan's last day is before its first"};
  std::vector<std::size_t> begin;
  for (std::size_t i = 0; i < n; ++i) {
    if (cards.learner[i] >= learners.size()) throw std::invalid_argument{"row " + to_text(i) + " names a learner without rules"};
    if (!(cards.interval[i] >= 0.0)) {
      throw std::invalid_argument{"interval of row " + to_text(i) + " must be >= 0, got " + to_text(cards.interval[i])};
    }
    if (i > 0 && cards.learner[i] < cards.learner[i - 1]) throw std::invalid_argument{"row " + to_text(i) + " is out of order by learner"};
    if (i == 0 || cards.learner[i] != cards.learner[i - 1]) begin.push_back(i);
  }
  for (const LearnerRules& rules : learners) {
    if (rules.questions_per_day == 0) throw std::invalid_argument{"questions_per_day must be at least 1, got 0"};
  }
  std::vector<Assignment> out(n);
  parallel_for(begin.size(), threads, [&](std::size_t k) {
    const std::size_t end = k + 1 < begin.size() ? begin[k + 1] : n;
    detail::plan_learner(cards, learners[cards.learner[begin[k]]], horizon, begin[k], end, out);
  });
  return out;
}

}  // namespace perdure::inline PERDURE_ABI::plan
