#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/kept_plan.hpp>
#include <perdure/plan/memory.hpp>
#include <perdure/plan/policy_tables.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// How questions of a session are chosen.
enum class Policy : std::uint8_t {
  planned,        ///< by index, under the prices whose demand meets the room that is left
  steady,         ///< by index, under the prices of the learner's group, whatever room is left
  myopic,         ///< by the rise of recall on the last day
  lowest_recall,  ///< lowest recall first
  round_robin,    ///< longest unasked first
  target,         ///< lowest recall first, of those below a target
  ladder,         ///< by a cadence from the last answer, earliest due first
  fixed_days,     ///< by a cadence from the first day, earliest due first
};

/// A policy and what it needs to know.
struct Rule {
  Policy policy = Policy::planned;
  double target = 0.9;               ///< of `target`
  std::vector<std::int32_t> days{};  ///< of `ladder`: days after so many right answers in a row; of `fixed_days`: days after the anchor
  std::int32_t wrong = 1;            ///< of `ladder`: days after a wrong answer
  std::vector<Rule>
      by_course{};  ///< by number of a course: its own rule; empty where all have this one. What is due by a cadence goes first
};

/// How answers come about.
enum class Answers : std::uint8_t {
  likely,  ///< right where recall is a half or more, and on a ladder: the course that a plan shows
  drawn,   ///< right as often as recall says
};

/// What is true of memory, where it is not what the planner believes: by class, and by question.
struct World {
  std::vector<const Memory*> memory;                        ///< by class
  std::array<std::span<const float>, most_fields> state{};  ///< by field and question: after the last answer
};

/// One question asked.
struct Asking {
  std::uint32_t learner = 0;
  std::uint32_t question = 0;  ///< position among the learner's
  std::int32_t day = 0;
  float recall = 0.0F;  ///< as believed, before the answer
  float gain = 0.0F;    ///< what asking is worth, before its price; NaN where the policy knows none
  float price = 0.0F;
  bool right = false;
};

/// What became of a learner in a course.
struct LearnerOutcome {
  double value = 0.0;  ///< recall of its questions as their goals weigh it
  std::uint32_t questions = 0, sessions = 0;
};

/// How a course is run.
struct CourseOptions {
  Rule rule{};
  Answers answers = Answers::drawn;
  std::uint64_t seed = 0;
  std::uint32_t replication = 0;   ///< another course with the same seed
  std::int32_t last_day = -1;      ///< the last day that is run; -1 for the whole plan
  const World* world = nullptr;    ///< null where beliefs are true
  const KeptPlan* kept = nullptr;  ///< a plan made before, which planned questions keep to; null for none
  unsigned threads = 1;
};

/// Takes what was asked of some learners, those of one block after another; by learner, then day.
using AskingSink = std::function<void(std::span<const Asking>)>;

/// Lets learners go through a plan: on the days of a schedule a rule chooses questions, answers come, and beliefs follow them. Answers are drawn by
/// learner, question and number of the answer, so that policies meet the same luck, and threads change nothing.
/// \param learners  which; all of the problem where empty
/// \param sink      for what is asked; may be empty
[[nodiscard]] std::vector<LearnerOutcome> run_course(const PolicyTables& tables, std::span<const std::uint32_t> learners,
                                                     const CourseOptions& options, const AskingSink& sink = {});

}  // namespace perdure::inline PERDURE_ABI::plan
