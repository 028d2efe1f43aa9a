#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/simulate/families.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace perdure::inline PERDURE_ABI::simulate {

/// What is simulated. What each number means and where it may lie is in `number_options`.
struct CohortOptions {
  std::uint64_t seed = 0;
  std::string memory{PowerOdds::id};                    ///< id of a family
  std::vector<std::uint32_t> choices{4};                ///< options to choose from; each item draws one of these; 0: answered freely
  std::vector<std::uint32_t> review_days{30, 90, 180};  ///< days from the end of the course
  time::Date start{std::chrono::year{2026} / std::chrono::January / 5};
  time::Calendar calendar{time::weekdays({std::chrono::Saturday, std::chrono::Sunday})};

  std::uint32_t learners = 200, items = 60, skills = 6, groups = 4, group_gap_days = 7;
  std::uint32_t course_days = 2, course_rounds = 2;
  std::uint32_t review_questions = 20, nugget_weeks = 26, nugget_questions = 2;
  std::uint32_t score_parts = 0;
  double location = 0.0, slip = 0.0, pace = 1.0;
  double ability_sd = 0.8, item_sd = 0.9, skill_sd = 0.4, learner_skill_sd = 0.3, learner_item_sd = 0.4;
  double discrimination_sd = 0.2, learner_pace_sd = 0.3, item_pace_sd = 0.3;
  double attendance = 0.8, attendance_sd = 0.7, late_days = 2.0, dropout = 0.02;
  double response_seconds = 12.0, response_sd = 0.5, tempo_sd = 0.3, wrong_slowdown = 1.3;

  [[nodiscard]] std::optional<Error> validate() const;
};

/// One number of the options: its name, its place, its range, and what it says.
struct NumberOption {
  std::string_view name;
  std::variant<std::uint32_t CohortOptions::*, double CohortOptions::*> member;
  double lower, upper;
  std::string_view doc;

  [[nodiscard]] bool whole() const noexcept { return member.index() == 0; }
  [[nodiscard]] double get(const CohortOptions& options) const {
    return std::visit([&options](auto place) { return static_cast<double>(options.*place); }, member);
  }
  [[nodiscard]] std::optional<Error> problem(double value) const {
    const bool fits = value >= lower && value <= upper && (!whole() || value == static_cast<double>(static_cast<std::uint32_t>(value)));
    if (fits) return std::nullopt;
    return Error{Errc::out_of_domain, std::string{name} + " must be " + (whole() ? "a whole number " : "") + "in [" + to_text(lower) +
                                          ", " + to_text(upper) + "], got " + to_text(value)};
  }
  /// Puts the value in its place. Only after `problem` found none.
  void set(CohortOptions& options, double value) const {
    std::visit([&]<class T>(T CohortOptions::*place) { options.*place = static_cast<T>(value); }, member);
  }
};

inline constexpr std::array number_options{
    NumberOption{"learners", &CohortOptions::learners, 1, 1e7, "learners"},
    NumberOption{"items", &CohortOptions::items, 1, 1e6, "items, shared by all learners"},
    NumberOption{"skills", &CohortOptions::skills, 1, 1e6, "skills, at most one an item; item i has skill i mod skills"},
    NumberOption{"groups", &CohortOptions::groups, 1, 100, "groups that start one after the other; learner u is in group u mod groups"},
    NumberOption{"group_gap_days", &CohortOptions::group_gap_days, 0, 365, "days between the starts of two groups"},
    NumberOption{"location", &CohortOptions::location, -10, 10, "mean level before the first answer, in log-odds"},
    NumberOption{"ability_sd", &CohortOptions::ability_sd, 0, 5, "standard deviation of the learners' abilities, in log-odds"},
    NumberOption{"item_sd", &CohortOptions::item_sd, 0, 5, "of the items' difficulties"},
    NumberOption{"skill_sd", &CohortOptions::skill_sd, 0, 5, "of the skills' difficulties"},
    NumberOption{"learner_skill_sd", &CohortOptions::learner_skill_sd, 0, 5, "of the effect of learner x skill"},
    NumberOption{"learner_item_sd", &CohortOptions::learner_item_sd, 0, 5, "of the effect of learner x item"},
    NumberOption{"discrimination_sd", &CohortOptions::discrimination_sd, 0, 2, "of the logarithm of the items' discrimination"},
    NumberOption{"slip", &CohortOptions::slip, 0, 0.4, "probability of a wrong answer to an item that is known"},
    NumberOption{"pace", &CohortOptions::pace, 0.01, 100, "multiplies elapsed time: 2 forgets twice as fast"},
    NumberOption{"learner_pace_sd", &CohortOptions::learner_pace_sd, 0, 2, "of the logarithm of the learners' pace"},
    NumberOption{"item_pace_sd", &CohortOptions::item_pace_sd, 0, 2, "of the logarithm of the items' pace"},
    NumberOption{"course_days", &CohortOptions::course_days, 1, 100, "working days of the course; each asks its share of the items"},
    NumberOption{"course_rounds", &CohortOptions::course_rounds, 1, 20, "times that each item is asked on its day of the course"},
    NumberOption{"review_questions", &CohortOptions::review_questions, 1, 1e5, "items of a review, at most all"},
    NumberOption{"nugget_weeks", &CohortOptions::nugget_weeks, 0, 520, "weeks with a nugget after the course"},
    NumberOption{"nugget_questions", &CohortOptions::nugget_questions, 1, 1e5, "items of a nugget, at most all"},
    NumberOption{"attendance", &CohortOptions::attendance, 0.01, 1, "probability that a typical learner takes a review or nugget"},
    NumberOption{"attendance_sd", &CohortOptions::attendance_sd, 0, 5, "of the log-odds of attendance between learners"},
    NumberOption{"late_days", &CohortOptions::late_days, 0, 60, "mean delay of a review or nugget"},
    NumberOption{"dropout", &CohortOptions::dropout, 0, 0.99, "probability of leaving for good within 30 days"},
    NumberOption{"response_seconds", &CohortOptions::response_seconds, 0, 300, "median time of a right answer; 0: answered when shown"},
    NumberOption{"response_sd", &CohortOptions::response_sd, 0, 2, "of the logarithm of a time"},
    NumberOption{"tempo_sd", &CohortOptions::tempo_sd, 0, 2, "of the logarithm of the learners' tempo"},
    NumberOption{"wrong_slowdown", &CohortOptions::wrong_slowdown, 1, 10, "a wrong answer takes so many times as long"},
    NumberOption{"score_parts", &CohortOptions::score_parts, 0, 50, "m > 0: scores in steps of 1/(2m+1) whose mean is the truth"},
};

inline std::optional<Error> CohortOptions::validate() const {
  for (const NumberOption& option : number_options) {
    if (auto problem = option.problem(option.get(*this))) return problem;
  }
  if (auto problem = with_family(memory, []<class F>() {})) return problem;
  constexpr std::uint64_t most_pairs = 50'000'000;
  if (const std::uint64_t pairs = std::uint64_t{learners} * items; pairs > most_pairs) {
    return Error{Errc::out_of_domain, "learners x items must be at most " + to_text(most_pairs) + ", got " + to_text(pairs)};
  }
  if (skills > items) return Error{Errc::out_of_domain, "skills must be at most items, got " + to_text(skills)};
  if (choices.empty()) return Error{Errc::out_of_domain, "choices must name a number of options, got none"};
  for (const std::uint32_t n : choices) {
    if (n == 1 || n > 20) return Error{Errc::out_of_domain, "choices must be 0 or in [2, 20], got " + to_text(n)};
  }
  for (const std::uint32_t day : review_days) {
    if (day < 1 || day > 3650) return Error{Errc::out_of_domain, "review_days must be in [1, 3650], got " + to_text(day)};
  }
  using std::chrono::year;
  if (start < time::Date{year{1970} / 1 / 1} || start >= time::Date{year{2100} / 1 / 1}) {
    return Error{Errc::out_of_domain, "start must be in [1970-01-01, 2100-01-01)"};
  }
  return std::nullopt;
}

}  // namespace perdure::inline PERDURE_ABI::simulate
