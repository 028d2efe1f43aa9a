#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/bound.hpp>
#include <perdure/plan/course.hpp>
#include <perdure/plan/policy_tables.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// Mean recall, as goals weigh it, of the questions of a sample of courses, with a 95 % interval, and what it took.
struct PolicyValue {
  double mean = 0.0, half_width = 0.0;
  double questions = 0.0, sessions = 0.0;  ///< of a learner
  double worst_decile = 0.0;               ///< mean recall of the tenth of learners that recall least
};

/// How values are estimated.
struct ValueOptions {
  std::size_t courses = 4000;  ///< at least so many; learners come again when they are fewer
  std::size_t choosing = 0;    ///< courses on which the best of some rules is found; 0 for as many as its value is a mean over
  std::uint64_t seed = 0;
  std::uint32_t sample = 0;        ///< another sample with the same seed
  const World* world = nullptr;    ///< null where beliefs are true
  const KeptPlan* kept = nullptr;  ///< see CourseOptions
  unsigned threads = 1;
};

/// The value of a rule by simulation. Rules meet the same learners and the same luck.
[[nodiscard]] PolicyValue value_of(const PolicyTables& tables, const Rule& rule, const ValueOptions& options = {});

/// What a plan is worth, and what none exceeds: relative to the planner's memory, which is an assumption.
struct Certificate {
  std::size_t chosen = 0;          ///< rule with the highest value on a first sample, less what its questions cost
  std::vector<PolicyValue> rules;  ///< on that sample
  PolicyValue value;               ///< of the chosen one, on a second sample: free of the winner's luck
  double cost = 0.0;               ///< what the questions of the chosen one cost, as mean recall
  double upper_bound = 0.0;        ///< that the mean recall of no plan exceeds whose questions cost no more than these
  double no_review = 0.0;          ///< mean recall when nothing is asked
  double residual = 0.0;           ///< of the bound, see Bound
  [[nodiscard]] double gap() const noexcept { return (upper_bound - value.mean) / upper_bound; }
  /// The gap as a share of what asking can gain; 0 when there is nothing to gain.
  [[nodiscard]] double share_of_gain() const noexcept {
    return upper_bound > no_review ? (upper_bound - value.mean) / (upper_bound - no_review) : 0.0;
  }
};

/// The best of some rules, at least one, beside a bound for the same cost of a question. Throws Exception (out_of_domain) for none.
[[nodiscard]] Certificate certify(const PolicyTables& tables, const Bound& bound, std::span<const Rule> rules,
                                  const ValueOptions& options = {});

}  // namespace perdure::inline PERDURE_ABI::plan
