#pragma once

#include "memories.hpp"

#include <perdure/core/random.hpp>
#include <perdure/plan/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace perdure::test {

/// A cohort with its columns: learners with the same questions, some away, in a plan of some weeks.
struct Cohort {
  plan::MemoryOf<models::Fsrs6> memory = memory_of<models::Fsrs6>();
  plan::Problem problem;
  std::vector<std::uint32_t> calendar, cap, program;
  std::vector<std::uint64_t> first{0};
  std::vector<std::uint16_t> question_class;
  std::vector<std::int32_t> last_day;
  std::vector<float> stability, difficulty, minutes;

  explicit Cohort(std::int32_t days) {
    problem.days = days;
    plan::LearnerDays open{std::vector<std::uint8_t>(static_cast<std::size_t>(days))};
    for (std::int32_t day = 0; day < days; ++day) {
      if (day % 7 >= 5) continue;
      problem.askable.push_back(day);
      open.open[static_cast<std::size_t>(day)] = 1;
    }
    problem.calendars = {open};
    problem.classes = {{&memory, days, {}}};
    problem.caps = {{}};
  }
  Cohort(const Cohort&) = delete;
  Cohort& operator=(const Cohort&) = delete;

  /// Adds a learner whose questions were answered the day before the plan, every third wrong.
  void add(std::size_t questions, std::uint32_t of_calendar = 0, std::uint32_t of_cap = 0) {
    const auto starts = starts_of<models::Fsrs6>();
    const auto learner = static_cast<std::uint32_t>(calendar.size());
    for (std::uint32_t k = 0; k < questions; ++k) {
      const plan::State& s = starts[k % 3 == 2 ? 1 : 0];
      const double factor = 0.5 + random::unit({.seed = 3, .learner = learner, .item = k});
      stability.push_back(static_cast<float>(s[0] * factor));
      difficulty.push_back(static_cast<float>(s[1]));
      question_class.push_back(static_cast<std::uint16_t>(k % problem.classes.size()));
      last_day.push_back(-1 - static_cast<std::int32_t>(k % 2));
    }
    calendar.push_back(of_calendar);
    cap.push_back(of_cap);
    first.push_back(question_class.size());
  }

  /// The problem, with views of the columns as they are now.
  const plan::Problem& view() {
    problem.calendar = calendar;
    problem.cap = cap;
    problem.program = program;
    problem.first = first;
    problem.question_class = question_class;
    problem.last_day = last_day;
    problem.state[0] = stability;
    problem.state[1] = difficulty;
    problem.minutes = minutes;
    return problem;
  }
};

}  // namespace perdure::test
