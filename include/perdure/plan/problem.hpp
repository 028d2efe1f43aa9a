#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/memory.hpp>
#include <perdure/plan/question_values.hpp>
#include <perdure/plan/session_days.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// Questions that share what they are worth: the same memory, the same day on which recall counts, the same goal. The goal is that of one
/// question, its weight included.
struct QuestionClass {
  const Memory* memory = nullptr;
  std::int32_t end = 0;  ///< the day on which recall counts
  Goal goal{};
  std::int32_t group_session = -1;  ///< a day on which they are asked in any case; -1 for none
  std::int32_t course = 0;          ///< number of the course that taught them
};

/// Questions of a learner in any case, on a day that is given, such as a review quiz a month after the training.
struct GivenSession {
  static constexpr std::int32_t any_course = -1;
  std::int32_t day = 0;
  std::uint32_t questions = 0;  ///< at most
  std::int32_t course = any_course;
};

/// What the days of some learners allow. Days are numbered from 0, the plan's first.
struct LearnerDays {
  std::vector<std::uint8_t> open;  ///< by day of the plan: 1 where a session may be
  std::vector<std::int32_t>
      contacts{};  ///< days of contacts that are given, ascending, given sessions and those of the week before the plan among them
  std::vector<GivenSession> given{};  ///< by day, on askable days that are not open
  std::vector<std::int32_t> held{};   ///< days of sessions in the week before the plan, ascending, below 0
};

/// What some learners may be asked.
struct LearnerCaps {
  static constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t questions_per_session = 5;
  std::uint32_t sessions_per_week = 0;  ///< in any 7 days; 0 for no limit
  std::uint32_t contacts_per_week = 0;  ///< days with a session or a given contact, in any 7 days; 0 for no limit
  std::uint32_t questions_in_all = unlimited;
  float minutes_per_day = std::numeric_limits<float>::infinity();
};

/// What comes before what among the questions of some learners, by their positions among the questions of one.
struct Prerequisite {
  static constexpr std::uint32_t nothing = std::numeric_limits<std::uint32_t>::max();  ///< as `after`: what comes first is never asked
  std::uint32_t question = 0, after = 0;
};

/// Learners, their questions, and what limits both. Columns are views: whoever makes a problem keeps them.
struct Problem {
  std::int32_t days = 0;              ///< of the plan
  std::vector<std::int32_t> askable;  ///< days on which anyone may be asked, ascending, in [0, days)
  std::vector<QuestionClass> classes;
  std::vector<LearnerDays> calendars;
  std::vector<LearnerCaps> caps;
  std::vector<std::vector<Prerequisite>> programs{};
  std::vector<std::int64_t> capacity{};  ///< sessions of all learners, by askable day; empty for no limit

  std::span<const std::uint32_t> calendar, cap;             ///< by learner: of calendars, of caps
  std::span<const std::uint32_t> program{};                 ///< by learner: of programs; empty when nothing comes before anything
  std::span<const std::uint64_t> first;                     ///< by learner, and one more: where its questions begin
  std::span<const std::uint16_t> question_class;            ///< by question
  std::span<const std::int32_t> last_day;                   ///< by question: of the last answer, before 0
  std::array<std::span<const float>, most_fields> state{};  ///< by field and question
  std::span<const float> minutes{};                         ///< by question: what it takes; empty for none
  std::span<const std::uint8_t> asked{};                    ///< by question: whether it was asked before the plan; empty for all were
  std::span<const std::int32_t> anchor{};                   ///< by question: the day from which a cadence counts; empty for none, see Rule

  [[nodiscard]] std::size_t learners() const noexcept { return calendar.size(); }
  [[nodiscard]] std::size_t questions() const noexcept { return question_class.size(); }
  [[nodiscard]] State state_of(std::size_t question) const noexcept {
    State s{};
    for (std::size_t f = 0; f < classes[question_class[question]].memory->fields().size(); ++f)
      s[f] = static_cast<double>(state[f][question]);
    return s;
  }
  /// Position of an askable day.
  [[nodiscard]] std::size_t position_of(std::int32_t day) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(askable, day) - askable.begin());
  }
  [[nodiscard]] SessionLimits limits_of(std::size_t learner) const {
    const LearnerCaps& c = caps[cap[learner]];
    const LearnerDays& d = calendars[calendar[learner]];
    return {c.sessions_per_week, c.contacts_per_week, d.contacts, d.held};
  }
};

/// Throws Exception (out_of_domain, shape_mismatch) for a problem that is none: what, where and what was expected.
void check(const Problem& problem);

}  // namespace perdure::inline PERDURE_ABI::plan
