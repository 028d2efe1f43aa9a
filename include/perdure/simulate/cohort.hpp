#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/simulate/cohort_options.hpp>
#include <perdure/simulate/cohort_sessions.hpp>
#include <perdure/simulate/cohort_traits.hpp>
#include <perdure/time/date.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

/// Cohorts whose truth is known: who the learners are, what the items are like, and how probable each answer was.
namespace perdure::inline PERDURE_ABI::simulate {

/// Answers, learner by learner, each learner's in time order.
struct Answers {
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> shown_at, answered_at;  ///< ms since 1970-01-01 UTC
  std::vector<std::uint8_t> right;                  ///< 1 or 0
  std::vector<float> score;                         ///< in [0, 1]; above one half exactly where right
  std::vector<SessionKind> session;
  std::vector<double> probability;  ///< the truth: of a right answer, given all that came before; also the mean of the score

  [[nodiscard]] std::size_t size() const noexcept { return answered_at.size(); }
};

/// The answers as a log, row by row; graded Good where right, else Again.
[[nodiscard]] data::ReviewLog review_log(const Answers& answers);

/// What a simulation gives. A plain value.
struct Cohort {
  CohortOptions options;
  Traits traits;
  Answers answers;

  /// True probability that a learner answers an item right at a moment from `known_from` on, guessing included.
  std::function<double(std::uint32_t learner, std::uint32_t item, time::Instant at)> recall;
  time::Instant known_from{};  ///< when the last answer was given; the start without answers
};

/// Simulates a cohort. Every draw has an address (seed, learner, item, step): the result does not depend on the number of threads, and a
/// learner is the same in a cohort of any size. An Error for options that do not fit.
[[nodiscard]] Result<Cohort> cohort(const CohortOptions& options, unsigned threads = 1);

}  // namespace perdure::inline PERDURE_ABI::simulate
