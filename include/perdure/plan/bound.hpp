#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/grid.hpp>
#include <perdure/plan/library.hpp>

#include <cstddef>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// How a bound is computed.
struct BoundOptions {
  Resolution resolution{};                ///< of the grid
  std::size_t residual_points = 100'000;  ///< at which the equation is looked at again
  double question_cost = 0.0;             ///< what every question takes off a plan's value, but for group sessions; at least 0
  unsigned threads = 1;
};

/// What no plan exceeds.
struct Bound {
  double value = 0.0;           ///< recall of all questions of all learners as their goals weigh it, less what asking costs, summed
  double goals = 0.0;           ///< what it would be if nothing were forgotten
  double no_review = 0.0;       ///< what it is if nothing is asked, but for group sessions
  double capacity = 0.0;        ///< part of `value` that is no learner's: what the organisation's capacity is worth
  double residual = 0.0;        ///< the most by which the equation exceeded a table, at points drawn at random
  std::vector<double> learner;  ///< part of `value` that is a learner's
};

/// A bound on what any plan for a problem reaches, by weak duality from a library's prices. Each learner takes the prices, of those found for a
/// group, whose bound is least. The result does not depend on the number of threads.
[[nodiscard]] Bound upper_bound(const Library& library, const BoundOptions& options = {});

}  // namespace perdure::inline PERDURE_ABI::plan
