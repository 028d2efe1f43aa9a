#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/problem.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

void require(bool holds, Errc code, const std::string& what) {
  if (!holds) throw Exception{{code, what}};
}

template <class Days>
bool climbs(const Days& days) {
  return std::ranges::adjacent_find(days, std::greater_equal{}) == days.end();
}

void check_classes(const Problem& p) {
  for (std::size_t c = 0; c < p.classes.size(); ++c) {
    const auto& [memory, end, goal, group_session, course] = p.classes[c];
    const std::string name = "class " + to_text(c);
    require(memory != nullptr, Errc::out_of_domain, name + " has no memory");
    require(end >= 1 && end <= p.days, Errc::out_of_domain, name + " must end in [1, " + to_text(p.days) + "], got " + to_text(end));
    require(group_session < end && (group_session < 0 || std::ranges::binary_search(p.askable, group_session)), Errc::out_of_domain,
            name + ": a group session must be on an askable day before " + to_text(end) + ", got " + to_text(group_session));
  }
}

void check_calendars(const Problem& p) {
  for (std::size_t c = 0; c < p.calendars.size(); ++c) {
    const auto& [open, contacts, given, held] = p.calendars[c];
    const std::string name = "calendar " + to_text(c);
    require(open.size() == static_cast<std::size_t>(p.days), Errc::shape_mismatch,
            name + " must have a mark a day, " + to_text(p.days) + ", got " + to_text(open.size()));
    require(climbs(contacts), Errc::out_of_domain, name + ": days of contacts must ascend");
    require(climbs(held) && (held.empty() || held.back() < 0), Errc::out_of_domain,
            name + ": sessions before the plan must ascend, on days before 0");
    for (std::size_t g = 0; g < given.size(); ++g) {
      const std::int32_t day = given[g].day;
      require(std::ranges::binary_search(p.askable, day) && open[static_cast<std::size_t>(day)] == 0 && (g == 0 || given[g - 1].day <= day),
              Errc::out_of_domain, name + ": given sessions must ascend, on askable days that are not open, got day " + to_text(day));
    }
  }
  for (const LearnerCaps& c : p.caps) {
    require(c.questions_per_session >= 1, Errc::out_of_domain, "questions_per_session must be at least 1, got 0");
    require(c.minutes_per_day > 0.0F, Errc::out_of_domain, "minutes_per_day must be above 0, got " + to_text(c.minutes_per_day));
  }
}

void check_columns(const Problem& p) {
  const auto as_many = [](std::size_t size, std::size_t wanted, const char* what) {
    require(size == wanted, Errc::shape_mismatch, std::string{what} + " must have " + to_text(wanted) + " values, got " + to_text(size));
  };
  as_many(p.cap.size(), p.learners(), "caps of learners");
  as_many(p.first.size(), p.learners() + 1, "first questions of learners");
  as_many(p.program.size(), p.program.empty() ? 0 : p.learners(), "programs of learners");
  as_many(p.last_day.size(), p.questions(), "days of last answers");
  as_many(p.minutes.size(), p.minutes.empty() ? 0 : p.questions(), "minutes");
  as_many(p.asked.size(), p.asked.empty() ? 0 : p.questions(), "marks of what was asked");
  as_many(p.anchor.size(), p.anchor.empty() ? 0 : p.questions(), "days from which cadences count");
  require(p.first.front() == 0 && p.first.back() == p.questions() && std::ranges::is_sorted(p.first), Errc::out_of_domain,
          "first questions must ascend from 0 to " + to_text(p.questions()));
  const auto known = [](auto column, std::size_t many, const char* what) {
    const auto found = std::ranges::find_if(column, [many](auto i) { return i >= many; });
    require(found == column.end(), Errc::out_of_domain,
            std::string{what} + " " + to_text(static_cast<std::size_t>(found == column.end() ? 0 : *found)) + " of row " +
                to_text(static_cast<std::size_t>(found - column.begin())) + " is unknown: there are " + to_text(many));
  };
  known(p.calendar, p.calendars.size(), "calendar");
  known(p.cap, p.caps.size(), "cap");
  known(p.program, p.programs.size(), "program");
  known(p.question_class, p.classes.size(), "class");
  const auto late = std::ranges::find_if(p.last_day, [](std::int32_t day) { return day >= 0; });
  require(late == p.last_day.end(), Errc::out_of_domain,
          "row " + to_text(static_cast<std::size_t>(late - p.last_day.begin())) + ": the last answer must be before day 0");
  for (std::size_t u = 0; u < p.program.size(); ++u) {
    for (const auto& [question, after] : p.programs[p.program[u]])
      require(question < p.first[u + 1] - p.first[u] && (after < p.first[u + 1] - p.first[u] || after == Prerequisite::nothing) &&
                  question != after,
              Errc::out_of_domain, "learner " + to_text(u) + ": a prerequisite names a question that there is not");
  }
}

void check_states(const Problem& p) {
  std::size_t fields = 0;
  for (const QuestionClass& c : p.classes) fields = std::max(fields, c.memory->fields().size());
  for (std::size_t f = 0; f < fields; ++f)
    require(p.state[f].size() == p.questions(), Errc::shape_mismatch,
            "state " + to_text(f) + " must have " + to_text(p.questions()) + " values, got " + to_text(p.state[f].size()));
  for (std::size_t q = 0; q < p.questions(); ++q) {
    const auto specs = p.classes[p.question_class[q]].memory->fields();
    for (std::size_t f = 0; f < specs.size(); ++f) {
      const double x = static_cast<double>(p.state[f][q]);
      require(std::isfinite(x), Errc::out_of_domain,
              "row " + to_text(q) + ": " + std::string{specs[f].name} + " must be finite, got " + to_text(x));
    }
  }
}

}  // namespace

void check(const Problem& problem) {
  require(problem.days >= 1, Errc::out_of_domain, "a plan must be at least a day long, got " + to_text(problem.days));
  require(climbs(problem.askable) && (problem.askable.empty() || (problem.askable.front() >= 0 && problem.askable.back() < problem.days)),
          Errc::out_of_domain, "askable days must ascend in [0, " + to_text(problem.days) + ")");
  require(problem.learners() > 0 && problem.questions() > 0, Errc::out_of_domain, "a plan needs at least one learner and one question");
  require(problem.capacity.empty() || problem.capacity.size() == problem.askable.size(), Errc::shape_mismatch,
          "capacities must be one an askable day, " + to_text(problem.askable.size()) + ", got " + to_text(problem.capacity.size()));
  check_classes(problem);
  check_calendars(problem);
  check_columns(problem);
  check_states(problem);
}

}  // namespace perdure::inline PERDURE_ABI::plan
