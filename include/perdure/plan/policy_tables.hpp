#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/grid.hpp>
#include <perdure/plan/library.hpp>
#include <perdure/plan/question_values.hpp>
#include <perdure/plan/session_schedule.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// How large tables are, and what a question must bring.
struct TableOptions {
  Resolution resolution{1.3, 11, 2'500};
  std::size_t most_bytes = 600'000'000;  ///< in all; what would need more becomes coarser
  double question_cost = 0.0;            ///< recall that a question must bring to be asked at all, at least 0
  unsigned threads = 1;
};

/// What a policy looks up: the index and the demand of every question under every price of its section, when it can be asked on the days on which
/// the learners of the section have sessions.
class PolicyTables {
 public:
  PolicyTables(const Library& library, const SessionSchedule& schedule, const TableOptions& options = {});

  [[nodiscard]] const Library& library() const noexcept { return *library_; }
  [[nodiscard]] const SessionSchedule& schedule() const noexcept { return *schedule_; }
  [[nodiscard]] const QuestionValues& values(std::size_t c) const { return *values_[c]; }
  [[nodiscard]] const QuestionValues::Policy& policy(std::size_t c, std::size_t entry) const { return policies_[c][entry]; }

  [[nodiscard]] double question_cost() const noexcept { return question_cost_; }

 private:
  const Library* library_;
  const SessionSchedule* schedule_;
  std::vector<std::unique_ptr<QuestionValues>> values_;        ///< by class
  std::vector<std::vector<QuestionValues::Policy>> policies_;  ///< by class and entry
  double question_cost_;
};

}  // namespace perdure::inline PERDURE_ABI::plan
